/** -m set --match-set NAME dst,dst (net/netfilter/xt_set.c). */
import { inIpSet } from '../ipset.ts'
import { unknown } from './extension.ts'
import type { MatchExtension } from './extension.ts'

export const set: MatchExtension = {
  names: ['set'],
  option({ name, values: [setName = '', directions = ''] }) {
    if (name === '--return-nomatch') return unknown('--return-nomatch is not known to kpx')
    if (name !== '--match-set') return undefined
    return (flow, node) => inIpSet(setName, directions.split(','), flow, node)
  },
}
