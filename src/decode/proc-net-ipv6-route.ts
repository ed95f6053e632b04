/**
 * /proc/net/ipv6_route: the routes of all IPv6 tables, one table after the other, without their names. Facts: Linux 6.1,
 * net/ipv6/ip6_fib.c ipv6_route_native_seq_show(), include/uapi/linux/ipv6_route.h.
 */
import { type Prefix, contains, isLoopback, isPrefixLength, parsePrefix } from '../ruleset/address.ts'
import type { Route } from '../ruleset/network.ts'
import { parseHex, parseHexIpv6 } from './hex.ts'
import { type DecodedLines, type Said, decodeProcNetLines } from './proc-net-lines.ts'
import type { SourceFile } from './source.ts'

export interface Ipv6Route extends Omit<Route, 'table'> {
  /** Of local, anycast and multicast addresses. */
  readonly own: boolean
  /** Stands for the default route that a table lacks (fib6_null_entry). */
  readonly missing: boolean
}

const RTF_GATEWAY = 0x2
const RTF_REJECT = 0x200
const RTF_ANYCAST = 0x100000
const RTF_CACHE = 0x1000000
const RTF_LOCAL = 0x80000000

export const decodeProcNetIpv6Route = (source: SourceFile): DecodedLines<Ipv6Route> =>
  decodeProcNetLines(source, readRoute)

/** Destination, length, source, length, next hop, metric, references, uses, flags, device. */
function readRoute(words: readonly string[]): Said<Ipv6Route> {
  const [to = '', toLength = '', from = '', fromLength = '', via = '', priority = '', , , bits = '', device = ''] =
    words
  const destination = prefixOf(to, toLength)
  const source = prefixOf(from, fromLength)
  const [gateway, metric, flags] = [parseHexIpv6(via), parseHex(priority, 8), parseHex(bits, 8)]
  if (
    words.length !== 10 ||
    !destination ||
    !source ||
    gateway === undefined ||
    metric === undefined ||
    flags === undefined
  )
    return { unknown: 'not a route of /proc/net/ipv6_route' }
  if (source.length > 0) return { unknown: 'a route for packets from some addresses only' }
  if ((flags & RTF_CACHE) !== 0) return { ignored: 'what the kernel learned of a route' }
  const type = typeOf(flags, destination)
  // before 4.18 lo stood for the device that has the address
  const hidden = (flags & RTF_REJECT) !== 0 && type === 'unreachable'
  const elsewhere = type === 'local' && device === 'lo' && !isLoopback(destination.address)
  return {
    item: {
      destination,
      type,
      own: ['anycast', 'local', 'multicast'].includes(type),
      missing: type === 'unreachable' && destination.length === 0 && metric === 0xffffffff,
      ...(!hidden && !elsewhere && { device }),
      ...((flags & RTF_GATEWAY) !== 0 && { gateway }),
      metric,
      sourceHidden: true,
    },
  }
}

function prefixOf(text: string, bits: string): Prefix | undefined {
  const [address, length] = [parseHexIpv6(text), parseHex(bits, 2)]
  return address === undefined || length === undefined || !isPrefixLength(length, address)
    ? undefined
    : { address, length }
}

/** RTF_REJECT is all of blackhole, unreachable, prohibit and throw, by none of which a packet leaves. */
function typeOf(flags: number, destination: Prefix): string {
  if ((flags & RTF_LOCAL) !== 0) return 'local'
  if ((flags & RTF_ANYCAST) !== 0) return 'anycast'
  if ((flags & RTF_REJECT) !== 0) return 'unreachable'
  return contains(multicast, destination.address) && destination.length >= multicast.length ? 'multicast' : 'unicast'
}

const multicast = parsePrefix('ff00::/8') as Prefix

/**
 * A table's routes to ::/0 are its last, since fib6_walk_continue() visits a node behind those below it, and each table has one, or
 * the entry that stands for it; local and main are the last tables, by their numbers 255 and 254 (ipv6_route_seq_next_table()).
 * A kernel without policy routing has one table.
 */
export function tablesOf(routes: readonly Ipv6Route[]): Route[] {
  const tables: Ipv6Route[][] = []
  let last: Ipv6Route | undefined
  for (const route of routes) {
    if (!last || beginsTable(route, last)) tables.push([])
    tables.at(-1)?.push(route)
    last = route
  }
  const [local, main] = [tables.at(-1) ?? [], tables.at(-2)]
  return [
    ...(main ?? []).flatMap((route) => inTable(route, 'main')),
    ...local.flatMap((route) => inTable(route, main || route.own ? 'local' : 'main')),
  ]
}

const beginsTable = (route: Ipv6Route, last: Ipv6Route): boolean =>
  last.destination.length === 0 &&
  (route.destination.length > 0 || last.missing || route.missing || route.metric < last.metric)

function inTable({ missing, own: _own, ...route }: Ipv6Route, table: string): Route[] {
  return missing ? [] : [{ ...route, table }]
}
