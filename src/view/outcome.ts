/** Outcomes in words and cells, the same in every table. */
import { addressText } from '../answer/outcome.ts'
import type { Outcome } from '../answer/outcome.ts'
import type { Cell } from './table.ts'
import type { Style } from './style.ts'

/** `100%`, `33.3%`, `<0.1%`. */
export function formatShare(share: number): string {
  if (share === 1) return '100%'
  const percent = share * 100
  if (percent > 0 && percent < 0.1) return '<0.1%'
  const rounded = percent.toFixed(1)
  return `${rounded.endsWith('.0') ? rounded.slice(0, -2) : rounded}%`
}

const verdicts: Readonly<Record<Outcome['verdict'], string>> = {
  deliver: 'delivered',
  local: 'to the node itself',
  forward: 'not translated',
  reject: 'refused',
  drop: 'dropped',
  unknown: 'unknown',
}

/** What happens, in a word; an answer that is lost counts as much as a drop, and one that may be is told. */
export function resultCell(
  { reply, verdict }: Pick<Outcome, 'verdict'> & { reply?: Outcome['reply'] },
  style: Style,
): Cell {
  if (verdict === 'deliver' && reply === 'lost') return { text: 'answer lost', paint: style.bad }
  if (verdict === 'deliver' && reply === 'unknown') return { text: 'answer unknown', paint: style.warn }
  const paint = {
    deliver: style.good,
    local: style.dim,
    forward: style.dim,
    reject: style.bad,
    drop: style.bad,
    unknown: style.warn,
  }
  return { text: verdicts[verdict], paint: paint[verdict] }
}

export const endpointText = ({ endpoint }: Outcome): string => (endpoint === null ? '' : addressText(endpoint))

/** What is not delivered, or not answered for certain, has its reason told below. */
export const isTold = ({ reply, verdict }: Outcome): boolean => verdict !== 'deliver' || reply !== 'ok'

/** Why it ends so, and what of that cannot be told. */
export const whyText = ({ reply, verdict, why }: Outcome): string =>
  verdict === 'deliver' && reply === 'unknown' ? `${why}; whether the answer comes back cannot be told` : why

/** The rule that chose the endpoint, with its place. */
export function ruleText({ evidence: [first] }: Outcome): string {
  return first ? `${first.node} ${first.file}:${first.line} ${first.text}` : ''
}

/** The source address that the endpoint sees: `kept`, or what it was replaced by; with `wide` also what is kept. */
export function sourceText({ sourceKept, sourceSeen, verdict }: Outcome, wide = false): string {
  if (verdict !== 'deliver') return ''
  if (!sourceKept) return sourceSeen ?? 'the node'
  return wide && sourceSeen !== null ? `${sourceSeen} (kept)` : 'kept'
}
