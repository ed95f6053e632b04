/** What a pod gets of the packets to a Service's frontends, node by node. */
import { qualified } from '../cluster/objects.ts'
import type { Endpoint, Pod, Service, ServicePort } from '../cluster/objects.ts'
import { evaluate } from '../evaluate/evaluate.ts'
import type { Verdict } from '../evaluate/evaluate.ts'
import { familyOf, parseIp } from '../ruleset/address.ts'
import type { Protocol } from '../ruleset/ruleset.ts'
import { frontendsOf } from '../cluster/frontend.ts'
import { destinationAt } from './frontend.ts'
import type { Frontend } from '../cluster/frontend.ts'
import { usualOutcomes } from './frontend-outcomes.ts'
import type { ServiceContext } from './frontend-outcomes.ts'
import { outcomeOf } from './outcome.ts'
import type { Evidence, Outcome } from './outcome.ts'
import type { Scene } from './scene.ts'
import { podSender } from './source.ts'

/** The pod as an EndpointSlice of the Service has it, for one port and family. */
interface PodEndpoint extends Pick<Endpoint, 'ready' | 'serving' | 'terminating' | 'zones'> {
  readonly ip: string
  readonly port: number
}

export interface PodShare {
  readonly node: string
  /** Who sends, as in `kpx services`. */
  readonly from: string
  /** Of the packets from there, those that the pod gets. */
  readonly share: number
  /** What happens to these. */
  readonly outcomes: readonly Outcome[]
  /** What most packets meet. */
  readonly verdict: Verdict
  /** Why the pod gets none. */
  readonly why: string | null
  /** It is ready and nothing in the API keeps packets from it, and yet it gets none. */
  readonly missing: boolean
  /** The rules that most packets meet, where the pod gets none. */
  readonly evidence: readonly Evidence[]
}

export interface PodFrontend extends Frontend {
  /** The name of the Service's port. */
  readonly name: string
  readonly protocol: Protocol
  readonly endpoint: PodEndpoint | null
  readonly nodes: readonly PodShare[]
  /** What happens where the pod calls the frontend and is chosen itself; null where that does not happen, or was not seen. */
  readonly hairpin: Outcome | null
}

/** The endpoints of a Service that are this pod; by address where a slice names no pod and the address is the pod's alone. */
export const listedFor = (pod: Pod, service: Service, { cluster }: Scene): Endpoint[] =>
  cluster
    .endpointsOf(service)
    .filter(
      (endpoint) => endpoint.pod === qualified(pod) || (endpoint.pod === undefined && hasAddress(pod, endpoint.ip)),
    )

/** A pod in its node's network shares the address with others. */
const hasAddress = ({ hostNetwork, ips }: Pod, text: string): boolean =>
  !hostNetwork && ips.some((ip) => parseIp(ip) === parseIp(text))

export const isSelectedBy = ({ labels, namespace }: Pod, service: Service): boolean =>
  namespace === service.namespace &&
  Object.keys(service.selector).length > 0 &&
  Object.entries(service.selector).every(([name, value]) => labels[name] === value)

export const podFrontends = (pod: Pod, service: Service, nodes: readonly string[], scene: Scene): PodFrontend[] =>
  service.ports.flatMap((port) =>
    frontendsOf(service, port).map((frontend): PodFrontend => {
      const context = { pod, service, port, frontend, endpoint: endpointOf(pod, service, port, frontend, scene) }
      const shares = nodes.flatMap((node) => shareOn(node, context, scene) ?? [])
      const isServed = context.endpoint !== null || shares.some(({ share }) => share > 0)
      return {
        ...frontend,
        name: port.name,
        protocol: port.protocol,
        endpoint: context.endpoint,
        nodes: shares,
        hairpin: isServed ? hairpinOf(context, scene) : null,
      }
    }),
  )

/** A slice's port is the Service's of that name. */
function endpointOf(
  pod: Pod,
  service: Service,
  { name, protocol }: ServicePort,
  { family }: Frontend,
  scene: Scene,
): PodEndpoint | null {
  for (const { ip, ports, ready, serving, terminating, zones } of listedFor(pod, service, scene)) {
    const parsed = parseIp(ip)
    const port = ports.find((one) => one.name === name && one.protocol === protocol)
    if (port && parsed !== undefined && familyOf(parsed) === family)
      return { ip, port: port.port, ready, serving, terminating, zones }
  }
  return null
}

interface PodContext extends ServiceContext {
  readonly pod: Pod
  readonly endpoint: PodEndpoint | null
}

function shareOn(node: string, context: PodContext, scene: Scene): PodShare | undefined {
  const usual = usualOutcomes(node, context, scene)
  const outcomes = usual?.outcomes.map(outcomeOf) ?? []
  const [most] = outcomes
  if (!usual || !most) return undefined
  const { from, kind } = usual
  const own = outcomes.filter((outcome) => isTo(context.pod, outcome))
  const share = own.reduce((sum, outcome) => sum + outcome.share, 0)
  const common = { node, from, share, outcomes: own, verdict: most.verdict }
  if (share > 0) return { ...common, why: null, missing: false, evidence: [] }
  const kept = whyKept(node, context, scene)
  const isClosed = kind === 'outside' && context.service.loadBalancerSourceRanges.length > 0
  return {
    ...common,
    why: kept ?? whyMissing(most),
    missing: kept === null && !isClosed && outcomes.every(({ verdict }) => verdict !== 'unknown'),
    evidence: kept === null ? most.evidence : [],
  }
}

const isTo = (pod: Pod, { endpoint }: Outcome): boolean =>
  endpoint !== null && (endpoint.pod === qualified(pod) || hasAddress(pod, endpoint.ip))

/** What in the API keeps packets of this node from the pod. */
function whyKept(node: string, { endpoint, frontend, pod, service }: PodContext, { cluster }: Scene): string | null {
  if (!cluster.isRecorded('endpointslices')) return 'EndpointSlices are not recorded'
  if (service.leftToOthers) return 'its labels leave the Service to another proxy'
  if (!endpoint) return 'no EndpointSlice lists it for this port'
  if (endpoint.terminating) return 'it is terminating'
  if (!endpoint.ready) return 'it is not ready'
  const policy = frontend.kind === 'ClusterIP' ? 'internalTrafficPolicy' : 'externalTrafficPolicy'
  if (service[policy] === 'Local' && node !== pod.node) return `${policy} Local: it is on ${pod.node ?? 'no node'}`
  const zone = cluster.node(node)?.zone
  if (endpoint.zones.length > 0 && !endpoint.zones.includes(zone ?? ''))
    return `its hints are for ${endpoint.zones.join(', ')}; the node is in ${zone ?? 'no zone that is recorded'}`
  return null
}

const whyMissing = ({ verdict, why }: Outcome): string =>
  verdict === 'deliver' ? 'the rules send all packets to other endpoints' : why

/** The pod sends as any client on its node; of its answers only what comes back to itself matters. */
function hairpinOf({ frontend, pod, port }: PodContext, scene: Scene): Outcome | null {
  const { node } = pod
  const destination = node === undefined ? undefined : destinationAt(frontend, port, node, scene)
  if (!destination) return null
  const outcomes = evaluate(podSender(pod).source, destination, scene.network).map(outcomeOf)
  return outcomes.find((outcome) => isTo(pod, outcome)) ?? null
}
