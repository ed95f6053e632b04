/** Differences together by what causes them: one finding each, with the Services that it concerns. */
import { qualified } from '../../cluster/objects.ts'
import { outcomeSteps } from '../../evaluate/evaluate.ts'
import { madeStep } from '../../evaluate/rule-step.ts'
import { finding } from '../finding.ts'
import type { Finding } from '../finding.ts'
import { groupBy } from '../fold.ts'
import type { Evidence } from '../outcome.ts'
import { codeOf } from './codes.ts'
import type { Difference, DifferenceKind } from './compare.ts'
import type { Packet } from './packets.ts'

/** A difference of a packet. */
export interface Met {
  readonly packet: Packet
  readonly difference: Difference
}

/** Of what concerns one Service's endpoints, the worst tells. */
const ofEndpoints: readonly DifferenceKind[] = ['stale', 'strays', 'missed', 'shares']

export const isOfEndpoints = (kind: DifferenceKind): boolean => ofEndpoints.includes(kind)

/** What somebody else's rule stops, or the kernel, on whichever way to it: one finding for each rule and setting. */
export function stoppedFindings(mets: readonly Met[]): Finding[] {
  return [...groupBy(mets, stopperOf).values()].map(findingFor)
}

/** Whether it is a rule or setting that ends it, whosever packet it is. IPVS ends packets of a virtual server. */
export const isStopped = ({ difference: { kind, outcome } }: Met): boolean =>
  kind === 'unknown' || (kind === 'stopped' && outcome?.end.by?.table !== 'ipvs')

/** By the rule, or by what the kernel says, whatever address it says it of. */
function stopperOf({ difference: { outcome, what } }: Met): string {
  const { by, node } = outcome?.end ?? {}
  return `${node} ${by?.at ? `${by.at.file}:${by.at.line}` : (outcome?.why() ?? what).replace(addresses, '*')}`
}

const addresses = /\[?[\da-f]*[.:][\da-f.:]+\]?/g

/** `packets` are all that were compared on the node: where every one that could be is concerned, one cause is. */
export function findingsOf(mets: readonly Met[], packets: readonly Packet[]): Finding[] {
  const common = foldable
    .map((kind) => mets.filter((met) => met.difference.kind === kind))
    .filter((all) => isEvery(all, packets))
  const taken = new Set(common.flat())
  const rest = mets.filter((met) => !taken.has(met))
  const own = groupBy(
    rest,
    (met) =>
      `${isOfEndpoints(met.difference.kind) ? 'endpoints' : met.difference.kind} ${qualified(met.packet.service)}`,
  )
  return [...common, ...own.values()].map(findingFor)
}

const foldable: readonly DifferenceKind[] = [
  'untranslated',
  'stopped',
  'passes',
  'masquerade',
  'affinity',
  'reply',
  'missed',
]

/** Whether no packet of these kinds is as it should be, of more than one Service, or those of most Services, and of three or more. */
function isEvery(mets: readonly Met[], packets: readonly Packet[]): boolean {
  const concerned = new Set(mets.map(({ packet }) => packet.service))
  if (concerned.size < 2) return false
  const [kind] = mets.map(({ difference }) => difference.kind)
  const kindOf = ({ expected, frontend, sender }: Packet): string =>
    [frontend.kind, frontend.family, sender, expected.why].join(' ')
  const kinds = new Set(mets.map(({ packet }) => kindOf(packet)))
  const isOfSelves = mets.every(({ packet }) => packet.sender === 'self')
  // a pod that is the only endpoint gets its own packet masqueraded in any case
  const may = packets.filter(
    (packet) => kinds.has(kindOf(packet)) && mayDiffer(packet, kind) && (isOfSelves || packet.sender !== 'self'),
  )
  const met = new Set(mets.map(({ packet }) => packet))
  if (may.every((packet) => met.has(packet))) return true
  return concerned.size >= 3 && concerned.size > new Set(may.map(({ service }) => service)).size / 2
}

function mayDiffer({ expected, sender, service }: Packet, kind: DifferenceKind | undefined): boolean {
  if (kind === 'passes') return expected.verdict === 'drop' || expected.verdict === 'reject'
  if (expected.verdict !== 'deliver') return false
  if (kind === 'masquerade') return expected.masquerade === true || sender === 'self'
  return kind !== 'affinity' || service.affinitySeconds !== undefined
}

export const servicesOf = (mets: readonly Met[]): string[] =>
  [...new Set(mets.map(({ packet }) => qualified(packet.service)))].sort()

/** The worst difference is told, with what else differs of the same packet. */
function findingFor(mets: readonly Met[]): Finding {
  const [first] = mets.toSorted((a, b) => rank(a) - rank(b))
  if (!first) throw new Error('a cause without a difference')
  const { difference, packet } = first
  const services = servicesOf(mets)
  const own = mets.filter((met) => met.packet === packet).map((met) => met.difference.what)
  const others = new Set(mets.map((met) => met.packet)).size - 1
  const more = others === 0 ? '' : `; and ${others} more ${others === 1 ? 'kind' : 'kinds'} of packets`
  const whose = services.length > 1 ? `, of ${servicesText(services)}` : ''
  const told = finding(codeOf[difference.kind], {
    node: isStopped(first) ? (difference.outcome?.end.node ?? packet.node) : packet.node,
    object: services.length === 1 ? `Service ${services[0]}` : null,
    message: `${packet.label}: ${[...new Set(own)].join('; ')}${more}${whose}`,
    evidence: evidenceOf(first),
    affects: services,
  })
  // an answer that gets lost elsewhere may be how a cluster is built; these are packets that should come back
  return difference.kind === 'reply' ? { ...told, level: 'error' } : told
}

const rank = ({ difference: { kind } }: Met): number => {
  const at = ofEndpoints.indexOf(kind)
  return at < 0 ? ofEndpoints.length : at
}

/** `shop/a, shop/b and 3 more Services`. */
export function servicesText(services: readonly string[]): string {
  const shown = services.length > 4 ? services.slice(0, 3) : services
  const rest = services.length - shown.length
  return rest > 0 ? `${shown.join(', ')} and ${rest} more Services` : shown.join(', ')
}

/** The rule that stopped it, or those that decided; of endpoints the last two steps, that choose and translate. */
export function evidenceOf(met: Met): Evidence[] {
  const { outcome } = met.difference
  if (!outcome) return []
  const steps = outcomeSteps(outcome).filter(({ action }) => !/^(?:mark|masquerade)/i.test(action))
  const translated = steps.findLastIndex(({ action }) => /^dnat|picks/i.test(action))
  const chosen =
    isOfEndpoints(met.difference.kind) && translated >= 0
      ? steps.slice(Math.max(0, translated - 1), translated + 1)
      : undefined
  const { by } = outcome.end
  const decided = outcome.evidence.length > 0 ? outcome.evidence.map(madeStep) : steps.slice(-1)
  return (chosen ?? (by?.at ? [by] : decided)).flatMap(({ at, node, text }) =>
    at ? [{ node, file: at.file, line: at.line, text }] : [],
  )
}
