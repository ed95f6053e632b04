/** Expressions: what a rule loads from the packet, computes, and compares with. Grammar: nft 1.0.6, parser_bison.y. */
import { datatypeOf, datatypesOf, isBitmaskType } from '../../ruleset/nft-datatype.ts'
import type { NftExpression, NftHash } from '../../ruleset/nft.ts'
import { type ElementTypes, concatenate, parseElements, parseKey, takeNumber } from './element.ts'
import { type BinaryOperator, deepest, makeBinary, orTogether } from './binary.ts'
import { parseLiteral } from './literal.ts'
import { isOpaqueStart, takeOpaqueExpression } from './opaque-expression.ts'
import { type Cursor, NftSyntaxError, expect, next, peek, quoteWord, take } from './tokens.ts'

/** meta keys that nft prints, or once printed, without `meta`. */
const bareMetaKeys = new Set(
  [
    'cgroup',
    'cpu',
    'day',
    'hour',
    'ibriport',
    'ibrname',
    'iif',
    'iifgroup',
    'iifname',
    'iiftype',
    'ipsec',
    'mark',
  ].concat([
    'nftrace',
    'obriport',
    'obrname',
    'oif',
    'oifgroup',
    'oifname',
    'oiftype',
    'pkttype',
    'rtclassid',
    'skgid',
    'skuid',
    'time',
  ]),
)

const protocols = new Set(
  [
    'ah',
    'arp',
    'comp',
    'dccp',
    'esp',
    'ether',
    'geneve',
    'gre',
    'gretap',
    'icmp',
    'icmpv6',
    'igmp',
    'ip',
    'ip6',
    'sctp',
  ].concat(['tcp', 'th', 'udp', 'udplite', 'vlan', 'vxlan']),
)

const expressionHeads = new Set(['ct', 'fib', 'jhash', 'meta', 'numgen', 'symhash'])

/** Whether the cursor is at something that is computed, not at a constant. */
export function isExpressionStart(c: Cursor): boolean {
  let at = 0
  while (peek(c, at) === '(') at++
  if (at > deepest) throw new NftSyntaxError('it is nested too deeply')
  const word = peek(c, at)
  if (word === undefined) return false
  if (expressionHeads.has(word) || bareMetaKeys.has(word) || isOpaqueStart(c, at)) return true
  return protocols.has(word) && fields.has(peek(c, at + 1) ?? '')
}

/** Fields of headers, whatever the protocol: they tell `tcp dport` from the constant `tcp` (proto.c, nft 1.0.6). */
const fields = new Set(
  [
    'ackseq',
    'checksum',
    'code',
    'cpi',
    'csumcov',
    'daddr',
    'dei',
    'doff',
    'dport',
    'dscp',
    'ecn',
    'flags',
    'flowlabel',
  ].concat(
    [
      'frag-off',
      'gateway',
      'group',
      'hdrlength',
      'hlen',
      'hoplimit',
      'htype',
      'id',
      'length',
      'max-delay',
      'mrt',
      'mtu',
    ],
    [
      'nexthdr',
      'operation',
      'packet-too-big',
      'parameter-problem',
      'pcp',
      'plen',
      'protocol',
      'ptype',
      'reserved',
      'saddr',
    ],
    ['sequence', 'spi', 'sport', 'taddr', 'ttl', 'type', 'urgptr', 'version', 'vni', 'vtag', 'window', 'cfi'],
  ),
)

/** A whole expression: parts joined by ` . `, each with its bit operations, and a lookup in a map. */
export function parseExpression(c: Cursor): NftExpression {
  const parts = [parseBinary(c, 0)]
  // A constant may be a part of what is put into a set: `add @s { ip saddr . 22 }`.
  while (take(c, '.')) parts.push(isExpressionStart(c) ? parseBinary(c, 0) : parseLiteral(next(c)))
  return concatenate(parts)
}

/** The same, and `map { ... }` or `map @name` behind it, with values of `types`. */
export function parseMapped(c: Cursor, types: readonly string[]): NftExpression {
  const key = parseExpression(c)
  return take(c, 'map') ? { map: { key, data: parseLookup(c, { key: datatypesOf(key), data: types }) } } : key
}

/** `{ ... }` or `@name`. */
export function parseLookup(c: Cursor, types: ElementTypes): NftExpression {
  if (peek(c) === '{') return { set: parseElements(c, types) }
  const name = next(c)
  if (!name.startsWith('@')) throw new NftSyntaxError(`expected a set before ${quoteWord(name)}`)
  return name
}

/** By the words that nft prints, or once printed. */
export const operators: ReadonlyMap<string, BinaryOperator> = new Map(
  Object.entries<BinaryOperator>({
    '&': '&',
    '<<': '<<',
    '>>': '>>',
    '^': '^',
    '|': '|',
    and: '&',
    lshift: '<<',
    or: '|',
    rshift: '>>',
    xor: '^',
  }),
)

const strength: Readonly<Record<BinaryOperator, number>> = { '&': 3, '<<': 4, '>>': 4, '^': 2, '|': 1 }

/** Operators at least as strong as `weakest`; all bind to the left. */
function parseBinary(c: Cursor, weakest: number): NftExpression {
  let left = parseOperand(c, undefined)
  // the type of the first operand is that of all
  const type = datatypeOf(left)
  for (;;) {
    const operator = operators.get(peek(c) ?? '')
    if (operator === undefined || strength[operator] < weakest) return left
    c.at++
    const right = operand(c, strength[operator] + 1, type)
    left = makeBinary(operator, left, right)
  }
}

function operand(c: Cursor, weakest: number, type: string): NftExpression {
  return isExpressionStart(c) ? parseBinary(c, weakest) : parseOperand(c, type)
}

/** Something loaded from the packet, a constant of `type`, or either in parentheses. */
function parseOperand(c: Cursor, type: string | undefined): NftExpression {
  if (take(c, '(')) {
    const inner = type === undefined || isExpressionStart(c) ? parseBinary(c, 0) : parseFlags(c, type)
    expect(c, ')')
    return inner
  }
  if (isExpressionStart(c)) return parsePrimary(c)
  if (type === undefined) throw new NftSyntaxError(`${quoteWord(peek(c))} is no expression`)
  return orTogether(
    next(c)
      .split('|')
      .map((word) => parseLiteral(word, type)),
  )
}

function parseFlags(c: Cursor, type: string): NftExpression {
  const words = next(c).split('|')
  while (take(c, '|')) words.push(...next(c).split('|'))
  return orTogether(words.map((word) => parseLiteral(word, type)))
}

function parsePrimary(c: Cursor): NftExpression {
  if (isOpaqueStart(c)) return { other: takeOpaqueExpression(c) }
  const word = next(c)
  switch (word) {
    case 'meta':
      return { meta: { key: next(c) } }
    case 'ct':
      return parseCt(c)
    case 'fib':
      return parseFib(c)
    case 'numgen':
      return { numgen: { mode: next(c), mod: takeMod(c), offset: take(c, 'offset') ? takeNumber(c) : 0 } }
    case 'jhash':
      return parseJhash(c)
    case 'symhash':
      return { symhash: { mod: takeMod(c), ...takeOffset(c) } }
    default:
      return bareMetaKeys.has(word) ? { meta: { key: word } } : parsePayload(c, word)
  }
}

/** `arp saddr ip` has a field of two words. */
function parsePayload(c: Cursor, protocol: string): NftExpression {
  const field = next(c)
  const second = protocol === 'arp' && (field === 'saddr' || field === 'daddr') ? ` ${next(c)}` : ''
  return { payload: { protocol, field: field + second } }
}

function parseCt(c: Cursor): NftExpression {
  const dir = peek(c) === 'original' || peek(c) === 'reply' ? next(c) : undefined
  const family = dir !== undefined && (peek(c) === 'ip' || peek(c) === 'ip6') ? next(c) : undefined
  return { ct: { key: next(c), ...(dir === undefined ? {} : { dir }), ...(family === undefined ? {} : { family }) } }
}

function parseFib(c: Cursor): NftExpression {
  const flags = [next(c)]
  while (take(c, '.')) flags.push(next(c))
  const fib = makeFib(next(c), flags)
  if (!fib) throw new NftSyntaxError(`fib ${flags.join(' . ')} is no question that nft asks`)
  return fib
}

const fibFlags = new Set(['daddr', 'iif', 'mark', 'oif', 'saddr'])
const fibResults = new Set(['check', 'oif', 'oifname', 'type'])

/** A flag that kpx does not know would change the answer. */
export const makeFib = (result: string, flags: readonly string[]): NftExpression | undefined =>
  fibResults.has(result) && flags.every((flag) => fibFlags.has(flag))
    ? { fib: { result, flags: flags.toSorted() } }
    : undefined

function parseJhash(c: Cursor): NftExpression {
  const expr = parseExpression(c)
  const mod = takeMod(c)
  const seed = take(c, 'seed') ? { seed: takeNumber(c) } : {}
  return { jhash: { mod, expr, ...seed, ...takeOffset(c) } }
}

function takeMod(c: Cursor): number {
  expect(c, 'mod')
  return takeNumber(c)
}

function takeOffset(c: Cursor): Partial<Pick<NftHash, 'offset'>> {
  return take(c, 'offset') ? { offset: takeNumber(c) } : {}
}

/** The constants on the right of a comparison with `left`. Several bits stay a list; the caller knows what they mean. */
export function parseConstants(c: Cursor, left: NftExpression): NftExpression | readonly NftExpression[] {
  const types = datatypesOf(left)
  const word = peek(c)
  if (word === '{' || word?.startsWith('@')) return parseLookup(c, { key: types })
  if (isExpressionStart(c) && !isConstantOf(types[0])) return parseExpression(c)
  if (isBitmaskType(types[0]) && word?.includes(',')) {
    return next(c)
      .split(',')
      .map((bit) => parseLiteral(bit, types[0]))
  }
  return parseKey(c, types)
}

/** Types whose constants are spelled like expressions: protocols, and `mark` never is one. */
const isConstantOf = (type: string | undefined): boolean =>
  type === 'inet_proto' || type === 'ether_type' || type === 'nf_proto'
