/** -m physdev: the bridge ports of a packet that crosses a bridge (net/netfilter/xt_physdev.c). Port names are not modelled. */
import { unknown } from './extension.ts'
import type { MatchExtension } from './extension.ts'

export const physdev: MatchExtension = {
  names: ['physdev'],
  option({ name }) {
    if (name !== '--physdev-is-in') return undefined
    return (flow) => flow.bridged ?? unknown('whether the packet came through a bridge is not recorded')
  },
}
