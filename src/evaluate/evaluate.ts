/** The one evaluator: what happens to the first packet of a new connection, every outcome with its share. */
import { familyOf, formatIp, formatIpPort, isLoopback } from '../ruleset/address.ts'
import type { Ip } from '../ruleset/address.ts'
import type { Protocol } from '../ruleset/ruleset.ts'
import { newConnection } from './flow.ts'
import type { Flow, Step, Trail } from './flow.ts'
import { receive, send } from './journey.ts'
import type { Arrival } from './journey.ts'
import { unknownAddress } from './source-address.ts'
import { nodeWith } from './network.ts'
import type { Network } from './network.ts'
import type { NodeState } from './node.ts'
import { stepsOf } from './rule-step.ts'
import { replyOf } from './reply.ts'
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
  return merged(arrivals.map((arrival) => outcomeOf(arrival, network)))
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

const plain = {
  endpoint: null,
  masquerade: false,
  sourceKept: true,
  affinitySeconds: undefined,
  evidence: [],
  trail: undefined,
} as const

const insidePod = (node: string, ip: Ip): Outcome => ({
  ...plain,
  end: { node, by: null, translated: false },
  verdict: 'local',
  share: 1,
  sourceSeen: ip,
  reply: 'ok',
  why: () => "the packet stays inside the pod: kube-proxy's rules do not see it",
})

const notSeen = (node: string): Outcome => ({
  ...plain,
  end: { node, by: null, translated: false },
  verdict: 'unknown',
  share: 1,
  sourceSeen: null,
  reply: 'unknown',
  why: () => `nothing of ${node} is recorded`,
})

const dropped = (node: string, why: string): Outcome => ({ ...notSeen(node), verdict: 'drop', why: () => why })

function outcomeOf(arrival: Arrival, network: Network): Outcome {
  const { flow } = arrival
  if (arrival.kind === 'stopped') return stopped(arrival)
  if (arrival.kind === 'kernel') return ended(flow, 'drop', arrival.why)
  if (flow.translated) return delivered(flow, network)
  const verdict = arrival.kind === 'local' ? 'local' : 'forward'
  return {
    ...ended(flow, verdict, untranslated(flow, verdict, network)),
    sourceSeen: seenSource(flow),
    reply: 'ok',
  }
}

const ended = (
  flow: Flow,
  verdict: Verdict,
  why: string,
  evidence: readonly Trail['step'][] = flow.evidence,
  by: Step | null = null,
): Outcome => ({
  verdict,
  share: flow.share,
  endpoint: null,
  masquerade: flow.masqueraded,
  sourceSeen: null,
  sourceKept: !isSourceChanged(flow),
  reply: 'unknown',
  affinitySeconds: undefined,
  why: () => assuming(flow, why),
  evidence,
  end: { node: flow.node, by, translated: flow.translated },
  trail: flow.trail,
})

/** An answer that might be wrong says so. */
const assuming = ({ assumption }: Flow, why: string): string =>
  assumption === undefined ? why : `${why}; ${assumption}`

function stopped({ end, flow }: Extract<Arrival, { kind: 'stopped' }>): Outcome {
  const evidence = end.step.at ? [...flow.evidence, end.step] : flow.evidence
  if (end.kind === 'unknown') return ended(flow, 'unknown', end.why, evidence, end.step)
  const by = end.step.text === '' ? `the policy of ${end.step.table} ${end.step.chain}` : end.step.text
  const how = end.kind === 'reject' ? `refused (${end.how})` : 'dropped'
  return ended(flow, end.kind, `${how} by ${by}`, evidence, end.step)
}

const isSourceChanged = ({ translations }: Flow): boolean =>
  translations.some(({ sourceAfter, sourceBefore }) => sourceAfter !== sourceBefore)

/** Unknown for a stand-in: whichever client it is, its own address is seen. */
function seenSource(flow: Flow): Ip | null {
  if (flow.source === unknownAddress(flow.source)) return null
  return flow.standIn && !isSourceChanged(flow) ? null : flow.source
}

function untranslated(flow: Flow, verdict: 'forward' | 'local', network: Network): string {
  const address = formatIpPort(flow.destination, flow.port)
  if (verdict === 'local')
    return `no rule translates ${address}; it is an address of ${flow.node}, where a process may answer or refuse`
  const host = network.hostOf(flow.destination)
  const whom = host?.pod ?? host?.node ?? 'whoever has that address'
  return `no rule translates ${address}; it leaves ${flow.node} for ${whom}`
}

function delivered(flow: Flow, network: Network): Outcome {
  const { destination: ip, port } = flow
  const host = network.hostOf(ip)
  const pod = network.podAt(ip, port) ?? host?.pod ?? null
  const node = host?.node ?? (network.nodes.get(flow.node)?.routes.isLocal(ip) ? flow.node : null)
  const reply = replyOf(flow, network)
  const sourceSeen = seenSource(flow)
  return {
    verdict: 'deliver',
    share: flow.share,
    endpoint: { ip, port, pod, node },
    masquerade: flow.masqueraded,
    sourceSeen,
    sourceKept: !isSourceChanged(flow),
    reply,
    affinitySeconds: flow.affinitySeconds,
    why: () => assuming(flow, delivery(flow, pod, sourceSeen, reply)),
    evidence: flow.evidence,
    end: { node: flow.node, by: null, translated: true },
    trail: flow.trail,
  }
}

function delivery(flow: Flow, pod: string | null, sourceSeen: Ip | null, reply: Reply): string {
  const notes = [
    flow.masqueraded ? `, masqueraded as ${sourceSeen === null ? 'an address of the node' : formatIp(sourceSeen)}` : '',
    reply === 'lost' ? '; the answer does not come back through the node that translated it' : '',
    flow.affinitySeconds === undefined ? '' : '; a client that connected before stays with its endpoint',
  ]
  return `translated to ${formatIpPort(flow.destination, flow.port)}${pod === null ? '' : ` (${pod})`}${notes.join('')}`
}

/** Outcomes that differ in nothing but the way there are one; in order of share, then address. */
function merged(outcomes: readonly Outcome[]): Outcome[] {
  const byIp = new Map<Ip | undefined, Outcome[]>()
  for (const outcome of outcomes) {
    const ip = outcome.endpoint?.ip
    const alike = byIp.get(ip)
    const same = alike?.findIndex((other) => isSame(other, outcome)) ?? -1
    const known = alike?.[same]
    // nine ninths add up to more than 1
    if (alike && known) alike[same] = { ...known, share: Math.min(1, known.share + outcome.share) }
    else if (alike) alike.push(outcome)
    else byIp.set(ip, [outcome])
  }
  return [...byIp.values()].flat().sort((a, b) => b.share - a.share || compare(a, b))
}

const isSame = (a: Outcome, b: Outcome): boolean =>
  a.verdict === b.verdict &&
  a.endpoint?.ip === b.endpoint?.ip &&
  a.endpoint?.port === b.endpoint?.port &&
  a.masquerade === b.masquerade &&
  a.sourceSeen === b.sourceSeen &&
  a.reply === b.reply &&
  a.why() === b.why()

function compare(a: Outcome, b: Outcome): number {
  if (a.endpoint && b.endpoint && a.endpoint.ip !== b.endpoint.ip) return a.endpoint.ip < b.endpoint.ip ? -1 : 1
  const [first, second] = [a.why(), b.why()]
  return first < second ? -1 : first > second ? 1 : 0
}

export const outcomeSteps = (outcome: Outcome): Step[] => stepsOf(outcome.trail)
