/** NodePorts that somebody uses at 127.0.0.1, as kube-proxy itself counts in iptables mode; no other mode has them there. */
import { finding } from '../answer/finding.ts'
import { gateIsOn } from '../config/gates.ts'
import { skipped, toMode } from './check.ts'
import type { NodeCheck } from './check.ts'
import { counted, noCounter } from './metric.ts'
import { nodePorts } from './node-ports.ts'

export const localhostNodePorts: NodeCheck = {
  codes: ['KPX4113'],
  needs: 'metrics',
  applies: toMode('ipvs', 'nftables'),
  ofNode: (node, { question: { mode = '' }, services }) => {
    const { changes, from, minor = 0, settings } = node
    if (!changes || from !== 'iptables' || nodePorts(services).length === 0) return []
    if (settings?.line('iptables.localhostNodePorts') === 'false') return []
    if (mode === 'nftables' && gateIsOn('KubeProxyNFTablesLocalhostNodePorts', settings?.gates ?? new Map(), minor))
      return []
    const packets = counted('kubeproxy_iptables_localhost_nodeports_accepted_packets_total', node)
    if (!packets) return skipped(noCounter)
    if (packets.total === 0) return []
    const message = `${packets.total} packets have come to NodePorts at 127.0.0.1 since kube-proxy was started, and in ${mode} mode nothing answers there`
    return [finding('KPX4113', { message, evidence: packets.evidence })]
  },
}
