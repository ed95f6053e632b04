/** -m addrtype: what the routing table says of an address (net/netfilter/xt_addrtype.c). */
import type { Ip } from '../../ruleset/address.ts'
import type { NodeState } from '../node.ts'
import { addressType } from '../route.ts'
import type { MatchExtension } from './extension.ts'

export const addrtype: MatchExtension = {
  names: ['addrtype'],
  option({ name, values }, among) {
    if (among.some((option) => option.name.startsWith('--limit-iface'))) return undefined
    const types = (values[0] ?? '').toLowerCase().split(',')
    const isOneOf = (node: NodeState, ip: Ip) => types.includes(addressType(node.routes, ip))
    if (name === '--dst-type') return (flow, node) => isOneOf(node, flow.destination)
    if (name === '--src-type') return (flow, node) => isOneOf(node, flow.source)
    return undefined
  },
}
