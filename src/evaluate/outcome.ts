/** What became of a packet, made from how its flows ended. */
import { formatIp, formatIpPort } from '../ruleset/address.ts'
import type { Ip } from '../ruleset/address.ts'
import type { Outcome, Verdict } from './evaluate.ts'
import type { Flow, Step, Trail } from './flow.ts'
import type { Arrival } from './journey.ts'
import type { Network } from './network.ts'
import { replyOf } from './reply.ts'
import type { Reply } from './reply.ts'
import { unknownAddress } from './source-address.ts'

const plain = {
  endpoint: null,
  masquerade: false,
  sourceKept: true,
  affinitySeconds: undefined,
  evidence: [],
  trail: undefined,
} as const

export const insidePod = (node: string, ip: Ip): Outcome => ({
  ...plain,
  end: { node, by: null, translated: false },
  verdict: 'local',
  share: 1,
  sourceSeen: ip,
  reply: 'ok',
  why: () => "the packet stays inside the pod: kube-proxy's rules do not see it",
})

export const notSeen = (node: string): Outcome => ({
  ...plain,
  end: { node, by: null, translated: false },
  verdict: 'unknown',
  share: 1,
  sourceSeen: null,
  reply: 'unknown',
  why: () => `nothing of ${node} is recorded`,
})

export const dropped = (node: string, why: string): Outcome => ({ ...notSeen(node), verdict: 'drop', why: () => why })

export function outcomeOf(arrival: Arrival, network: Network): Outcome {
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
export function merged(outcomes: readonly Outcome[]): Outcome[] {
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
