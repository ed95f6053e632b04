/** dnat, snat, masquerade, redirect and reject as nft prints them. */
import type { NftExpression, NftNat, NftStatement } from '../../ruleset/nft.ts'
import type { TableFamily } from '../../ruleset/ruleset.ts'
import { isExpressionStart, parseMapped } from './expression.ts'
import { parseLiteral } from './literal.ts'
import { type Cursor, NftSyntaxError, expect, next, nextString, peek, quoteWord, take } from './tokens.ts'

const natFlags = new Set(['fully-random', 'persistent', 'random'])

type Nat = { -readonly [K in keyof NftNat]: NftNat[K] }

/** What follows `dnat` or `snat`. */
export function parseAddressNat(c: Cursor): NftNat {
  const nat: Nat = {}
  if (peek(c) === 'ip' || peek(c) === 'ip6') nat.family = next(c)
  takeAddressKind(c, nat)
  expect(c, 'to')
  takeTarget(c, nat)
  takeFlags(c, nat)
  return nat
}

/** What follows `masquerade` or `redirect`. */
export function parsePortNat(c: Cursor): NftNat {
  const nat: Nat = {}
  if (take(c, 'to')) takeTarget(c, nat, 'port')
  takeFlags(c, nat)
  return nat
}

/** `prefix` keeps the host part. `interval` and `addr . port` (nft 0.9.x) only say what the map's values show anyway. */
function takeAddressKind(c: Cursor, nat: Nat): void {
  if (take(c, 'prefix')) {
    nat.type_flags = ['prefix']
    nat.flags = ['netmap']
  } else if (take(c, 'addr')) {
    expect(c, '.')
    expect(c, 'port')
  } else {
    take(c, 'interval')
  }
}

const addressTypes = ['ipv4_addr', 'inet_service']

function takeTarget(c: Cursor, nat: Nat, bare: 'addr' | 'port' = 'addr'): void {
  if (isExpressionStart(c)) {
    nat[bare] = parseMapped(c, bare === 'addr' ? addressTypes : ['inet_service'])
    return
  }
  const word = next(c)
  if (/[",(){}]/.test(word)) throw new NftSyntaxError(`${quoteWord(word)} is no address or port`)
  const [address, port] = splitPort(word)
  if (address !== '') nat.addr = parseLiteral(address)
  if (port === undefined) return
  nat.port = port === '' || /^[a-z]/.test(port) ? parsePortExpression(c, port) : parseLiteral(port)
}

/** `10.0.0.1:tcp dport map { ... }`: the expression starts behind the colon, in the word that was just read. */
function parsePortExpression(c: Cursor, first: string): NftExpression {
  if (first !== '') c.words[--c.at] = first
  return parseMapped(c, ['inet_service'])
}

/** `10.0.0.1:80`, `[fd00::1]-[fd00::9]:80`, `[fd00::]/64`, `:80`, `fd00::1`: the address without brackets and the port. */
function splitPort(word: string): [string, string | undefined] {
  const bracket = word.lastIndexOf(']')
  if (bracket >= 0) {
    const colon = word.indexOf(':', bracket)
    const address = word
      .slice(0, colon < 0 ? word.length : colon)
      .replaceAll('[', '')
      .replaceAll(']', '')
    return [address, colon < 0 ? undefined : word.slice(colon + 1)]
  }
  const colon = word.indexOf(':')
  return colon < 0 || word.includes(':', colon + 1) ? [word, undefined] : [word.slice(0, colon), word.slice(colon + 1)]
}

function takeFlags(c: Cursor, nat: Nat): void {
  const flags: string[] = []
  for (let word = peek(c); word !== undefined; word = peek(c)) {
    const words = word.split(',')
    if (!words.every((flag) => natFlags.has(flag))) break
    flags.push(...words)
    c.at++
    take(c, ',')
  }
  if (flags.length > 0) nat.flags = [...(nat.flags ?? []), ...flags].toSorted()
}

/** What nft means by `reject` alone: the default of nft 1.0.6's stmt_reject_default(). */
export function defaultReject(family: TableFamily): { type: string; expr: string } {
  const type = family === 'ip' ? 'icmp' : family === 'ip6' ? 'icmpv6' : 'icmpx'
  return { type, expr: 'port-unreachable' }
}

/** What follows `reject`. Before 1.0.2 nft prints `icmp type port-unreachable`. */
export function parseReject(c: Cursor, family: TableFamily): NftStatement {
  if (!take(c, 'with')) return { reject: defaultReject(family) }
  const type = next(c)
  if (type === 'tcp') {
    expect(c, 'reset')
    return { reject: { type: 'tcp reset' } }
  }
  if (type !== 'icmp' && type !== 'icmpv6' && type !== 'icmpx')
    throw new NftSyntaxError(`cannot reject with ${quoteWord(type)}`)
  take(c, 'type')
  return { reject: { type, expr: nextString(c) } }
}
