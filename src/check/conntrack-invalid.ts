/**
 * Packets that conntrack takes for invalid: iptables mode drops them, and without that a kernel before 6.1 may reset their connection.
 * Source: kubernetes.io, Virtual IPs, migrating from iptables mode to nftables.
 */
import { finding } from '../answer/finding.ts'
import { skipped, toMode } from './check.ts'
import type { NodeCheck } from './check.ts'
import { isOlder, noKernel } from './kernel.ts'
import { counted, noCounter } from './metric.ts'

export const conntrackInvalid: NodeCheck = {
  codes: ['KPX4115'],
  needs: 'metrics',
  applies: toMode('nftables'),
  ofNode: (node) => {
    const { changes, from, kernel, settings } = node
    if (!changes || from !== 'iptables' || settings?.line('conntrack.tcpBeLiberal') === 'true') return []
    if (!kernel) return skipped(noKernel)
    if (!isOlder(kernel, 6, 1)) return []
    const packets = counted('kubeproxy_iptables_ct_state_invalid_dropped_packets_total', node)
    if (!packets) return skipped(noCounter)
    if (packets.total === 0) return []
    const message = `iptables mode has dropped ${packets.total} packets that conntrack took for invalid, nftables mode drops none, and the kernel is ${kernel.release}`
    return [finding('KPX4115', { message, field: 'conntrack.tcpBeLiberal', evidence: packets.evidence })]
  },
}
