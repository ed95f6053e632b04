/** Whether clients stay with the endpoint that they got first. */
import type { Service } from '../../cluster/objects.ts'
import type { Outcome } from '../outcome.ts'
import { listText, nodesOf, reached } from './met.ts'
import type { Behaviour, Met } from './met.ts'

export function affinityBehaviour({ affinitySeconds }: Service, mets: readonly Met[]): Behaviour[] {
  const about = 'sessionAffinity'
  const served = mets.filter((met) => reached([met]).length > 0)
  const sticky = served.filter(({ outcomes }) => outcomes.some(isSticky))
  const loose = served.filter(({ outcomes }) => outcomes.some((one) => one.endpoint && !isSticky(one)))
  if (affinitySeconds === undefined) {
    if (sticky.length === 0) return []
    const text = `Session affinity none, but on ${listText(nodesOf(sticky))} clients stay with the endpoint that they got first.`
    return [{ about, holds: false, text }]
  }
  if (served.length === 0) return []
  const asked = `Session affinity ClientIP, ${affinitySeconds} s asked for: a client keeps the endpoint that its first connection got`
  const but = loose.length === 0 ? '' : `; but the rules of ${listText(nodesOf(loose))} do not all remember clients`
  return [{ about, holds: loose.length === 0, text: `${asked}${but}.` }]
}

/** The evaluator's words for a rule that remembers clients. */
const isSticky = ({ why }: Outcome): boolean => why.includes('a client that connected before stays with its endpoint')
