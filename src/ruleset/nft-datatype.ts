/**
 * nft's data types of expressions, because a value's spelling depends on them: a mark is printed as 0x%08x, an interface
 * name in quotes. Names and spellings: nft 1.0.6, src/datatype.c, proto.c, meta.c, ct.c, fib.c.
 */
import type { NftExpression } from './nft.ts'

const payloadTypes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'ah nexthdr': 'inet_proto',
    'arp operation': 'arp_op',
    'arp saddr ether': 'ether_addr',
    'arp saddr ip': 'ipv4_addr',
    'arp daddr ether': 'ether_addr',
    'arp daddr ip': 'ipv4_addr',
    'comp nexthdr': 'inet_proto',
    'ether daddr': 'ether_addr',
    'ether saddr': 'ether_addr',
    'ether type': 'ether_type',
    'icmp code': 'icmp_code',
    'icmp type': 'icmp_type',
    'icmpv6 code': 'icmpv6_code',
    'icmpv6 type': 'icmpv6_type',
    'igmp type': 'igmp_type',
    'ip daddr': 'ipv4_addr',
    'ip dscp': 'dscp',
    'ip ecn': 'ecn',
    'ip protocol': 'inet_proto',
    'ip saddr': 'ipv4_addr',
    'ip6 daddr': 'ipv6_addr',
    'ip6 dscp': 'dscp',
    'ip6 ecn': 'ecn',
    'ip6 nexthdr': 'inet_proto',
    'ip6 saddr': 'ipv6_addr',
    'tcp flags': 'tcp_flag',
    'vlan type': 'ether_type',
  }),
)

const portProtocols = new Set(['dccp', 'sctp', 'tcp', 'th', 'udp', 'udplite'])

const metaTypes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    day: 'day',
    hour: 'hour',
    ibrname: 'ifname',
    iif: 'iface_index',
    iifgroup: 'devgroup',
    iifkind: 'ifkind',
    iifname: 'ifname',
    l4proto: 'inet_proto',
    mark: 'mark',
    nfproto: 'nf_proto',
    obrname: 'ifname',
    oif: 'iface_index',
    oifgroup: 'devgroup',
    oifkind: 'ifkind',
    oifname: 'ifname',
    pkttype: 'pkt_type',
    protocol: 'ether_type',
    sdif: 'iface_index',
    sdifname: 'ifname',
    skgid: 'gid',
    skuid: 'uid',
    time: 'time_of_day',
  }),
)

const ctTypes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    direction: 'ct_dir',
    event: 'ct_event',
    expiration: 'time',
    helper: 'string',
    label: 'ct_label',
    l3proto: 'nf_proto',
    mark: 'mark',
    'proto-dst': 'inet_service',
    'proto-src': 'inet_service',
    protocol: 'inet_proto',
    state: 'ct_state',
    status: 'ct_status',
  }),
)

const fibTypes: ReadonlyMap<string, string> = new Map(
  Object.entries({ oif: 'iface_index', oifname: 'ifname', type: 'fib_addrtype' }),
)

/** Types whose values nft puts in quotes. */
const quotedTypes = new Set(['day', 'devgroup', 'hour', 'iface_index', 'ifkind', 'ifname', 'string', 'time_of_day'])

/** Types that are sets of bits, so that `ct state a,b` asks for any of them (basetype bitmask_type). */
const bitmaskTypes = new Set(['ct_event', 'ct_label', 'ct_state', 'ct_status', 'tcp_flag'])

export const isQuotedType = (type: string | undefined): boolean => type !== undefined && quotedTypes.has(type)

export const isBitmaskType = (type: string | undefined): boolean => type !== undefined && bitmaskTypes.has(type)

/** The type of what an expression yields, one entry per concatenated part; `integer` where the type has no spelling of its own. */
export function datatypesOf(e: NftExpression): readonly string[] {
  return typeof e === 'object' && 'concat' in e ? e.concat.map(datatypeOf) : [datatypeOf(e)]
}

export function datatypeOf(e: NftExpression): string {
  if (typeof e !== 'object') return 'integer'
  if ('payload' in e) return payloadType(e.payload.protocol, e.payload.field)
  if ('meta' in e) return metaTypes.get(e.meta.key) ?? 'integer'
  if ('ct' in e) return ctType(e.ct.key, e.ct.family)
  if ('fib' in e) return fibTypes.get(e.fib.result) ?? 'integer'
  if ('other' in e) return opaqueType(e.other)
  const operands = binaryOperands(e)
  return operands ? datatypeOf(operands[0]) : 'integer'
}

/** `[left, right]` of `& | ^ << >>`. */
export function binaryOperands(e: NftExpression): readonly [NftExpression, NftExpression] | undefined {
  if (typeof e !== 'object') return undefined
  if ('&' in e) return e['&']
  if ('|' in e) return e['|']
  if ('^' in e) return e['^']
  if ('<<' in e) return e['<<']
  return '>>' in e ? e['>>'] : undefined
}

function payloadType(protocol: string, field: string): string {
  if ((field === 'dport' || field === 'sport') && portProtocols.has(protocol)) return 'inet_service'
  return payloadTypes.get(`${protocol} ${field}`) ?? 'integer'
}

function ctType(key: string, family: string | undefined): string {
  if (key === 'saddr' || key === 'daddr') return family === 'ip6' ? 'ipv6_addr' : 'ipv4_addr'
  return ctTypes.get(key) ?? 'integer'
}

/** Expressions that are carried as text. Raw payload (`@nh,96,32`) compares with hexadecimal numbers. */
function opaqueType(text: string): string {
  if (text.startsWith('@')) return 'raw'
  if (text === 'socket mark') return 'mark'
  if (text.startsWith('osf ') || text === 'socket cgroupv2' || text.startsWith('socket cgroupv2 ')) return 'string'
  if (text.startsWith('rt ip nexthop')) return 'ipv4_addr'
  if (text.startsWith('rt ip6 nexthop')) return 'ipv6_addr'
  return text.endsWith(' nexthdr') ? 'inet_proto' : 'integer'
}
