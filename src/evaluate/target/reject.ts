/** -j REJECT (net/ipv4/netfilter/ipt_REJECT.c). */
import { valueOf } from '../../ruleset/iptables.ts'
import type { TargetExtension } from './extension.ts'

export const reject: TargetExtension = {
  names: ['REJECT'],
  run(options) {
    const how = valueOf(options, '--reject-with') ?? 'icmp-port-unreachable'
    return () => ({ kind: 'reject', how })
  },
}
