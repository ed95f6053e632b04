/** What happens to packets from everyone to one frontend, node by node: the question that explain and services ask. */
import { qualified } from '../cluster/objects.ts'
import type { Pod, Service, ServicePort } from '../cluster/objects.ts'
import { evaluate } from '../evaluate/evaluate.ts'
import type { Destination, Outcome as Evaluated } from '../evaluate/evaluate.ts'
import { contains, familyOf, formatIp, parseIp, parsePrefix, width } from '../ruleset/address.ts'
import type { Ip, IpFamily } from '../ruleset/address.ts'
import { destinationAt } from './frontend.ts'
import type { Frontend, FrontendKind } from '../cluster/frontend.ts'
import { modeOf } from './mode.ts'
import { outcomeOf } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import type { Scene } from './scene.ts'
import { nodeSender, outsideSender, podSender } from './source.ts'
import type { Sender } from './source.ts'

/** Kinds of senders; `allowed` is one beyond the cluster whom the Service's loadBalancerSourceRanges name. */
export const senderKinds = ['pod', 'node', 'outside', 'allowed'] as const
export type SenderKind = (typeof senderKinds)[number]

export interface NodeOutcomes {
  readonly node: string
  readonly mode: string | null
  /** `pod shop/client-1` and so on: who was asked for. */
  readonly senders: Partial<Record<SenderKind, string>>
  readonly from: Partial<Record<SenderKind, readonly Outcome[]>>
}

export interface ServiceContext {
  readonly service: Service
  readonly port: ServicePort
  readonly frontend: Frontend
}

/** Undefined where the node has no address of the frontend's family. */
export function outcomesOn(
  node: string,
  { frontend, port, service }: ServiceContext,
  kinds: readonly SenderKind[],
  scene: Scene,
): NodeOutcomes | undefined {
  const destination = destinationAt(frontend, port, node, scene)
  return destination && outcomesTo(destination, node, service, kinds, scene)
}

/** What happens to those whom the frontend is for, and who stands for them. */
export interface UsualOutcomes {
  readonly kind: SenderKind
  readonly from: string
  readonly outcomes: readonly Evaluated[]
}

/** Source ranges close a load balancer's address to most: the usual sender is one for whom it is open. */
const sendersTo = (kind: FrontendKind): readonly SenderKind[] =>
  kind === 'ClusterIP' ? ['pod'] : kind === 'LoadBalancer' ? ['allowed', 'outside'] : ['outside']

/** Undefined where the node has nobody to send, or no address of the frontend's family. */
export function usualOutcomes(
  node: string,
  { frontend, port, service }: ServiceContext,
  scene: Scene,
): UsualOutcomes | undefined {
  const destination = destinationAt(frontend, port, node, scene)
  if (!destination) return undefined
  for (const kind of sendersTo(frontend.kind)) {
    const sender = senderOf(kind, node, service, destination, scene)
    if (sender) return { kind, from: sender.label, outcomes: evaluate(sender.source, destination, scene.network) }
  }
  return undefined
}

/** The same for any address; `service` is the one whose endpoints and source ranges matter, where there is one. */
export function outcomesTo(
  destination: Destination,
  node: string,
  service: Service | undefined,
  kinds: readonly SenderKind[],
  scene: Scene,
): NodeOutcomes {
  const senders: Partial<Record<SenderKind, string>> = {}
  const from: Partial<Record<SenderKind, readonly Outcome[]>> = {}
  for (const kind of kinds) {
    const sender = senderOf(kind, node, service, destination, scene)
    if (!sender) continue
    senders[kind] = sender.label
    from[kind] = evaluate(sender.source, destination, scene.network).map(outcomeOf)
  }
  return { node, mode: modeOf(node, scene), senders, from }
}

/** Whoever stands for the kind; nobody where the node has no pods, or the Service no source ranges of the family. */
export function senderOf(
  kind: SenderKind,
  node: string,
  service: Service | undefined,
  { ip }: Destination,
  scene: Scene,
): Sender | undefined {
  switch (kind) {
    case 'pod':
      return somePod(node, service, ip, scene)
    case 'node':
      return nodeSender(node)
    case 'outside':
      return outsideSender(node, scene)
    case 'allowed': {
      const allowed = addressIn(service?.loadBalancerSourceRanges ?? [], ip, scene)
      return allowed === undefined ? undefined : outsideSender(node, scene, allowed)
    }
  }
}

/**
 * A pod of the node that is no endpoint of the Service (of any, where none is named), for a pod that calls itself is a case of its own;
 * where there is none, an address of the node's pod network stands for one.
 */
export function somePod(node: string, service: Service | undefined, like: Ip, scene: Scene): Sender | undefined {
  const { cluster } = scene
  let own: ReadonlySet<string | undefined> | undefined
  const isOwn = (one: Pod): boolean => {
    own ??= new Set((service ? cluster.endpointsOf(service) : cluster.endpoints).map((endpoint) => endpoint.pod))
    return own.has(qualified(one))
  }
  const pod = cluster
    .podsOn(node)
    .find((one) => !one.hostNetwork && one.ips.some((ip) => sameFamily(ip, like)) && !isOwn(one))
  if (pod) return podSender(pod)
  const ip = addressIn(cluster.node(node)?.podCIDRs ?? [], like, scene)
  return ip === undefined ? undefined : { label: `pod ${formatIp(ip)}`, source: { kind: 'pod', node, ips: [ip] } }
}

const sameFamily = (text: string, like: Ip): boolean => typeof parseIp(text) === typeof like

/** By the ranges, which belong to one object of one cluster: every Service asks for the same node's. */
const unusedAddresses = new WeakMap<readonly string[], Map<IpFamily, Ip | undefined>>()

function addressIn(ranges: readonly string[], like: Ip, { network }: Scene): Ip | undefined {
  const family = familyOf(like)
  const known = unusedAddresses.get(ranges) ?? new Map<IpFamily, Ip | undefined>()
  unusedAddresses.set(ranges, known)
  if (!known.has(family))
    known.set(
      family,
      unusedAddress(ranges, like, (one) => network.hostOf(one) !== undefined),
    )
  return known.get(family)
}

/** The first address of the ranges that nobody has, counted from the end, where networks keep their gateways least often. */
function unusedAddress(ranges: readonly string[], like: Ip, used: (ip: Ip) => boolean): Ip | undefined {
  for (const range of ranges) {
    const prefix = parsePrefix(range)
    if (!prefix || typeof prefix.address !== typeof like) continue
    const size = 2n ** BigInt(width(like) - prefix.length)
    const base = (BigInt(prefix.address) / size) * size
    for (let back = size > 2n ? 2n : 1n; back <= size && back < 256n; back++) {
      const ip = typeof like === 'number' ? Number(base + size - back) : base + size - back
      if (!used(ip) && contains(prefix, ip)) return ip
    }
  }
  return undefined
}
