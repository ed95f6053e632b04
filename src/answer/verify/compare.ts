/** What a packet meets against what it should: the two sides of one comparison, and how they differ. */
import type { Expectation } from '../../cluster/expected/expectation.ts'
import type { Client, NodeProxy } from '../../cluster/expected/node-proxy.ts'
import type { Target } from '../../cluster/expected/targets.ts'
import type { Service } from '../../cluster/objects.ts'
import { outcomeSteps } from '../../evaluate/evaluate.ts'
import type { Outcome } from '../../evaluate/evaluate.ts'
import type { Step } from '../../evaluate/flow.ts'
import { formatIpPort } from '../../ruleset/address.ts'
import type { Ip } from '../../ruleset/address.ts'
import { isKubeProxysStep } from '../mention/kube-proxy.ts'

export type DifferenceKind =
  /** Nothing translates it. */
  | 'untranslated'
  /** A rule or the kernel stops it. */
  | 'stopped'
  /** It gets to what is no endpoint of the Service. */
  | 'stale'
  /** It gets to an endpoint that is not for this client on this node. */
  | 'strays'
  /** An endpoint gets none. */
  | 'missed'
  | 'shares'
  /** It should be refused or dropped, and is not, or not so. */
  | 'passes'
  | 'masquerade'
  | 'affinity'
  | 'reply'
  | 'unknown'

export interface Difference {
  readonly kind: DifferenceKind
  /** A clause about the packet: `dropped by -A FORWARD -j DROP`. */
  readonly what: string
  /** Of which that is told; undefined where it is of something that is missing. */
  readonly outcome: Outcome | undefined
}

export interface Compared {
  readonly service: Service
  readonly client: Client
  readonly proxy: NodeProxy
  readonly expected: Expectation
  readonly outcomes: readonly Outcome[]
}

export function differencesOf(compared: Compared): readonly Difference[] {
  const { expected, outcomes } = compared
  const unknown = outcomes.find(({ verdict }) => verdict === 'unknown')
  if (unknown) return [{ kind: 'unknown', what: unknown.why(), outcome: unknown }]
  if (expected.verdict !== 'deliver') return unrefused(expected, outcomes)
  const [astray] = outcomes.flatMap((outcome) => notDelivered(outcome) ?? [])
  if (!astray) return misdirected(compared) ?? mistreated(compared)
  // whoever gets none may be who should have got those
  return [astray, ...strangersOf(compared)]
}

/** What should be refused, or dropped, or be delivered to none but the targets. */
function unrefused({ targets, verdict, why }: Expectation, outcomes: readonly Outcome[]): Difference[] {
  const isMeant = ({ endpoint }: Outcome): boolean =>
    endpoint === null || targets.some(({ ip, port }) => ip === endpoint.ip && port === endpoint.port)
  const outcome = outcomes.find((one) => (verdict === 'any' ? !isMeant(one) : one.verdict !== verdict))
  if (!outcome) return []
  const { end } = outcome
  // it makes no difference to the kernel, or to somebody else's rule, that kube-proxy would have refused it
  const isStopped = ['drop', 'reject'].includes(outcome.verdict) && !(end.by && refusesUntranslated(end.by))
  return [{ kind: isStopped ? 'stopped' : 'passes', what: `${outcome.why()}, though ${why}`, outcome }]
}

function notDelivered(outcome: Outcome): Difference | undefined {
  if (outcome.endpoint) return undefined
  return { kind: isUntranslated(outcome) ? 'untranslated' : 'stopped', what: outcome.why(), outcome }
}

/** kube-proxy's own rules refuse what they have not translated. */
function isUntranslated({ end, verdict }: Outcome): boolean {
  if (verdict === 'forward' || verdict === 'local') return true
  return !end.translated && end.by !== null && refusesUntranslated(end.by)
}

const refusesUntranslated = ({ chain, table }: Step): boolean =>
  table === 'kube-proxy' || /^KUBE-(?:EXTERNAL-SERVICES|FW-|IPVS-|PROXY-FIREWALL|SERVICES|SOURCE-RANGES)/.test(chain)

type Delivered = Outcome & { readonly endpoint: NonNullable<Outcome['endpoint']> }

const isDelivered = (outcome: Outcome): outcome is Delivered => outcome.endpoint !== null

const keyOf = ({ ip, port }: { readonly ip: Ip; readonly port: number }): string => `${ip} ${port}`

/** Who gets it and should not, each once. */
function strangersOf({ expected, outcomes }: Compared): Difference[] {
  const targets = new Set(expected.targets.map(keyOf))
  const strangers = new Map<string, Difference>()
  for (const outcome of outcomes.filter(isDelivered)) {
    const key = keyOf(outcome.endpoint)
    if (targets.has(key)) continue
    strangers.set(key, { kind: 'strays', what: `${outcome.why()}, though ${expected.why}`, outcome })
  }
  return [...strangers.values()]
}

/** Endpoints and shares; undefined where each of the targets gets its share, and nobody else any. */
function misdirected(compared: Compared): Difference[] | undefined {
  const { expected, outcomes } = compared
  const delivered = outcomes.filter(isDelivered)
  const shares = new Map<string, number>()
  for (const { endpoint, share } of delivered) shares.set(keyOf(endpoint), (shares.get(keyOf(endpoint)) ?? 0) + share)
  const missed = expected.targets.filter((target) => !shares.has(keyOf(target)))
  const wrong = [
    ...strangersOf(compared),
    ...missed.map((target): Difference => ({
      kind: 'missed',
      what: missedText(target, expected),
      outcome: delivered[0],
    })),
  ]
  if (wrong.length > 0) return wrong
  const fair = 1 / expected.targets.length
  const odd = delivered.find(({ endpoint }) => isOdd(shares.get(keyOf(endpoint)) ?? 0, fair))
  if (!odd) return undefined
  const { ip, port } = odd.endpoint
  const what = `${percent(shares.get(keyOf(odd.endpoint)) ?? 0)} get to ${formatIpPort(ip, port)}, not ${percent(fair)}`
  return [{ kind: 'shares', what, outcome: odd }]
}

const percent = (share: number): string => `${Math.round(share * 1000) / 10}%`

/** A statistic match is as exact as 2^-31, and what many of them leave is a product of it. */
const isOdd = (share: number, fair: number): boolean => Math.abs(share - fair) > fair * 1e-4

const missedText = ({ endpoint, ip, port }: Target, { why }: Expectation): string =>
  `none gets to ${endpoint.pod === undefined ? '' : `${endpoint.pod}, `}${formatIpPort(ip, port)} (${why})`

/** How those that get where they should get there: by the first of each kind. */
function mistreated(compared: Compared): Difference[] {
  const delivered = compared.outcomes.filter(isDelivered)
  for (const check of [masqueradeOf, affinityOf, replyOf]) {
    for (const outcome of delivered) {
      const difference = check(outcome, compared)
      if (difference) return [difference]
    }
  }
  return []
}

const isHairpin = ({ endpoint }: Delivered, { client }: Compared): boolean =>
  client.kind === 'pod' && client.ip === endpoint.ip

/** What comes in for a process of the node goes out by no device, so that POSTROUTING never sees it. */
const staysOnNode = ({ endpoint }: Delivered, { client, proxy }: Compared): boolean =>
  client.kind !== 'node' && proxy.addresses.includes(endpoint.ip)

function masqueradeOf(outcome: Delivered, compared: Compared): Difference | undefined {
  const { expected, proxy } = compared
  if (staysOnNode(outcome, compared)) return undefined
  const isSelf = isHairpin(outcome, compared)
  const wanted = expected.masquerade === true || isSelf
  if (wanted && !outcome.masquerade) {
    const why = isSelf ? 'the pod gets its own packet' : 'the answer is to come back by the node'
    return { kind: 'masquerade', what: `not masqueraded, though ${why}: ${outcome.why()}`, outcome }
  }
  if (wanted || expected.masquerade === undefined || !outcome.masquerade) return undefined
  if (!expected.keepsSource && !isByKubeProxy(outcome, proxy.node)) return undefined
  return {
    kind: 'masquerade',
    what: `masqueraded, though the client's address is to be kept: ${outcome.why()}`,
    outcome,
  }
}

/** Other rules on a node may hide pods' addresses from what is beyond the cluster, as they should. */
const isByKubeProxy = (outcome: Outcome, node: string): boolean =>
  outcomeSteps(outcome).some((step) => step.node === node && /^masquerade/i.test(step.action) && isKubeProxysStep(step))

function affinityOf(outcome: Delivered, { service }: Compared): Difference | undefined {
  const [wanted, found] = [service.affinitySeconds, outcome.affinitySeconds]
  // 0: the dump does not tell for how long
  if (wanted === found || (found === 0 && wanted !== undefined)) return undefined
  const kept =
    found === undefined ? 'a client does not stay with its endpoint' : `a client stays with its endpoint for ${found} s`
  return {
    kind: 'affinity',
    what: `${kept}, though sessionAffinity is ${wanted === undefined ? 'None' : `ClientIP for ${wanted} s`}`,
    outcome,
  }
}

function replyOf(outcome: Delivered, compared: Compared): Difference | undefined {
  if (outcome.reply !== 'lost' || !comesBack(outcome, compared)) return undefined
  return { kind: 'reply', what: outcome.why(), outcome }
}

/** Whether the answer should come by this node: without a masquerade, as far as that is known, it need not, from another node to a client beyond the cluster. */
function comesBack(outcome: Delivered, { client, expected, proxy }: Compared): boolean {
  if (expected.masquerade === undefined) return false
  if (expected.masquerade || outcome.endpoint.node === proxy.node) return true
  // in ipvs mode a node sends from the Service's address, which every node has
  return client.kind === 'pod' || (client.kind === 'node' && proxy.mode !== 'ipvs')
}
