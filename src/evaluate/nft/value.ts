/**
 * The value of an nft expression for a flow. Addresses are Ip, interface names and verdicts stay as they are; a random number gives
 * one value per outcome. Facts: net/netfilter/nft_meta.c, nft_payload.c, nft_ct.c, nft_fib.c, nft_numgen.c.
 */
import type { Ip } from '../../ruleset/address.ts'
import { parseIp } from '../../ruleset/address.ts'
import type { NftExpression } from '../../ruleset/nft.ts'
import { inputDevice } from '../bridge.ts'
import { outputDevice } from '../general.ts'
import { countedTwice } from '../program.ts'
import { connectionStates, hasEntry } from '../match/conntrack.ts'
import type { Flow } from '../flow.ts'
import type { NodeState } from '../node.ts'
import { addressType } from '../route.ts'

export type Scalar = Ip | number | string
/** A concatenation is an array; `bits` are names of which several hold at once (ct state). */
export type Value = Scalar | readonly Value[] | { readonly bits: readonly string[] } | { readonly unknown: string }

export interface Outcome {
  readonly share: number
  readonly value: Value
}

/** What the packet does not have: a rule that asks for it does not match, whatever it compares with (NFT_BREAK). */
export const absent = 'absent from the packet'

const one = (value: Value): Outcome[] => [{ share: 1, value }]
const unknown = (why: string): Outcome[] => one({ unknown: why })

export const isUnknown = (value: Value): value is { readonly unknown: string } =>
  typeof value === 'object' && 'unknown' in value

/** Every value that the expression can have, with its share of connections. */
export function valuesOf(expression: NftExpression, flow: Flow, node: NodeState): readonly Outcome[] {
  if (typeof expression !== 'object') return one(immediate(expression))
  if ('payload' in expression) return one(payload(expression.payload, flow))
  if ('meta' in expression) return one(meta(expression.meta.key, flow, node))
  if ('ct' in expression) return one(ct(expression.ct, flow))
  if ('fib' in expression) return one(fib(expression.fib, flow, node))
  if ('numgen' in expression) {
    const { mod, offset } = expression.numgen
    if (!Number.isInteger(mod) || mod < 1 || mod > mostNumbers) return unknown(`numgen mod ${mod} is not known to kpx`)
    const twice = expression.numgen.mode === 'inc' && mod > 1 ? countedTwice(flow) : undefined
    if (twice) return one(twice)
    return Array.from({ length: mod }, (_, i) => ({ share: 1 / mod, value: i + offset }))
  }
  if ('concat' in expression) return concatenated(expression.concat, flow, node)
  for (const operator of ['&', '|', '^', '<<', '>>'] as const) {
    const operands = (expression as Partial<Record<typeof operator, readonly [NftExpression, NftExpression]>>)[operator]
    if (operands) return calculated(operator, operands, flow, node)
  }
  // only a transparent proxy's sockets are
  if ('other' in expression && expression.other === 'socket transparent') return one(absent)
  if ('other' in expression) return unknown(`the expression ${expression.other} is not known to kpx`)
  return unknown(`the expression ${Object.keys(expression)[0] ?? ''} is not known to kpx`)
}

/** No Service has more endpoints; a larger modulus, or several that multiply to more, is one of a damaged file. */
const mostNumbers = 100_000

/** A constant: an address where it is one, else as written. */
export function immediate(primitive: number | string): Scalar {
  return typeof primitive === 'string' ? (parseIp(primitive) ?? primitive) : primitive
}

function payload({ field, protocol }: { protocol: string; field: string }, flow: Flow): Value {
  const isIpv4 = typeof flow.destination === 'number'
  if (protocol === 'ip' || protocol === 'ip6') {
    if ((protocol === 'ip') !== isIpv4) return absent
    if (field === 'saddr') return flow.source
    if (field === 'daddr') return flow.destination
    if (field === 'protocol' || field === 'nexthdr') return flow.protocol.toLowerCase()
    if (field === 'version') return isIpv4 ? 4 : 6
    if (field === 'frag-off') return 0
    if (field === 'dscp' || field === 'ecn') return { unknown: `it depends on the ${field} that the sender chooses` }
  } else if (protocol === 'th' || protocol === flow.protocol.toLowerCase()) {
    if (field === 'dport') return flow.port
    if (field === 'sport') return { unknown: 'it depends on the source port, which the client chooses' }
    if (field === 'flags') return { bits: ['syn'] }
  } else if (otherHeaders.has(protocol)) {
    return absent
  }
  return { unknown: `${protocol} ${field} is not known to kpx` }
}

/** Headers that the first packet of a connection of another protocol does not have. */
const otherHeaders = new Set('ah comp dccp dst esp frag hbh icmp icmpv6 igmp mh rt sctp tcp udp udplite'.split(' '))

function meta(key: string, flow: Flow, node: NodeState): Value {
  switch (key) {
    case 'cgroup':
    case 'skgid':
    case 'skuid':
      return flow.local ? { unknown: 'it depends on the process that sends the packet' } : absent
    case 'pkttype':
      return 'host'
    case 'mark':
      return flow.mark
    case 'l4proto':
      return flow.protocol.toLowerCase()
    case 'nfproto':
      return typeof flow.destination === 'number' ? 'ipv4' : 'ipv6'
    case 'protocol':
      return typeof flow.destination === 'number' ? 'ip' : 'ip6'
    case 'iif':
    case 'iifname':
      return device(inputDevice(flow, node))
    case 'oif':
    case 'oifname':
      return device(outputDevice(flow))
    default:
      return { unknown: `meta ${key} is not known to kpx` }
  }
}

/** Without a device in this hook nft compares with the empty name. */
const device = (name: string | undefined): Value => name ?? { unknown: 'the device is not recorded' }

const stateOf = ({ connection }: Flow): string =>
  !connection.tracked ? 'untracked' : connection.attached ? 'new' : 'invalid'

function ct({ dir, family, key }: { key: string; dir?: string; family?: string }, flow: Flow): Value {
  const { mark, original } = flow.connection
  const isIpv4 = typeof flow.destination === 'number'
  if (key === 'state') return { bits: [stateOf(flow)] }
  if (!hasEntry(flow)) return absent
  if (key === 'status') {
    const states = connectionStates(flow)
    const bits = ['dnat', 'snat'].filter((status) => states.includes(status.toUpperCase()))
    return { bits: flow.connection.confirmed ? [...bits, 'confirmed'] : bits }
  }
  if (key === 'mark') return mark
  if (key === 'zone') return 0
  if (key === 'helper') return ''
  if (key === 'direction') return 'original'
  if (key === 'protocol') return flow.protocol.toLowerCase()
  if (key === 'l3proto') return isIpv4 ? 'ipv4' : 'ipv6'
  if (dir === 'original') {
    if ((key === 'daddr' || key === 'saddr') && family !== undefined && (family === 'ip') !== isIpv4) return absent
    if (key === 'daddr') return original.destination
    if (key === 'saddr') return original.source
    if (key === 'proto-dst') return original.port
  }
  return { unknown: `ct ${key} is not known to kpx` }
}

/** As nft writes it; a number in older versions. */
const missingRoute = 'missing'

/** nft_fib_can_skip() of Linux 6.16, which before that asked for PREROUTING alone. */
const fibOfLoopback = 'whether fib looks up what comes in by lo depends on the version of the kernel'

function fib({ flags, result }: { result: string; flags: readonly string[] }, flow: Flow, node: NodeState): Value {
  const ip = flags.includes('saddr') ? flow.source : flow.destination
  const route = node.routes.find(ip)
  // mark chooses among policy rules, which are not recorded
  if (flags.includes('oif')) return { unknown: 'fib with oif is not known to kpx' }
  if (result === 'type') {
    const type = addressType(node.routes, ip, flags.includes('iif') ? flow.inInterface : undefined)
    return type ?? { unknown: 'the device of the address is not recorded' }
  }
  if (flow.inInterface === 'lo' && flow.hook === 'PREROUTING') return 'lo'
  if (flow.inInterface === 'lo' && flow.hook === 'INPUT') return { unknown: fibOfLoopback }
  if (!node.routes.isRecorded(ip)) return { unknown: 'routes are not recorded' }
  if (route?.type === 'unicast' && route.device === undefined)
    return { unknown: 'the device of the route is not recorded' }
  const through = route?.type === 'unicast' ? route.device : undefined
  return through === undefined || (flags.includes('iif') && through !== flow.inInterface) ? missingRoute : through
}

function concatenated(parts: readonly NftExpression[], flow: Flow, node: NodeState): readonly Outcome[] {
  const each = parts.map((part) => valuesOf(part, flow, node))
  // by chance only where a part is a random number
  if (each.every(({ length }) => length === 1)) return one(whole(each.flatMap(([only]) => (only ? [only.value] : []))))
  let values: { share: number; value: readonly Value[] }[] = [{ share: 1, value: [] }]
  for (const next of each) {
    if (values.length * next.length > mostNumbers) return unknown('several random numbers are not known to kpx')
    values = values.flatMap((so) =>
      next.map(({ share, value }) => ({ share: so.share * share, value: [...so.value, value] })),
    )
  }
  return values.map(({ share, value }) => ({ share, value: whole(value) }))
}

const whole = (parts: readonly Value[]): Value => (parts.includes(absent) ? absent : parts)

function calculated(
  operator: '&' | '<<' | '>>' | '^' | '|',
  [left, right]: readonly [NftExpression, NftExpression],
  flow: Flow,
  node: NodeState,
): readonly Outcome[] {
  const [a, chance] = valuesOf(left, flow, node)
  const [b, otherChance] = valuesOf(right, flow, node)
  if (chance || otherChance) return unknown(`a random number with ${operator} is not known to kpx`)
  if (a?.value === absent || b?.value === absent) return one(absent)
  if (!a || !b || typeof a.value === 'string' || typeof b.value === 'string')
    return maskedBits(operator, a, left, right)
  if (typeof a.value === 'number' && typeof b.value === 'number') return one(compute(operator, a.value, b.value))
  if (typeof a.value === 'bigint' && typeof b.value === 'bigint' && operator === '&') return one(a.value & b.value)
  return maskedBits(operator, a, left, right)
}

/** `tcp flags & (fin | syn | rst | ack)`: the named bits that hold. */
function maskedBits(operator: string, a: Outcome | undefined, left: NftExpression, right: NftExpression): Outcome[] {
  const names = bitNames(right)
  if (operator === '|') return one({ bits: [...bitNames(left), ...names] })
  if (a && operator === '&' && typeof a.value === 'object' && 'bits' in a.value) {
    return one({ bits: a.value.bits.filter((bit) => names.includes(bit)) })
  }
  return a && isUnknown(a.value) ? one(a.value) : unknown(`an expression with ${operator} is not known to kpx`)
}

/** `fin`, or `{"|":["fin","syn"]}`, nested to any depth. */
export function bitNames(expression: NftExpression): string[] {
  if (typeof expression === 'string') return [expression]
  if (typeof expression === 'object' && '|' in expression) return expression['|'].flatMap(bitNames)
  return []
}

function compute(operator: '&' | '<<' | '>>' | '^' | '|', a: number, b: number): number {
  switch (operator) {
    case '&':
      return (a & b) >>> 0
    case '|':
      return (a | b) >>> 0
    case '^':
      return (a ^ b) >>> 0
    case '<<':
      return (a << b) >>> 0
    case '>>':
      return a >>> b
  }
}
