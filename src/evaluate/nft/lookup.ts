/** Sets and maps: whether a value is in one, and what it maps to. Named sets with plain keys are looked up by key, as the kernel does. */
import { contains, isPrefixLength, parseIp } from '../../ruleset/address.ts'
import type { NftElement, NftExpression, NftSet } from '../../ruleset/nft.ts'
import type { Answer, Scope } from '../program.ts'
import { absent, bitNames, immediate, isUnknown } from './value.ts'
import type { Value } from './value.ts'

/** The element that matches what no other does. */
const catchAll = '*'

/** Whether a value equals an element: a constant, a prefix, a range, or a concatenation of these. */
function matchesElement(value: Value, element: NftExpression): Answer {
  if (isUnknown(value)) return value
  if (typeof element === 'object' && 'elem' in element) {
    if (element.elem.conditions?.length) return { unknown: 'the element has a condition that kpx does not know' }
    return matchesElement(value, element.elem.val)
  }
  if (element === catchAll) return true
  if (typeof element === 'object' && 'concat' in element) return matchesConcatenation(value, element.concat)
  if (Array.isArray(value)) return { unknown: 'a concatenation is compared with a single value' }
  if (typeof element === 'object' && 'prefix' in element) return inPrefix(value, element.prefix)
  if (typeof element === 'object' && 'range' in element) return inRange(value, element.range)
  if (typeof value === 'object' && 'bits' in value) return value.bits.some((bit) => bitNames(element).includes(bit))
  if (typeof element === 'object') return { unknown: 'an element is not known to kpx' }
  return equals(value as bigint | number | string, element)
}

function equals(value: bigint | number | string, element: number | string): boolean {
  if (typeof value === 'string' && typeof element === 'string' && element.endsWith('*')) {
    return value.startsWith(element.slice(0, -1))
  }
  return value === immediate(element)
}

function matchesConcatenation(value: Value, parts: readonly NftExpression[]): Answer {
  if (!Array.isArray(value)) return { unknown: 'a single value is compared with a concatenation' }
  let answer: Answer = true
  for (const [i, part] of parts.entries()) {
    const own = matchesElement(value[i] as Value, part)
    if (own === false) return false
    if (own !== true) answer = own
  }
  return answer
}

function inPrefix(value: Value, { addr, len }: { addr: string; len: number }): Answer {
  const address = parseIp(addr)
  if (address === undefined || !isPrefixLength(len, address)) {
    return { unknown: `the prefix ${addr}/${len} is not known to kpx` }
  }
  return (typeof value === 'number' || typeof value === 'bigint') && contains({ address, length: len }, value)
}

function inRange(value: Value, [from, to]: readonly [NftExpression, NftExpression]): Answer {
  if (typeof from === 'object' || typeof to === 'object') return { unknown: 'a range is not known to kpx' }
  const [low, high] = [immediate(from), immediate(to)]
  return typeof value === typeof low && (value as number) >= (low as number) && (value as number) <= (high as number)
}

export interface Lookup {
  readonly found: Answer
  /** The value of the element, in a map. */
  readonly data?: NftExpression
}

/** Looks a value up in `{"set":[...]}` or `"@name"`. A name that the table does not have is unknown. */
export function lookUp(value: Value, data: NftExpression, scope: Scope): Lookup {
  if (value === absent) return { found: false }
  if (typeof data === 'string' && data.startsWith('@')) {
    const set = scope.table.sets.get(data.slice(1))
    if (!set) return { found: { unknown: `${data} is not in the dump` } }
    return lookUpNamed(value, set)
  }
  if (typeof data === 'object' && 'set' in data) return search(value, data.set)
  return { found: matchesElement(value, data) }
}

const indexes = new WeakMap<NftSet, { exact: Map<string, NftElement>; rest: NftElement[] }>()

function lookUpNamed(value: Value, set: NftSet): Lookup {
  let index = indexes.get(set)
  if (!index) indexes.set(set, (index = indexOf(set.elements)))
  const hit = index.exact.get(keyOf(value) ?? '')
  return hit === undefined ? search(value, index.rest) : foundIn(hit)
}

function indexOf(elements: readonly NftElement[]): { exact: Map<string, NftElement>; rest: NftElement[] } {
  const exact = new Map<string, NftElement>()
  const rest: NftElement[] = []
  for (const element of elements) {
    const key = constantKey(keyExpression(element))
    if (key === undefined) rest.push(element)
    else exact.set(key, element)
  }
  return { exact, rest }
}

const isPair = (element: NftElement): element is readonly [NftExpression, NftExpression] => Array.isArray(element)
const keyExpression = (element: NftElement): NftExpression => (isPair(element) ? element[0] : element)

function constantKey(key: NftExpression): string | undefined {
  if (typeof key !== 'object') return key === catchAll || String(key).endsWith('*') ? undefined : keyOf(immediate(key))
  if ('elem' in key) return key.elem.conditions?.length ? undefined : constantKey(key.elem.val)
  if (!('concat' in key)) return undefined
  const parts = key.concat.map(constantKey)
  return parts.every((part) => part !== undefined) ? parts.join(' . ') : undefined
}

/** A text that equal values share; types are told apart, so that port 80 is not the address 0.0.0.80's number. */
function keyOf(value: Value): string | undefined {
  if (Array.isArray(value)) {
    const parts = value.map(keyOf)
    return parts.every((part) => part !== undefined) ? parts.join(' . ') : undefined
  }
  if (typeof value === 'object') return undefined
  return typeof value === 'bigint' ? `6:${value}` : String(value)
}

function foundIn(element: NftElement): Lookup {
  return isPair(element) ? { found: true, data: element[1] } : { found: true }
}

function search(value: Value, elements: readonly NftElement[]): Lookup {
  let fallback: Lookup = { found: false }
  for (const element of elements) {
    const key = keyExpression(element)
    const answer = matchesElement(value, key)
    if (answer === false) continue
    if (answer !== true) return { found: answer }
    if (key !== catchAll) return foundIn(element)
    fallback = foundIn(element)
  }
  return fallback
}
