/** A rule's line as an NftRule. */
import { datatypeOf, datatypesOf, isBitmaskType } from '../../ruleset/nft-datatype.ts'
import type { NftExpression, NftOperator, NftRule, NftStatement } from '../../ruleset/nft.ts'
import type { TableFamily, UnknownRule } from '../../ruleset/ruleset.ts'
import { parseKey, takeCounter, takeVerdict } from './element.ts'
import { isExpressionStart, parseConstants, parseExpression, parseLookup, parseMapped } from './expression.ts'
import { orTogether } from './binary.ts'
import { parseLiteral } from './literal.ts'
import { parseLimit, parseLog } from './log-limit.ts'
import { parseAddressNat, parsePortNat, parseReject } from './nat.ts'
import { takeOpaqueStatement } from './opaque-statement.ts'
import {
  type Cursor,
  NftSyntaxError,
  cursor,
  ended,
  expect,
  next,
  nextString,
  peek,
  quoteWord,
  take,
  whyUnreadable,
} from './tokens.ts'

/** Reads one line of a chain; `family` decides what a bare `reject` means. Never throws. */
export function parseNftRule(text: string, family: TableFamily): NftRule | UnknownRule {
  try {
    return readRule(text, family)
  } catch (error) {
    return { tool: 'unknown', why: whyUnreadable(error) }
  }
}

function readRule(text: string, family: TableFamily): NftRule | UnknownRule {
  const c = cursor(text)
  const statements: NftStatement[] = []
  while (!ended(c) && peek(c) !== 'comment' && peek(c) !== '#') {
    const statement = parseStatement(c, family)
    // without an exception, since a file of junk may be half a million of these
    if (!statement) return { tool: 'unknown', why: noStatement(c) }
    statements.push(statement)
  }
  const comment = take(c, 'comment') ? { comment: nextString(c) } : {}
  // `nft -a` ends every line with `# handle N`.
  if (!ended(c) && peek(c) !== '#') throw new NftSyntaxError(`${quoteWord(peek(c))} follows the comment`)
  // nft prints nothing but the blank before an xtables target that has no translation.
  if (text.endsWith(' ')) statements.push({ other: '' })
  return { tool: 'nft', ...comment, statements }
}

const noStatement = (c: Cursor): string => `${quoteWord(peek(c))} begins no statement`

/** `undefined` where no statement begins. */
function parseStatement(c: Cursor, family: TableFamily): NftStatement | undefined {
  const verdict = takeVerdict(c)
  if (verdict) return verdict
  const opaque = takeOpaqueStatement(c)
  if (opaque !== undefined) return { other: opaque }
  const word = peek(c)
  if (word === 'add' || word === 'update' || word === 'delete') return parseSetUpdate(c, family)
  return parseSimple(c, family) ?? (isExpressionStart(c) ? parseMatch(c) : undefined)
}

/** Statements that their first word tells. */
function parseSimple(c: Cursor, family: TableFamily): NftStatement | undefined {
  switch (peek(c)) {
    case 'counter':
      return (c.at++, { counter: take(c, 'name') ? nextString(c) : takeCounter(c) })
    case 'dnat':
      return (c.at++, { dnat: parseAddressNat(c) })
    case 'snat':
      return (c.at++, { snat: parseAddressNat(c) })
    case 'masquerade':
      return (c.at++, { masquerade: parsePortNat(c) })
    case 'redirect':
      return (c.at++, { redirect: parsePortNat(c) })
    case 'reject':
      return (c.at++, parseReject(c, family))
    case 'notrack':
      return (c.at++, { notrack: null })
    case 'log':
      return (c.at++, { log: parseLog(c) })
    case 'limit':
      return (c.at++, { limit: parseLimit(c) })
    case 'xt':
      return (c.at++, { xt: { type: next(c), name: nextString(c) } })
    case undefined:
    default:
      return undefined
  }
}

/** `update @name { key timeout 5m limit rate 10/second : data }`. */
function parseSetUpdate(c: Cursor, family: TableFamily): NftStatement {
  const op = next(c)
  const set = next(c)
  if (!set.startsWith('@')) throw new NftSyntaxError(`expected a set before ${quoteWord(set)}`)
  expect(c, '{')
  const val = parseExpression(c)
  const timeout = take(c, 'timeout') ? (parseLiteral(next(c), 'time') as number) : undefined
  const stmt: NftStatement[] = []
  while (!ended(c) && peek(c) !== '}' && peek(c) !== ':') {
    const statement = parseStatement(c, family)
    if (!statement) throw new NftSyntaxError(noStatement(c))
    stmt.push(statement)
  }
  const data = take(c, ':') ? (takeVerdict(c) ?? parseValue(c, ['integer'])) : undefined
  expect(c, '}')
  const elem = timeout === undefined ? val : { elem: { val, timeout } }
  return { set: { op, elem, ...(data === undefined ? {} : { data }), set, ...(stmt.length === 0 ? {} : { stmt }) } }
}

/** Anything that starts with an expression: a comparison, `vmap`, or `set`. */
function parseMatch(c: Cursor): NftStatement {
  const left = parseExpression(c)
  if (take(c, 'vmap')) {
    return { vmap: { key: left, data: parseLookup(c, { key: datatypesOf(left), data: ['verdict'] }) } }
  }
  if (take(c, 'set')) return { mangle: { key: left, value: parseValue(c, datatypesOf(left)) } }
  const op = takeOperator(c)
  const right = parseConstants(c, left)
  return take(c, '/') ? maskedMatch(c, left, right, op) : plainMatch(left, right, op)
}

function parseValue(c: Cursor, types: readonly string[]): NftExpression {
  return isExpressionStart(c) ? parseMapped(c, types) : parseKey(c, types)
}

const operatorWords: ReadonlyMap<string, NftOperator> = new Map(
  Object.entries<NftOperator>({
    '!': '!',
    '!=': '!=',
    '<': '<',
    '<=': '<=',
    '==': '==',
    '>': '>',
    '>=': '>=',
    eq: '==',
    ge: '>=',
    gt: '>',
    le: '<=',
    lt: '<',
    ne: '!=',
  }),
)

function takeOperator(c: Cursor): NftOperator | undefined {
  const op = operatorWords.get(peek(c) ?? '')
  if (op) c.at++
  return op
}

type Constants = NftExpression | readonly NftExpression[]

const isList = (e: Constants): e is readonly NftExpression[] => Array.isArray(e)

function plainMatch(left: NftExpression, right: Constants, op: NftOperator | undefined): NftStatement {
  if (!isList(right)) return { match: { op: op ?? impliedOperator(left, right), left, right } }
  const meaning = op ?? 'in'
  const any = meaning === 'in' || meaning === '!'
  return { match: { op: meaning, left, right: any ? { set: right } : orTogether(right) } }
}

/** `tcp flags syn` asks whether the bit is set; everything else compares. */
function impliedOperator(left: NftExpression, right: NftExpression): NftOperator {
  const lookup = typeof right === 'object' ? 'set' in right : typeof right === 'string' && right.startsWith('@')
  const loads = typeof left === 'object' && ('ct' in left || 'payload' in left)
  return loads && !lookup && isBitmaskType(datatypeOf(left)) ? 'in' : '=='
}

/** `tcp flags syn / fin,syn,rst,ack`. */
function maskedMatch(c: Cursor, left: NftExpression, right: Constants, op: NftOperator | undefined): NftStatement {
  const type = datatypeOf(left)
  const mask = next(c)
    .split(',')
    .map((bit) => parseLiteral(bit, type))
  const value = isList(right) ? orTogether(right) : right
  return { match: { op: op ?? '==', left: { '&': [left, orTogether(mask)] }, right: value } }
}
