/** Long lists are cut, with a count and the flag that shows all. */
import type { Outcome } from '../answer/outcome.ts'
import { formatShare } from './outcome.ts'

interface CutOutcomes extends Cut<Outcome> {
  readonly hidden: number
  /** Of all that are hidden. */
  readonly share: number
}

interface Cut<T> {
  readonly shown: readonly T[]
  /** A line, `and 30 more nodes (--limit 0 shows all)`; empty where nothing is cut. */
  readonly more: string
}

export function cut<T>(items: readonly T[], limit: number, noun: string): Cut<T> {
  const rest = items.length - limit
  return { shown: items.slice(0, limit), more: rest > 0 ? moreLine(rest, noun) : '' }
}

/** Endpoints only, and those whose answers are lost, or may be, apart: what else happens is what a reader looks for. */
export function cutOutcomes(outcomes: readonly Outcome[], limit: number): CutOutcomes {
  const delivered = outcomes.filter(({ verdict }) => verdict === 'deliver')
  const isLost = ({ reply }: Outcome): boolean => reply !== 'ok'
  const hidden = new Set([
    ...delivered.filter((one) => !isLost(one)).slice(limit),
    ...delivered.filter(isLost).slice(limit),
  ])
  const share = [...hidden].reduce((sum, one) => sum + one.share, 0)
  return {
    shown: outcomes.filter((one) => !hidden.has(one)),
    hidden: hidden.size,
    share,
    more: hidden.size > 0 ? moreLine(hidden.size, 'endpoint', `, ${formatShare(share)} in all`) : '',
  }
}

/** Below a table of many lists. */
export const cutNote = (limit: number): string => `lists of more than ${limit} endpoints are cut ${howToSeeAll}\n`

const howToSeeAll = '(--limit 0 shows all)'

const moreLine = (rest: number, noun: string, note = ''): string =>
  `    and ${rest} more ${noun}${rest === 1 ? '' : 's'}${note} ${howToSeeAll}\n`
