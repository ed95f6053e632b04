/** Constant values: `10.0.0.0/8`, `80-90`, `0x00004000`, `"eth*"`, `new,established`, and what they mean in a data type. */
import type { NftExpression } from '../../ruleset/nft.ts'
import { NftSyntaxError, isQuoted, quoteWord, unquote } from './tokens.ts'

/**
 * Names of numbers. nft prints protocols as numbers where /etc/protocols is missing (containers), and everything as numbers
 * with `nft -n`. Origin: IANA protocol numbers; nft 1.0.6 src/ct.c, meta.c, fib.c.
 */
const names: ReadonlyMap<string, Readonly<Record<number, string>>> = new Map(
  Object.entries<Readonly<Record<number, string>>>({
    ct_state: { 1: 'invalid', 2: 'established', 4: 'related', 8: 'new', 64: 'untracked' },
    ct_status: { 1: 'expected', 2: 'seen-reply', 4: 'assured', 8: 'confirmed', 16: 'snat', 32: 'dnat', 512: 'dying' },
    fib_addrtype: { 1: 'unicast', 2: 'local', 3: 'broadcast', 4: 'anycast', 5: 'multicast' },
    inet_proto: { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'ipv6-icmp', 132: 'sctp' },
    nf_proto: { 2: 'ipv4', 10: 'ipv6' },
  }),
)

/** Words that can never be a value; meeting one means that the grammar was misunderstood. */
const punctuation = new Set([
  '',
  '!=',
  '&',
  '(',
  ')',
  ',',
  '.',
  '/',
  ':',
  '<',
  '<<',
  '<=',
  '=',
  '==',
  '>',
  '>=',
  '>>',
  '^',
  '{',
  '|',
  '}',
])

/** One word without `,` lists: a range, a prefix or a single value. */
export function parseLiteral(word: string, type?: string): NftExpression {
  if (punctuation.has(word)) throw new NftSyntaxError(`expected a value before ${quoteWord(word)}`)
  if (isQuoted(word)) return word.slice(1, -1)
  const several = parseRange(word, type) ?? parsePrefix(word)
  if (several) return several
  if (/["(){},]/.test(word)) throw new NftSyntaxError(`${quoteWord(word)} is no value`)
  return parseSingle(word, type)
}

/** The value of one word in its type, as libnftables' JSON has it. */
export function parseSingle(word: string, type?: string): number | string {
  if (isQuoted(word)) return word.slice(1, -1)
  if (type === 'time') return parseDuration(word) ?? parseNumber(word) ?? word
  return typed(parseNumber(word) ?? word, type)
}

/** Gives a number its name, in types whose numbers have names that matter. */
export function typed(value: number | string, type: string | undefined): number | string {
  return typeof value === 'number' && type !== undefined ? (names.get(type)?.[value] ?? value) : value
}

/** Decimal or 0x; numbers beyond 2^53 stay text, as in nft's JSON. */
export function parseNumber(word: string): number | undefined {
  if (!isDecimal(word) && !isHexadecimal(word)) return undefined
  const value = Number(word)
  return Number.isSafeInteger(value) ? value : undefined
}

function isDecimal(word: string): boolean {
  for (let i = 0; i < word.length; i++) if (!isDigit(word.charCodeAt(i))) return false
  return word !== ''
}

function isHexadecimal(word: string): boolean {
  if (!word.startsWith('0x') || word.length < 3) return false
  for (let i = 2; i < word.length; i++) if (!isHexDigit(word.charCodeAt(i))) return false
  return true
}

const isDigit = (code: number) => code >= 48 && code <= 57
const isHexDigit = (code: number) => isDigit(code) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70)

/** `10.0.0.1`, `fd00::1`, `00:11:22:33:44:55`: hexadecimal digits with dots or colons between. */
function isAddress(word: string): boolean {
  let separated = false
  for (let i = 0; i < word.length; i++) {
    const code = word.charCodeAt(i)
    if (code === 46 || code === 58) separated = true
    else if (!isHexDigit(code)) return false
  }
  return separated
}

const isRangeEnd = (word: string): boolean =>
  isDecimal(word) || isHexadecimal(word) || isAddress(word) || isQuotedEnd(word) || parseDuration(word) !== undefined

/** A set is no end of a range. */
const isQuotedEnd = (word: string): boolean => isQuoted(word) && !word.startsWith('"@')

/** Names contain dashes too (`echo-request`), so both ends must look like a value that has an order. */
function parseRange(word: string, type: string | undefined): NftExpression | undefined {
  // dates in quotes have dashes
  const dash = word.startsWith('"') ? word.indexOf('"-"') + 1 : word.indexOf('-')
  if (dash <= 0) return undefined
  const [low, high] = [word.slice(0, dash), word.slice(dash + 1)]
  if (!isRangeEnd(low) || !isRangeEnd(high)) return undefined
  return { range: [parseSingle(low, type), parseSingle(high, type)] }
}

function parsePrefix(word: string): NftExpression | undefined {
  const slash = word.indexOf('/')
  if (slash <= 0) return undefined
  const [addr, length] = [word.slice(0, slash), word.slice(slash + 1)]
  return isAddress(addr) && isDecimal(length) ? { prefix: { addr, len: Number(length) } } : undefined
}

const unitMilliseconds: ReadonlyMap<string, number> = new Map(
  Object.entries({
    d: 86_400_000,
    h: 3_600_000,
    m: 60_000,
    ms: 1,
    s: 1000,
    w: 604_800_000,
  }),
)

/** `1d2h3m4s5ms` in whole seconds, as nft's JSON has it (time_parse() and time_print(), nft 1.0.6). */
function parseDuration(word: string): number | undefined {
  let milliseconds = 0
  let at = 0
  while (at < word.length) {
    const start = at
    while (isDigit(word.charCodeAt(at))) at++
    const unitStart = at
    while (at < word.length && !isDigit(word.charCodeAt(at))) at++
    const unit = unitMilliseconds.get(word.slice(unitStart, at))
    if (unitStart === start || unit === undefined) return undefined
    milliseconds += Number(word.slice(start, unitStart)) * unit
  }
  return word === '' ? undefined : Math.floor(milliseconds / 1000)
}

/** `established,related` or `fin|syn` split at the separators that stand outside quotes. */
export function splitList(word: string, separator: string): string[] {
  return word.includes('"') ? [word] : word.split(separator)
}

/** Seconds of a duration, or of a bare number. */
export function parseSeconds(word: string): number {
  const seconds = parseDuration(word) ?? parseNumber(unquote(word))
  if (seconds === undefined) throw new NftSyntaxError(`${quoteWord(word)} is no duration`)
  return seconds
}
