/** -m ipvs: packets that IPVS translates (net/netfilter/xt_ipvs.c). */
import { contains, parsePrefix } from '../../ruleset/address.ts'
import { protocolOf } from '../../ruleset/iptables.ts'
import type { MatchExtension } from './extension.ts'

export const ipvs: MatchExtension = {
  names: ['ipvs'],
  option({ name, values: [value = ''] }) {
    if (name === '--ipvs') return (flow) => flow.virtualServer !== undefined
    if (name === '--vproto') return (flow) => flow.virtualServer !== undefined && protocolOf(value) === flow.protocol
    if (name === '--vport') return (flow) => flow.virtualServer?.port === Number(value)
    if (name === '--vdir') return (flow) => flow.virtualServer !== undefined && value === 'ORIGINAL'
    if (name === '--vmethod') return (flow) => flow.virtualServer !== undefined && value === 'MASQ'
    const prefix = name === '--vaddr' ? parsePrefix(value) : undefined
    return prefix && ((flow) => flow.virtualServer !== undefined && contains(prefix, flow.virtualServer.ip))
  },
}
