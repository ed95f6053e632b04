/** What must hold in a document though no schema can say it. */
import { formatIp, parseIp } from '../../src/ruleset/address.ts'
import { placesIn } from './places.ts'
import { isObject } from './schemas.ts'
import type { Document } from './schemas.ts'

export function contradictions(document: Document): string[] {
  return placesIn(document).flatMap(({ name, path, value }) =>
    [...ofPackets(name, value), ...ofItems(value), ...ofAddress(name, value)].map((why) => `${path.join('.')}: ${why}`),
  )
}

/** One packet's outcomes add up to 1, a pod's to its share, and only a delivered one has an endpoint. */
function* ofPackets(name: string, value: unknown): Generator<string> {
  if (!/\.(outcomes|from\.\w+)$/.test(name) || !Array.isArray(value)) return
  const outcomes = value.filter(isObject)
  const sum = sumOf(outcomes)
  if (!isPodsPart.test(name) && Math.abs(sum - 1) > 1e-6) yield `shares add up to ${sum}`
  for (const { endpoint, verdict } of outcomes) {
    if ((endpoint !== null) !== (verdict === 'deliver')) yield `${String(verdict)} with endpoint ${String(endpoint)}`
  }
}

/** In a PodExplanation. */
const isPodsPart = /\.nodes\[\]\.outcomes$/

/** An item of a ServiceList is about one packet; the lines of a RulesetSummary's file are counted once. */
function* ofItems(value: unknown): Generator<string> {
  if (!isObject(value)) return
  const { endpoints, ignored, lines, others, outcomes, recognised, share, unknown } = value
  if (Array.isArray(endpoints) && Array.isArray(others)) {
    const sum = sumOf([...endpoints, ...others])
    if (Math.abs(sum - 1) > 1e-6) yield `shares add up to ${sum}`
  }
  if (Array.isArray(outcomes) && share !== undefined && Math.abs(sumOf(outcomes) - Number(share)) > 1e-6) {
    yield `the pod's shares do not add up to ${Number(share)}`
  }
  if (lines !== undefined && Number(recognised) + Number(ignored) + Number(unknown) !== lines) yield 'lines are lost'
}

function* ofAddress(name: string, value: unknown): Generator<string> {
  if (!/^address$|\.(ip|sourceSeen)$/.test(name) || typeof value !== 'string') return
  const ip = parseIp(value)
  if (ip === undefined || formatIp(ip) !== value) yield `${value} is not a canonical address`
}

const sumOf = (shares: readonly unknown[]): number =>
  shares.reduce<number>((sum, one) => sum + (isObject(one) ? Number(one['share']) : NaN), 0)
