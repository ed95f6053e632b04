/** The one evaluator: what happens to the first packet of a new connection, every outcome with its share. */
import { familyOf, formatIp, isLoopback } from '../ruleset/address.ts'
import type { Ip } from '../ruleset/address.ts'
import type { Protocol } from '../ruleset/ruleset.ts'
import { newConnection } from './flow.ts'
import type { Flow, Step, Trail } from './flow.ts'
import { receive, send } from './journey.ts'
import { dropped, insidePod, merged, notSeen, outcomeOf } from './outcome.ts'
import { unknownAddress } from './source-address.ts'
import { nodeWith } from './network.ts'
import type { Network } from './network.ts'
import type { NodeState } from './node.ts'
import { stepsOf } from './rule-step.ts'
import type { Reply } from './reply.ts'
import { isRefusing } from './route.ts'

/** Who sends: a pod in its own network, a process in a node's network, or a client beyond the cluster whose packets arrive at a node. */
export type Source =
  | { readonly kind: 'node'; readonly node: string }
  | { readonly kind: 'outside'; readonly node: string; readonly ips: readonly Ip[]; readonly standIn: boolean }
  | { readonly kind: 'pod'; readonly node: string; readonly ips: readonly Ip[] }

export interface Destination {
  readonly protocol: Protocol
  readonly ip: Ip
  readonly port: number
}

export type Verdict = 'deliver' | 'drop' | 'forward' | 'local' | 'reject' | 'unknown'

export interface Outcome {
  readonly verdict: Verdict
  readonly share: number
  readonly endpoint: {
    readonly ip: Ip
    readonly port: number
    readonly pod: string | null
    readonly node: string | null
  } | null
  readonly masquerade: boolean
  readonly sourceSeen: Ip | null
  /** No node replaced the source address. */
  readonly sourceKept: boolean
  readonly reply: Reply
  /** For so many seconds clients are kept on the endpoint that they got first (0: not told); undefined where they are not. */
  readonly affinitySeconds: number | undefined
  /** One sentence, made when it is asked for. */
  readonly why: () => string
  readonly evidence: readonly Trail['step'][]
  /** Where it ended: the node, the rule or policy that stopped it there (null where none did), and whether it was translated before. */
  readonly end: { readonly node: string; readonly by: Step | null; readonly translated: boolean }
  readonly trail: Trail | undefined
}

export function evaluate(source: Source, destination: Destination, network: Network): Outcome[] {
  if (source.kind === 'pod' && (isLoopback(destination.ip) || source.ips.includes(destination.ip))) {
    return [insidePod(source.node, destination.ip)]
  }
  const node = firstNode(source, destination, network)
  if (!node) return [notSeen(source.node)]
  const start = source.kind === 'node' ? startAtNode(node, destination) : startOutside(source, node, destination)
  if (typeof start === 'string') return [dropped(source.node, start)]
  const arrivals = source.kind === 'node' ? send(start, network) : receive(start, network)
  const known = withSender(source, network)
  return merged(arrivals.map((arrival) => outcomeOf(arrival, known)))
}

/** A pod that is sent from is on its node, also where no list has it: the answer goes there. */
function withSender(source: Source, network: Network): Network {
  if (source.kind !== 'pod' || source.ips.every((ip) => network.hostOf(ip) !== undefined)) return network
  const sender = { pod: 'the sender', node: source.node }
  return { ...network, hostOf: (ip) => network.hostOf(ip) ?? (source.ips.includes(ip) ? sender : undefined) }
}

/** A client beyond the cluster reaches another node's own address there, not through the node that Service addresses are routed to. */
function firstNode(source: Source, { ip }: Destination, network: Network): NodeState | undefined {
  const node = network.nodes.get(source.node)
  if (!node || source.kind !== 'outside' || node.routes.isLocal(ip)) return node
  return nodeWith(network, ip, node) ?? node
}

const flowAt = (node: string, source: Ip, destination: Destination, rest: Partial<Flow>): Flow => ({
  share: 1,
  effort: { flows: 1, rules: 0 },
  node,
  hook: 'PREROUTING',
  protocol: destination.protocol,
  source,
  destination: destination.ip,
  port: destination.port,
  local: false,
  inInterface: undefined,
  outInterface: undefined,
  bridged: false,
  mark: 0,
  connection: newConnection({ source, destination: destination.ip, port: destination.port }),
  virtualServer: undefined,
  translated: false,
  masqueraded: false,
  affinitySeconds: undefined,
  written: [],
  standIn: false,
  translations: [],
  assumption: undefined,
  evidence: [],
  trail: undefined,
  ...rest,
})

/** The address that the sender's packet has as it leaves it; undefined where that cannot be told. */
export function sourceAddress(source: Source, { ip }: Destination, network: Network): Ip | undefined {
  if (source.kind !== 'node') return source.ips.find((one) => familyOf(one) === familyOf(ip))
  const routes = network.nodes.get(source.node)?.routes
  const route = routes?.find(ip)
  return route && routes?.sourceFor(route, ip)
}

/** A process's packet gets its source address by the route to what it was sent to. */
function startAtNode(node: NodeState, destination: Destination): Flow | string {
  const route = node.routes.find(destination.ip)
  const address = formatIp(destination.ip)
  if (!route && node.routes.isRecorded(destination.ip)) return `${node.name} has no route to ${address}`
  // connect() fails before any rule could translate
  if (route && isRefusing(route)) return `the route to ${address} is ${route.type}`
  const source = route && node.routes.sourceFor(route, destination.ip)
  return flowAt(node.name, source ?? unknownAddress(destination.ip), destination, {
    hook: 'OUTPUT',
    local: true,
    outInterface: route?.type === 'local' ? 'lo' : route?.device,
  })
}

function startOutside(
  source: Exclude<Source, { kind: 'node' }>,
  node: NodeState,
  destination: Destination,
): Flow | string {
  const ip = source.ips.find((one) => familyOf(one) === familyOf(destination.ip))
  if (ip === undefined) return `the ${source.kind} has no ${familyOf(destination.ip)} address to send from`
  const device = uplink(node, ip)
  return flowAt(node.name, ip, destination, {
    inInterface: device,
    bridged: device === undefined ? undefined : node.routes.isBridge(device),
    standIn: source.kind === 'outside' && source.standIn,
  })
}

/** The device by which the node would answer. */
const uplink = (node: NodeState, source: Ip): string | undefined => node.routes.find(source)?.device

export const outcomeSteps = (outcome: Outcome): Step[] => stepsOf(outcome.trail)
