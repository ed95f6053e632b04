/**
 * Expressions that kpx carries as text, because nothing that kube-proxy depends on needs their value: raw payload, options,
 * extension headers, routing, sockets. What matters is where they end. Grammar: nft 1.0.6, parser_bison.y.
 */
import { type Cursor, next, peek, take, textSince } from './tokens.ts'

/** Extension headers of IPv6 (`rt` is a routing expression unless one of the header's fields follows). */
const extensionHeaders = new Set(['dst', 'exthdr', 'frag', 'hbh', 'mh', 'rt', 'srh'])

const otherHeads = new Set(['ipsec', 'osf', 'socket'])

/** What follows an option or header that is only tested for being there. */
const presence = new Set(['exists', 'missing', '!=', '=='])

export function isOpaqueStart(c: Cursor, ahead = 0): boolean {
  const word = peek(c, ahead)
  if (word === undefined) return false
  if (word.startsWith('@')) return word.includes(',')
  if (extensionHeaders.has(word) || otherHeads.has(word)) return true
  const follower = peek(c, ahead + 1)
  return (
    (follower === 'option' && (word === 'tcp' || word === 'ip' || word === 'dccp')) ||
    (word === 'sctp' && follower === 'chunk')
  )
}

export function takeOpaqueExpression(c: Cursor): string {
  const start = c.at
  const head = next(c)
  if (head === 'ipsec') takeIpsec(c)
  else if (head === 'socket') takeSocket(c)
  else if (head === 'rt') takeRouting(c)
  else if (head === 'tcp' || head === 'ip' || head === 'dccp' || head === 'sctp') takeOption(c)
  else if (head === 'osf') takeOsf(c)
  else if (extensionHeaders.has(head)) next(c)
  return textSince(c, start)
}

/** `tcp option maxseg size`, `tcp option sack-perm exists`, `tcp option @255,8,8`, `sctp chunk data flags`. */
function takeOption(c: Cursor): void {
  c.at++
  const name = next(c)
  if (!presence.has(peek(c) ?? 'exists') && !name.startsWith('@') && !name.includes(',')) c.at++
}

function takeRouting(c: Cursor): void {
  if (peek(c) === 'ip' || peek(c) === 'ip6') c.at++
  next(c)
}

function takeSocket(c: Cursor): void {
  if (next(c) === 'cgroupv2' && take(c, 'level')) next(c)
}

function takeOsf(c: Cursor): void {
  if (take(c, 'ttl')) next(c)
  next(c)
}

/** `ipsec in spnum 1 ip saddr`, `ipsec out reqid`. */
function takeIpsec(c: Cursor): void {
  next(c)
  if (take(c, 'spnum')) next(c)
  if (peek(c) === 'ip' || peek(c) === 'ip6') c.at++
  next(c)
}
