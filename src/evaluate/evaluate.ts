/** The one evaluator: what happens to the first packet of a new connection, every outcome with its share. */
import { familyOf, formatIp, formatIpPort, isLoopback } from '../ruleset/address.ts'
import type { Ip } from '../ruleset/address.ts'
import type { Protocol } from '../ruleset/ruleset.ts'
import { newConnection, stepsOf } from './flow.ts'
import type { Flow, Step, Trail } from './flow.ts'
import { receive, send } from './journey.ts'
import type { Arrival } from './journey.ts'
import { unknownAddress } from './source-address.ts'
import { nodeWith } from './network.ts'
import type { Network } from './network.ts'
import type { NodeState } from './node.ts'
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
  readonly why: string
  readonly evidence: readonly Step[]
  readonly trail: Trail | undefined
}

export function evaluate(source: Source, destination: Destination, network: Network): Outcome[] {
  if (source.kind === 'pod' && (isLoopback(destination.ip) || source.ips.includes(destination.ip))) {
    return [insidePod(destination.ip)]
  }
  const node = firstNode(source, destination, network)
  if (!node) return [notSeen(source.node)]
  const start = source.kind === 'node' ? startAtNode(node, destination) : startOutside(source, node, destination)
  if (typeof start === 'string') return [dropped(source.node, start)]
  const arrivals = source.kind === 'node' ? send(start, network) : receive(start, network)
  return merged(arrivals.map((arrival) => withAssumption(arrival.flow, outcomeOf(arrival, network))))
}

/** A client beyond the cluster reaches another node's own address there, not through the node that Service addresses are routed to. */
function firstNode(source: Source, { ip }: Destination, network: Network): NodeState | undefined {
  const node = network.nodes.get(source.node)
  if (!node || source.kind !== 'outside' || node.routes.isLocal(ip)) return node
  return nodeWith(network, ip, node) ?? node
}

const flowAt = (node: string, source: Ip, destination: Destination, rest: Partial<Flow>): Flow => ({
  share: 1,
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
  standIn: false,
  translations: [],
  assumption: undefined,
  evidence: [],
  trail: undefined,
  ...rest,
})

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

const plain = { endpoint: null, masquerade: false, sourceKept: true, evidence: [], trail: undefined } as const

const insidePod = (ip: Ip): Outcome => ({
  ...plain,
  verdict: 'local',
  share: 1,
  sourceSeen: ip,
  reply: 'ok',
  why: 'the packet stays inside the pod: kube-proxy’s rules do not see it',
})

const notSeen = (node: string): Outcome => ({
  ...plain,
  verdict: 'unknown',
  share: 1,
  sourceSeen: null,
  reply: 'unknown',
  why: `nothing of ${node} is recorded`,
})

const dropped = (node: string, why: string): Outcome => ({ ...notSeen(node), verdict: 'drop', why })

function outcomeOf(arrival: Arrival, network: Network): Outcome {
  const { flow } = arrival
  const common = {
    share: flow.share,
    masquerade: flow.masqueraded,
    sourceKept: !isSourceChanged(flow),
    evidence: flow.evidence,
    trail: flow.trail,
  }
  if (arrival.kind === 'stopped') return { ...common, ...stopped(arrival) }
  if (arrival.kind === 'kernel') return { ...common, ...ending('drop', arrival.why) }
  const verdict = flow.translated ? 'deliver' : arrival.kind === 'local' ? 'local' : 'forward'
  const sourceSeen = seenSource(flow)
  if (verdict !== 'deliver')
    return { ...common, ...ending(verdict, untranslated(flow, verdict, network)), sourceSeen, reply: 'ok' }
  return { ...common, verdict, sourceSeen, ...delivered(flow, network) }
}

/** An answer that might be wrong says so. */
const withAssumption = ({ assumption }: Flow, outcome: Outcome): Outcome =>
  assumption === undefined ? outcome : { ...outcome, why: `${outcome.why}; ${assumption}` }

const ending = (
  verdict: Verdict,
  why: string,
): Pick<Outcome, 'endpoint' | 'reply' | 'sourceSeen' | 'verdict' | 'why'> => ({
  verdict,
  why,
  endpoint: null,
  sourceSeen: null,
  reply: 'unknown',
})

function stopped({
  end,
  flow,
}: Extract<Arrival, { kind: 'stopped' }>): Pick<Outcome, 'evidence' | 'why'> & ReturnType<typeof ending> {
  const evidence = end.step.at ? [...flow.evidence, end.step] : flow.evidence
  if (end.kind === 'unknown') return { ...ending('unknown', end.why), evidence }
  const by = end.step.text === '' ? `the policy of ${end.step.table} ${end.step.chain}` : end.step.text
  const how = end.kind === 'reject' ? `refused (${end.how})` : 'dropped'
  return { ...ending(end.kind, `${how} by ${by}`), evidence }
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

function delivered(flow: Flow, network: Network): Pick<Outcome, 'endpoint' | 'reply' | 'why'> {
  const host = network.hostOf(flow.destination)
  const pod = network.podAt(flow.destination, flow.port) ?? host?.pod ?? null
  const node = host?.node ?? (network.nodes.get(flow.node)?.routes.isLocal(flow.destination) ? flow.node : null)
  const reply = replyOf(flow, network)
  const notes = [
    flow.masqueraded
      ? `, masqueraded as ${seenSource(flow) === null ? 'an address of the node' : formatIp(flow.source)}`
      : '',
    reply === 'lost' ? '; the answer does not come back through the node that translated it' : '',
    flow.affinitySeconds === undefined ? '' : '; a client that connected before stays with its endpoint',
  ]
  const why = `translated to ${formatIpPort(flow.destination, flow.port)}${pod === null ? '' : ` (${pod})`}${notes.join('')}`
  return { endpoint: { ip: flow.destination, port: flow.port, pod, node }, reply, why }
}

/** Outcomes that differ in nothing but the way there are one; in order of share, then address. */
function merged(outcomes: readonly Outcome[]): Outcome[] {
  const byKey = new Map<string, Outcome>()
  for (const outcome of outcomes) {
    const { endpoint, masquerade, reply, sourceSeen, verdict, why } = outcome
    const key = [verdict, endpoint?.ip, endpoint?.port, masquerade, sourceSeen, reply, why].join('|')
    const known = byKey.get(key)
    byKey.set(key, known ? { ...known, share: known.share + outcome.share } : outcome)
  }
  return [...byKey.values()].sort((a, b) => b.share - a.share || compare(a, b))
}

function compare(a: Outcome, b: Outcome): number {
  if (a.endpoint && b.endpoint && a.endpoint.ip !== b.endpoint.ip) return a.endpoint.ip < b.endpoint.ip ? -1 : 1
  return a.why < b.why ? -1 : a.why > b.why ? 1 : 0
}

export const outcomeSteps = (outcome: Outcome): Step[] => stepsOf(outcome.trail)
