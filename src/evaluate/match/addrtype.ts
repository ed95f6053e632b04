/** -m addrtype: what the routing table says of an address (net/netfilter/xt_addrtype.c). */
import type { Flow } from '../flow.ts'
import type { NodeState } from '../node.ts'
import type { Answer } from '../program.ts'
import { addressType } from '../route.ts'
import { unknown } from './extension.ts'
import type { MatchExtension } from './extension.ts'

export const addrtype: MatchExtension = {
  names: ['addrtype'],
  option({ name, values }, among) {
    if (name === '--limit-iface-in' || name === '--limit-iface-out') return true
    if (name !== '--dst-type' && name !== '--src-type') return undefined
    const types = (values[0] ?? '').toLowerCase().split(',')
    const limit = among.find((option) => option.name.startsWith('--limit-iface-'))?.name
    return (flow, node) => isOneOf(types, name, limit, flow, node)
  },
}

function isOneOf(
  types: readonly string[],
  side: string,
  limit: string | undefined,
  flow: Flow,
  { routes }: NodeState,
): Answer {
  const ip = side === '--dst-type' ? flow.destination : flow.source
  const device = limit === '--limit-iface-in' ? flow.inInterface : flow.outInterface
  if (limit !== undefined && device === undefined) return unknown('the device is not recorded')
  const type = addressType(routes, ip, limit === undefined ? undefined : device)
  if (type === undefined) return unknown('the device of the address is not recorded')
  return typeof ip === 'number' ? types.includes(type) : isIpv6Type(types, type)
}

/** match_type6(): unicast and multicast are asked of the address, the others of routing, and all of them must hold. */
function isIpv6Type(types: readonly string[], type: string): boolean {
  if (types.includes('multicast') && type !== 'multicast') return false
  if (types.includes('unicast') && type === 'multicast') return false
  const routed = types.filter((one) => ['anycast', 'local', 'unreachable'].includes(one))
  return routed.length === 0 || routed.includes(type)
}
