/** -m owner: the socket that sent the packet; forwarded packets have none (net/netfilter/xt_owner.c). */
import { unknown } from './extension.ts'
import type { MatchExtension } from './extension.ts'

export const owner: MatchExtension = {
  names: ['owner'],
  option: () => (flow) => (flow.local ? unknown('it depends on the process that sends the packet') : false),
}
