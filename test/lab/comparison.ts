/** Whether packets did what kpx says of them: each of its outcomes, in about its share, and nothing else. */
import type { Outcome } from '../../src/answer/outcome.ts'
import type { Sent } from './packets.ts'
import { meetings } from './prediction.ts'

export type Met = Readonly<Record<string, number>>

/** An outcome is missed by chance so rarely: a flow that is wrong is asked twice, which makes it 1e-16, of some millions. */
const mostLuck = 1e-8
const mostConnections = 600

/** How many connections tell all outcomes that are not too rare. */
export function connectionsFor(outcomes: readonly Outcome[]): number {
  if (outcomes.length < 2) return 1
  const rarest = Math.min(...outcomes.map(({ share }) => share))
  return Math.min(mostConnections, Math.ceil(Math.log(mostLuck) / Math.log(1 - rarest)))
}

export const isUnknown = (outcomes: readonly Outcome[]): boolean =>
  outcomes.some(({ verdict }) => verdict === 'unknown')

/** What is wrong; undefined where packets do what kpx says. */
export function disagreement(outcomes: readonly Outcome[], met: Met, sent: Sent): string | undefined {
  const said = outcomes.map((outcome) => ({ share: outcome.share, patterns: meetings(outcome, sent) }))
  const seen = Object.entries(met).map(([what, count]) => ({ what: withoutLink(what), count }))
  const total = seen.reduce((sum, { count }) => sum + count, 0)
  const strange = seen.find(({ what }) => !said.some(({ patterns }) => isOneOf(what, patterns)))
  if (strange) return `kpx does not say ${strange.what}`
  // of independent connections (Hoeffding's inequality)
  const margin = Math.sqrt(Math.log(1 / mostLuck) / (2 * total))
  for (const { patterns, share } of said) {
    const alike = said.filter((other) => other.patterns.some((pattern) => patterns.includes(pattern)))
    const expected = alike.reduce((sum, other) => sum + other.share, 0)
    const count = seen.reduce(
      (sum, one) => sum + (alike.some((other) => isOneOf(one.what, other.patterns)) ? one.count : 0),
      0,
    )
    if (count === 0 && (1 - share) ** total < mostLuck) return `no packet meets ${patterns.join(' or ')}`
    if (count / total < expected - margin)
      return `${count} of ${total} packets meet ${patterns.join(' or ')}, not ${(100 * expected).toFixed(1)} %`
  }
  return undefined
}

/** kpx does not tell the link. */
const withoutLink = (what: string): string => what.replace(/^left \S+/, 'left')

/** `*` stands for anything. */
const isOneOf = (what: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => {
    if (pattern === '*') return true
    const words = what.split(' ')
    return pattern.split(' ').every((word, i) => word === '*' || word === words[i])
  })
