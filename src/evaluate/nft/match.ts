/** nft's match statement: left, operator, right. */
import type { NftExpression, NftOperator } from '../../ruleset/nft.ts'
import type { Flow } from '../flow.ts'
import type { NodeState } from '../node.ts'
import { justWritten, not } from '../program.ts'
import type { Answer, Scope, Test } from '../program.ts'
import { exactProbability } from '../match/statistic.ts'
import { dynamicSets, setKey } from './dynamic-sets.ts'
import { lookUp } from './lookup.ts'
import { absent, bitNames, immediate, isUnknown, valuesOf } from './value.ts'
import type { Value } from './value.ts'

interface Comparison {
  readonly op: NftOperator
  readonly left: NftExpression
  readonly right: NftExpression
}

export function compileNftMatch(comparison: Comparison, scope: Scope): Test {
  const chance = randomChance(comparison)
  if (chance !== undefined) return () => byChance(chance)
  const { right } = comparison
  const key = typeof right === 'string' && right.startsWith('@') ? setKey(scope.table, right) : undefined
  return (flow, node) => {
    if (key !== undefined && flow.written.includes(key)) return justWritten(key)
    if (comparesWithDynamicSet(comparison, scope, flow)) return comparison.op === '!='
    const outcomes = valuesOf(comparison.left, flow, node)
    if (isPresenceTest(comparison)) return isPresent(outcomes[0]?.value, comparison)
    const [first] = outcomes
    if (outcomes.length === 1 && first) return compare(first.value, comparison, scope, flow, node)
    return together(outcomes.map(({ share, value }) => [share, compare(value, comparison, scope, flow, node)]))
  }
}

/** `meta random & 2147483647 < 715827883`, as nft 1.0 translates xt_statistic: a 31-bit fraction. */
function randomChance({ left, op, right }: Comparison): number | undefined {
  if (op !== '<' || typeof left !== 'object' || !('&' in left) || typeof right !== 'number') return undefined
  const [value, mask] = left['&']
  if (typeof value !== 'object' || !('meta' in value) || value.meta.key !== 'random' || mask !== 2 ** 31 - 1)
    return undefined
  return exactProbability(right / 2 ** 31)
}

function together(answers: readonly (readonly [number, Answer])[]): Answer {
  let chance = 0
  for (const [share, answer] of answers) {
    if (typeof answer === 'object') return answer
    if (answer) chance += share
  }
  return byChance(chance)
}

/** Sums of shares miss 1 by rounding, and a number that no packet exceeds is no chance. */
const byChance = (chance: number): Answer => (chance <= 0 ? false : chance >= 1 - 1e-12 ? true : { chance })

/**
 * A set that rules write to remembers clients. kpx answers for a client that is new, which is in none; one with a timeout that
 * `ip saddr` is looked up in is session affinity.
 */
function comparesWithDynamicSet({ right }: Comparison, scope: Scope, flow: Flow): boolean {
  if (typeof right !== 'string' || !right.startsWith('@')) return false
  const set = scope.table.sets.get(right.slice(1))
  if (set?.timeout === undefined || !dynamicSets(scope.table).has(set.name)) return false
  flow.affinitySeconds = set.timeout
  return true
}

function compare(value: Value, { op, right }: Comparison, scope: Scope, flow: Flow, node: NodeState): Answer {
  if (isUnknown(value)) return value
  if (value === absent) return false
  switch (op) {
    case 'in':
      return lookUp(value, right, scope).found
    case '==':
      return exact(value, right, scope, flow, node)
    case '!=':
      return not(exact(value, right, scope, flow, node))
    case '!':
      return not(lookUp(value, right, scope).found)
    case '<':
    case '<=':
    case '>':
    case '>=':
      return ordered(value, op, right)
  }
}

/** `fib saddr . iif oif missing`, which older versions print as 0. */
const isPresenceTest = ({ left, right }: Comparison): boolean =>
  typeof left === 'object' && 'fib' in left && (right === 'missing' || right === 'exists' || right === 0)

function isPresent(value: Value | undefined, { op, right }: Comparison): Answer {
  if (value === undefined || isUnknown(value)) return value ?? false
  const asked = (value === 'missing') === (right !== 'exists')
  return op === '!=' ? !asked : asked
}

/** Bits are equal when all of them are; other values by lookup. */
function exact(value: Value, right: NftExpression, scope: Scope, flow: Flow, node: NodeState): Answer {
  if (typeof value === 'object' && 'bits' in value) {
    if (typeof right === 'object' && 'set' in right) return lookUp(value, right, scope).found
    const wanted = right === 0 ? [] : bitNames(right)
    return wanted.length === value.bits.length && wanted.every((bit) => value.bits.includes(bit))
  }
  if (typeof right === 'object' && ('|' in right || '&' in right || '^' in right)) {
    const [outcome] = valuesOf(right, flow, node)
    return outcome && isUnknown(outcome.value) ? outcome.value : outcome?.value === value
  }
  return lookUp(value, right, scope).found
}

function ordered(value: Value, op: '<' | '<=' | '>' | '>=', right: NftExpression): Answer {
  const other = typeof right === 'object' ? undefined : immediate(right)
  if (typeof value !== 'number' || typeof other !== 'number') return { unknown: 'a comparison is not known to kpx' }
  if (op === '<') return value < other
  if (op === '<=') return value <= other
  return op === '>' ? value > other : value >= other
}
