/** `kpx verify`: whether the nodes' kernels do to Services' packets what the API says. */
import { qualified } from '../../cluster/objects.ts'
import type { Service } from '../../cluster/objects.ts'
import type { Code } from '../../codes.ts'
import { formatIpPort } from '../../ruleset/address.ts'
import { finding } from '../finding.ts'
import type { Finding } from '../finding.ts'
import { findingList } from '../finding-list.ts'
import type { FailOn, FindingList } from '../finding-list.ts'
import { needLists } from '../lookup.ts'
import { seenOf } from '../scene.ts'
import type { Scene } from '../scene.ts'
import { statusFindings } from '../status/findings.ts'
import type { SeenNode } from '../status/node.ts'
import { seenNodes } from '../status/status.ts'
import { absorbed, explained, failedRequests } from './known-causes.ts'
import type { FailedRequests } from './known-causes.ts'
import { ofStatus, verifyCodes } from './codes.ts'
import { staleConnections } from './conntrack.ts'
import { findingsOf, isOfEndpoints, isStopped, stoppedFindings } from './causes.ts'
import type { Met } from './causes.ts'
import type { Difference } from './compare.ts'
import { nodeProxyOf } from './node-proxy.ts'
import type { KnownProxy } from './node-proxy.ts'
import { packetsOn } from './packets.ts'
import type { Packet } from './packets.ts'
import { servedForNobody } from './served.ts'
import type { Stranger } from './served.ts'

/** All that was compared at one moment. */
export interface Observation {
  readonly scene: Scene
  readonly services: number
  readonly nodes: readonly ObservedNode[]
}

interface ObservedNode {
  readonly seen: SeenNode
  /** What kpx status says of it, as far as it changes connections. */
  readonly known: readonly Finding[]
  /** What of its kube-proxy is not known, each a sentence. */
  readonly unknown: readonly string[]
  /** Undefined where nothing can be compared. */
  readonly packets: readonly Packet[] | undefined
  readonly strangers: readonly Stranger[]
  readonly connections: readonly Finding[]
  readonly failed: FailedRequests | undefined
  /** Packets of Services whose endpoints have changed since the look before. */
  readonly moving: ReadonlySet<Packet>
}

export type Verification = FindingList & {
  /** `nodes` of those that were asked for, `of`; kinds of packets. */
  readonly compared: Readonly<Record<'nodes' | 'of' | 'packets' | 'services', number>>
}

/**
 * `services` and `nodes` are those to compare. Of all the Services of a cluster, what the rules serve besides is looked for as well.
 * Throws KPX1009 where EndpointSlices or Nodes were not recorded: without, nobody can say what should happen.
 */
export function observe(services: readonly Service[], nodes: readonly string[], scene: Scene): Observation {
  needLists(['endpointslices', 'nodes'], scene)
  scene.cluster.readEndpoints()
  const { all, anyPod, server } = seenNodes(scene, nodes)
  const isWhole = services.length === scene.cluster.services.length
  const names = new Set(services.map(qualified))
  return {
    scene,
    services: services.length,
    nodes: all.map((seen) => {
      const isSeen = (seen.ruleset?.seen.size ?? 0) > 0
      const { proxy, unknown } = isSeen ? nodeProxyOf(seen, server, scene) : unseen
      return {
        seen,
        unknown,
        known: statusFindings(seen, server, anyPod, scene).filter(({ code }) => ofStatus.includes(code)),
        packets: proxy && packetsOn(proxy, services, scene),
        failed: failedRequests(seen),
        moving: new Set(),
        strangers: proxy && isWhole ? servedForNobody(proxy, scene) : [],
        connections: staleConnections(seen.status.node, seen.status.pod, scene).filter(({ affects = [] }) =>
          affects.some((name) => names.has(name)),
        ),
      }
    }),
  }
}

/** What was not seen of its rules the capture tells. */
const unseen: KnownProxy = { proxy: undefined, unknown: [] }

const isDifferent = ({ nodes }: Observation): boolean =>
  nodes.some(
    ({ connections, known, packets, strangers }) =>
      connections.length > 0 ||
      known.length > 0 ||
      strangers.length > 0 ||
      packets?.some(({ differences }) => differences.length > 0),
  )

/**
 * The later one without what the earlier one had not, and without judging Services whose endpoints have changed between the two:
 * whatever is on its way changes, and what is wrong stays.
 */
export function settled(later: Observation, earlier: Observation): Observation {
  const before = new Set(earlier.nodes.flatMap(differenceKeys))
  const nodes = later.nodes.map((node, i) => {
    const last = earlier.nodes[i]
    const versions = new Map(last?.packets?.map((packet) => [packet.label, packet.version]))
    const packets = node.packets?.map((packet) => ({
      ...packet,
      differences: packet.differences.filter((difference) => before.has(packetKey(packet, difference))),
    }))
    return {
      ...node,
      failed: since(node.failed, last?.failed),
      known: node.known.filter((one) => before.has(findingKey(one))),
      connections: node.connections.filter((one) => before.has(connectionKey(one))),
      strangers: node.strangers.filter((one) => before.has(strangerKey(node, one))),
      packets,
      moving: new Set(packets?.filter(({ label, version }) => versions.get(label) !== version)),
    }
  })
  return { ...later, nodes }
}

/** What differs for as long as it is looked at: `pause` waits for the next look, and says whether there is one. */
export async function lasting(look: () => Promise<Observation>, pause: () => Promise<boolean>): Promise<Observation> {
  let seen = await look()
  while (isDifferent(seen) && (await pause())) seen = settled(await look(), seen)
  return seen
}

const since = (now: FailedRequests | undefined, before: FailedRequests | undefined): FailedRequests | undefined =>
  now && before ? { ...now, more: before.more + Math.max(0, now.count - before.count) } : now

const findingKey = ({ code, node }: Finding): string => `${code} ${node}`
const connectionKey = ({ code, fix, node }: Finding): string => `${code} ${node} ${fix}`
/** Of endpoints with which: while pods come and go there may always be one that is on its way. */
const packetKey = ({ label, node, service }: Packet, { kind, what }: Difference): string =>
  `${node} ${qualified(service)} ${label} ${kind} ${isOfEndpoints(kind) ? what : ''}`
const strangerKey = ({ seen }: ObservedNode, { destination: { ip, port, protocol } }: Stranger): string =>
  `${seen.status.node} ${ip} ${port} ${protocol}`

const differenceKeys = (node: ObservedNode): string[] => [
  ...node.known.map(findingKey),
  ...node.connections.map(connectionKey),
  ...node.strangers.map((one) => strangerKey(node, one)),
  ...(node.packets ?? []).flatMap((packet) => packet.differences.map((difference) => packetKey(packet, difference))),
]

export function verificationOf({ nodes, scene, services }: Observation, failOn: FailOn): Verification {
  const told = nodes.map((node) => findingsOn(node, scene))
  const findings = [...stoppedFindings(told.flatMap(({ stopped }) => stopped)), ...told.flatMap((one) => one.findings)]
  const seen = seenOf(scene)
  const blind = nodes.flatMap(({ seen: { status }, unknown }) => unknown.map((why) => ({ node: status.node, why })))
  return {
    ...findingList(findings, verifyCodes, new Map(), failOn, { ...seen, blind: [...seen.blind, ...blind] }),
    compared: {
      nodes: nodes.filter(({ packets }) => packets).length,
      of: nodes.length,
      services,
      packets: nodes.reduce((sum, { packets }) => sum + (packets?.length ?? 0), 0),
    },
  }
}

/** Whether everything that was asked for could be compared. */
export const isWhole = ({ compared: { nodes, of }, findings }: Verification): boolean =>
  nodes > 0 && nodes === of && !findings.some(({ code }) => code === 'KPX3003')

/** Rules that are older than the API serve what it no longer has. */
const ofAge: readonly Code[] = ['KPX3007', 'KPX3008', 'KPX3009', 'KPX3010', 'KPX3017']

interface Told {
  readonly findings: readonly Finding[]
  /** What a rule or the kernel stops, perhaps of another node, and perhaps packets of several. */
  readonly stopped: readonly Met[]
}

function findingsOn(
  { connections, failed, known, moving, packets = [], seen, strangers }: ObservedNode,
  scene: Scene,
): Told {
  const still = packets.filter((packet) => !moving.has(packet))
  const mets = still.flatMap((packet) => packet.differences.map((difference): Met => ({ packet, difference })))
  const { findings, left } = absorbed(known, mets)
  const { findings: causes, left: rest } = explained(left, seen, failed, scene)
  const own = findingsOf(
    rest.filter((met) => !isStopped(met)),
    packets,
  )
  const all = [...findings, ...causes, ...own]
  const isOld = all.some(({ code }) => ofAge.includes(code))
  const others = isOld ? [] : strangers.map((one) => strangerFinding(one, seen.status.node))
  return { findings: [...all, ...others, ...connections], stopped: rest.filter(isStopped) }
}

/** Packets get somewhere by it, so that it is no warning. */
const strangerFinding = (
  { destination: { ip, port, protocol }, evidence, outcome }: Stranger,
  node: string,
): Finding => ({
  ...finding('KPX3004', {
    node,
    message: `no Service has ${formatIpPort(ip, port)}/${protocol}, and packets to it are ${outcome.why()}`,
    evidence,
  }),
  level: 'error',
})
