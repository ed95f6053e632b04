/** -j CT --notrack and -j NOTRACK: the connection is not tracked, so the nat hooks do not see it (net/netfilter/xt_CT.c). */
import { unknownOption } from './extension.ts'
import type { TargetExtension } from './extension.ts'

export const ct: TargetExtension = {
  names: ['CT', 'NOTRACK'],
  run(options) {
    if (options.some(({ name }) => name !== '--notrack')) return unknownOption('CT', options)
    return (flow) => {
      if (!flow.connection.attached) flow.connection.tracked = false
      return undefined
    }
  },
}
