/** What the bridge's rules know packets by, in nft's language. */
import { nodePortRanges, podRange } from '../../cluster/expected/node-proxy.ts'
import type { Client, NodeProxy } from '../../cluster/expected/node-proxy.ts'
import { contains, formatPrefix } from '../../ruleset/address.ts'
import type { IpFamily, Prefix } from '../../ruleset/address.ts'

/** How nft names a family, and the type of its addresses. */
export const words = {
  IPv4: { ip: 'ip', address: 'ipv4_addr', loopback: '127.0.0.0/8' },
  IPv6: { ip: 'ip6', address: 'ipv6_addr', loopback: '::1' },
} as const

/** A client's packets, where rules ask for pods before they ask for the node; empty for those of everybody else. */
export function sentBy(kind: Client['kind'], family: IpFamily, { settings }: NodeProxy): string {
  const { detector } = settings ?? {}
  if (kind === 'node') return 'fib saddr type local '
  if (kind === 'outside' || !detector || detector.by === 'nothing') return ''
  if (detector.by === 'device') return `iifname "${detector.device}" `
  const range = podRange(detector.cidrs, family)
  return range ? `${words[family].ip} saddr ${formatPrefix(range)} ` : ''
}

/** Packets to the node's addresses that have NodePorts; undefined where none has. */
export function toNodePorts(family: IpFamily, proxy: NodeProxy): string | undefined {
  const { ip, loopback } = words[family]
  const ranges = nodePortRanges(family, proxy) ?? 'all'
  if (ranges.length === 0) return undefined
  return `${ip} daddr ${ranges === 'all' ? `!= ${loopback}` : prefixSet(ranges)} fib daddr type local`
}

/** nft takes no range that is within another one. */
export function prefixSet(prefixes: readonly Prefix[]): string {
  const isWithin = (one: Prefix, other: Prefix): boolean => other.length < one.length && contains(other, one.address)
  const outer = prefixes.filter((one) => !prefixes.some((other) => isWithin(one, other)))
  return `{ ${[...new Set(outer.map(formatPrefix))].join(', ')} }`
}
