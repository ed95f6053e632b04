/** -m multiport: up to 15 ports or ranges (net/netfilter/xt_multiport.c). */
import { all, not } from '../program.ts'
import type { Answer } from '../program.ts'
import { portIn, portRange, sourcePortIn } from './extension.ts'
import type { MatchExtension } from './extension.ts'

export const multiport: MatchExtension = {
  names: ['multiport'],
  option({ name, values }) {
    const ranges = (values[0] ?? '').split(',').map(portRange)
    if (!ranges.every((range) => range !== undefined)) return undefined
    if (name === '--dports') return (flow) => portIn(flow.port, ranges)
    if (name === '--sports') return sourcePortIn(ranges)
    if (name === '--ports') return (flow): Answer => not(all([!portIn(flow.port, ranges), not(sourcePortIn(ranges))]))
    return undefined
  },
}
