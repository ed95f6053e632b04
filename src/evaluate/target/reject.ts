/** -j REJECT (net/ipv4/netfilter/ipt_REJECT.c). */
import { optionOf } from './extension.ts'
import type { TargetExtension } from './extension.ts'

export const reject: TargetExtension = {
  names: ['REJECT'],
  run(options) {
    const how = optionOf(options, '--reject-with') ?? 'icmp-port-unreachable'
    return () => ({ kind: 'reject', how })
  },
}
