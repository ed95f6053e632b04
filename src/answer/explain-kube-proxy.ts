/** `kpx explain`: what kube-proxy is for, and what it does in the recorded cluster. */
import { qualified } from '../cluster/objects.ts'
import { evaluate } from '../evaluate/evaluate.ts'
import { modes, standingOf } from '../modes.ts'
import { recognitionOf } from '../platform/recognise.ts'
import { platformFacts } from './config/platform.ts'
import type { PlatformFacts } from './config/platform.ts'
import type { Mode } from '../modes.ts'
import type { Ruleset } from '../ruleset/ruleset.ts'
import { describeDestination } from './destination.ts'
import { offlineDocumentOf } from './document.ts'
import type { OfflineDocument } from './document.ts'
import { chooseExample } from './example.ts'
import { modeOf } from './mode.ts'
import { outcomeOf } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import type { Scene } from './scene.ts'
import { chainPurpose } from './walk/purpose.ts'

interface Topic {
  readonly name: string
  readonly text: string
}

/** What a node's kernel has of kube-proxy's; null where that was not recorded. */
export interface ProgrammedNode {
  readonly node: string
  readonly mode: string | null
  readonly rules: number | null
  /** nft sets and maps, or ipsets. */
  readonly sets: number | null
  readonly virtualServers: number | null
}

export interface ProgrammedCluster extends PlatformFacts {
  /** Null where the Services were not recorded. */
  readonly counts: {
    /** With a ClusterIP: the others need no kube-proxy. */
    readonly services: number
    readonly ports: number
    /** Different addresses and ports in the EndpointSlices of these Services, ready or not; null where these were not recorded. */
    readonly endpoints: number | null
  } | null
  readonly nodes: readonly ProgrammedNode[]
  readonly example: {
    readonly service: string
    readonly source: string
    readonly destination: string
    readonly outcomes: readonly Outcome[]
  } | null
}

export type KubeProxyExplanation = OfflineDocument<'KubeProxyExplanation'> & {
  readonly summary: readonly string[]
  readonly serves: readonly Topic[]
  readonly leaves: readonly Topic[]
  readonly modes: readonly { readonly name: Mode['name']; readonly standing: string }[]
  /** Null without a capture. */
  readonly cluster: ProgrammedCluster | null
  readonly next: readonly { readonly command: string; readonly shows: string }[]
}

const summary = [
  "kube-proxy makes Services work. A Service has an address and ports that belong to no machine, so that the pods behind it may come and go. On every node a kube-proxy programs the kernel, so that a new connection to such an address goes to one of the Service's endpoints, mostly pods.",
  'It watches Services and EndpointSlices in the API and rewrites what the kernel does when they change. Packets do not pass through kube-proxy: the kernel follows its rules, even while it is away.',
]

const serves: readonly Topic[] = [
  { name: 'ClusterIP', text: "the Service's own address, for pods and nodes" },
  { name: 'NodePort', text: 'a port of every node, for clients outside the cluster' },
  { name: 'LoadBalancer, ExternalIP', text: 'addresses that others route to a node' },
  { name: 'besides', text: 'session affinity, traffic policies, loadBalancerSourceRanges' },
]

const leaves: readonly Topic[] = [
  { name: 'names', text: "the cluster's DNS server; headless Services are names only" },
  { name: 'pod network, NetworkPolicy', text: 'the network plugin (CNI)' },
  { name: 'HTTP, TLS, retries', text: 'Ingress, Gateway or a mesh: kube-proxy knows addresses and ports' },
  { name: 'load balancers', text: "the cloud's controller, MetalLB and the like" },
  { name: 'health', text: 'readiness probes: they decide which endpoints there are' },
]

/** `nodes` are those to look at. */
export function explainKubeProxy(scene: Scene | undefined, nodes: readonly string[]): KubeProxyExplanation {
  const cluster = scene ? programmedCluster(scene, nodes) : null
  return {
    ...offlineDocumentOf('KubeProxyExplanation', scene),
    summary,
    serves,
    leaves,
    modes: modes.map((mode) => ({ name: mode.name, standing: standingOf(mode) })),
    cluster,
    next: scene ? nextIn(scene, cluster) : nextOffline,
  }
}

function programmedCluster(scene: Scene, names: readonly string[]): ProgrammedCluster {
  const nodes = names.map((node) => programmedNode(node, scene))
  const seen = nodes.find(({ rules }) => rules !== null)
  const platform = platformFacts(recognitionOf(scene.capture))
  return { ...platform, counts: countsOf(scene), nodes, example: seen ? exampleOn(seen.node, scene) : null }
}

function countsOf({ cluster }: Scene): ProgrammedCluster['counts'] {
  if (!cluster.isRecorded('services')) return null
  const services = cluster.services.filter(({ clusterIPs }) => clusterIPs.length > 0)
  const names = new Set(services.map(qualified))
  const endpoints = cluster.endpoints.filter(({ service }) => service !== undefined && names.has(service))
  return {
    services: services.length,
    ports: services.reduce((sum, { ports }) => sum + ports.length, 0),
    endpoints: cluster.isRecorded('endpointslices')
      ? new Set(endpoints.flatMap(({ ip, ports }) => ports.map(({ port }) => `${ip} ${port}`))).size
      : null,
  }
}

function programmedNode(node: string, scene: Scene): ProgrammedNode {
  const ruleset = scene.network.nodes.get(node)?.ruleset
  const mode = modeOf(node, scene)
  const nothing = { node, mode, rules: null, sets: null, virtualServers: null }
  if (!ruleset || ruleset.seen.size === 0) return nothing
  const { ipsets, virtualServers } = ruleset
  const usesIpvs = mode === 'ipvs'
  return {
    node,
    mode,
    rules: ruleCount(ruleset),
    sets: ipsets === undefined && usesIpvs ? null : nftSetCount(ruleset) + ipsetCount(ruleset),
    virtualServers: virtualServers === undefined && usesIpvs ? null : (virtualServers?.servers.length ?? 0),
  }
}

const isKubeProxys = ({ name, tool }: Ruleset['tables'][number]): boolean => tool === 'nft' && name === 'kube-proxy'

/** In the chains that kube-proxy has a use for; a name more or less decides nothing. */
const ruleCount = ({ tables }: Ruleset): number =>
  tables
    .flatMap((table) =>
      [...table.chains.values()].filter(
        ({ name }) => isKubeProxys(table) || (table.tool !== 'nft' && chainPurpose(table.name, name) !== undefined),
      ),
    )
    .reduce((sum, { rules }) => sum + rules.length, 0)

const nftSetCount = ({ tables }: Ruleset): number =>
  tables.filter(isKubeProxys).reduce((sum, { sets }) => sum + sets.size, 0)

const ipsetCount = ({ ipsets }: Ruleset): number =>
  [...(ipsets?.keys() ?? [])].filter((name) => name.startsWith('KUBE-')).length

function exampleOn(node: string, scene: Scene): ProgrammedCluster['example'] {
  const example = chooseExample(node, scene)
  if (!example) return null
  const { destination, sender, service } = example
  return {
    service: qualified(service),
    source: sender.label,
    destination: describeDestination(destination),
    outcomes: evaluate(sender.source, destination, scene.network).map(outcomeOf),
  }
}

const nextOffline = [
  { command: 'kpx explain mode nftables', shows: 'how a mode works, what it costs and needs, since and until when' },
  {
    command: 'kpx explain --context NAME',
    shows: 'what kube-proxy does in a cluster (--from CAPTURE: in a recorded one)',
  },
  { command: 'kpx explain code', shows: 'the errors and findings of kpx' },
]

function nextIn({ capture: { flags } }: Scene, cluster: ProgrammedCluster | null): KubeProxyExplanation['next'] {
  const mode = cluster?.nodes.find((one) => one.mode !== null)?.mode ?? 'nftables'
  const service = cluster?.example?.service
  return [
    { command: `kpx explain mode ${mode} ${flags}`, shows: "a packet's way through the node, rule by rule" },
    ...(service === undefined
      ? []
      : [{ command: `kpx explain service ${service} ${flags}`, shows: 'who gets the traffic of that Service' }]),
    { command: `kpx services ${flags}`, shows: 'the same for all Services' },
  ]
}
