/** Verdicts, and the elements of sets and maps: `10.0.0.1 . tcp . 80 timeout 5m comment "x" : goto chain`. */
import { isBitmaskType } from '../../ruleset/nft-datatype.ts'
import type { NftElem, NftElement, NftExpression, NftVerdict } from '../../ruleset/nft.ts'
import { orTogether } from './binary.ts'
import { parseLiteral, parseNumber, parseSeconds, splitList } from './literal.ts'
import { type Cursor, NftSyntaxError, ended, expect, next, nextString, peek, quoteWord, take } from './tokens.ts'

/** The types of an element's key and, in a map, of its value. `["verdict"]` for verdict maps. */
export interface ElementTypes {
  readonly key: readonly string[]
  readonly data?: readonly string[]
}

/** The verdict at the cursor, if there is one. */
export function takeVerdict(c: Cursor): NftVerdict | undefined {
  switch (peek(c)) {
    case 'accept':
      return (c.at++, { accept: null })
    case 'drop':
      return (c.at++, { drop: null })
    case 'continue':
      return (c.at++, { continue: null })
    case 'return':
      return (c.at++, { return: null })
    case 'jump':
      return (c.at++, { jump: { target: nextString(c) } })
    case 'goto':
      return (c.at++, { goto: { target: nextString(c) } })
    case undefined:
    default:
      return undefined
  }
}

/** `10.0.0.1 . tcp . 80-90`, or a single value. */
export function parseKey(c: Cursor, types: readonly string[]): NftExpression {
  const parts = [parsePart(c, types[0])]
  while (take(c, '.')) parts.push(parsePart(c, types[parts.length]))
  return concatenate(parts)
}

export function concatenate(parts: readonly NftExpression[]): NftExpression {
  const [first] = parts
  return parts.length === 1 && first !== undefined ? first : { concat: parts }
}

/** One value; bits may be or-ed as `syn | ack` or `syn,ack`. */
function parsePart(c: Cursor, type: string | undefined): NftExpression {
  if (take(c, '(')) {
    const inner = parsePart(c, type)
    expect(c, ')')
    return inner
  }
  const word = next(c)
  if (!word.includes(',') && !word.includes('|') && peek(c) !== '|') return parseLiteral(word, type)
  const values = parseBits(word, type)
  while (take(c, '|')) values.push(...parseBits(next(c), type))
  return orTogether(values)
}

function parseBits(word: string, type: string | undefined): NftExpression[] {
  const words = word.includes('|') ? splitList(word, '|') : [word]
  return words.flatMap((one) => splitList(one, ',')).map((bit) => parseLiteral(bit, type))
}

/** `{ a, b : c }` with the braces. */
export function parseElements(c: Cursor, types: ElementTypes): NftElement[] {
  expect(c, '{')
  const elements: NftElement[] = []
  while (!take(c, '}')) {
    for (const element of parseElement(c, types)) elements.push(element)
    if (!take(c, ',') && peek(c) !== '}') throw new NftSyntaxError(`expected "," or "}" before ${quoteWord(peek(c))}`)
  }
  return elements
}

/** One element, or several where commas are not followed by a blank (iptables-translate: `{ 80,443 }`). */
export function parseElement(c: Cursor, types: ElementTypes): NftElement[] {
  const word = peek(c)
  if (word !== undefined && word.includes(',') && !word.includes('"') && !isBitmaskType(types.key[0])) {
    c.at++
    return word.split(',').map((single) => parseLiteral(single, types.key[0]))
  }
  const properties: Properties = {}
  const val = parseKey(c, types.key)
  takeProperties(c, properties)
  if (!take(c, ':')) return [withProperties(val, properties)]
  const data = takeVerdict(c) ?? parseKey(c, types.data ?? [])
  takeProperties(c, properties)
  return [[withProperties(val, properties), data]]
}

type Properties = { -readonly [K in keyof Omit<NftElem, 'conditions' | 'val'>]: NftElem[K] } & { conditions?: string[] }

const withProperties = (val: NftExpression, properties: Properties): NftExpression =>
  Object.keys(properties).length === 0 ? val : { elem: { val, ...properties } }

/** Where an element's key or value ends. */
const elementEnds = new Set([',', ':', '}'])

const atElementEnd = (c: Cursor): boolean => ended(c) || elementEnds.has(peek(c) ?? '')

function takeProperties(c: Cursor, properties: Properties): void {
  while (!atElementEnd(c)) {
    const name = next(c)
    if (name === 'comment') properties.comment = nextString(c)
    else if (name === 'timeout') takeTime(c, (seconds) => (properties.timeout = seconds))
    else if (name === 'expires') takeTime(c, (seconds) => (properties.expires = seconds))
    else if (name === 'counter') properties.counter = takeCounter(c)
    else if (name === 'last') skipWords(c)
    else (properties.conditions ??= []).push(takeCondition(c, name))
  }
}

/** Words behind which the words of a condition end. */
const propertyNames = new Set(['comment', 'counter', 'ct', 'expires', 'last', 'limit', 'quota', 'timeout'])

/** `limit rate 5/second burst 5 packets`, `quota over 10 mbytes used 0 bytes`, `ct count over 5`. */
function takeCondition(c: Cursor, name: string): string {
  const condition = name === 'ct' && take(c, 'count') ? 'ct count' : name
  if (condition === 'ct' || !propertyNames.has(name))
    throw new NftSyntaxError(`${quoteWord(name)} is no property of an element`)
  skipWords(c)
  return condition
}

function skipWords(c: Cursor): void {
  while (!atElementEnd(c) && !propertyNames.has(peek(c) ?? '')) c.at++
}

/** `timeout never` (nft 1.1) is no timeout. */
function takeTime(c: Cursor, keep: (seconds: number) => void): void {
  const word = next(c)
  if (word !== 'never') keep(parseSeconds(word))
}

/** What follows the word `counter`; nothing where nft was asked to leave state out (`nft -s`). */
export function takeCounter(c: Cursor): { packets: number; bytes: number } {
  if (!take(c, 'packets')) return { packets: 0, bytes: 0 }
  const packets = takeNumber(c)
  expect(c, 'bytes')
  return { packets, bytes: takeNumber(c) }
}

export function takeNumber(c: Cursor): number {
  const word = next(c)
  const value = parseNumber(word)
  if (value === undefined) throw new NftSyntaxError(`${quoteWord(word)} is no number`)
  return value
}
