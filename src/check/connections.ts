/** What becomes of connections as the mode changes: conntrack carries those of iptables and nftables mode on, IPVS its own. */
import { finding } from '../answer/finding.ts'
import { qualified } from '../cluster/objects.ts'
import { toAnyMode } from './check.ts'
import type { ClusterCheck } from './check.ts'

export const connections: ClusterCheck = {
  codes: ['KPX4122'],
  needs: 'cluster',
  applies: toAnyMode,
  ofCluster: ({ nodes, question: { mode }, services }) => {
    const changing = nodes.filter(({ changes, from }) => changes && from !== null)
    if (changing.length === 0) return []
    const affects = services.filter(({ affinitySeconds }) => affinitySeconds !== undefined).map(qualified)
    const affinity = `clients of ${affects.length === 1 ? affects[0] : `${affects.length} Services with session affinity`} may get another endpoint once: whom each had is not carried over`
    const cut = 'connections that IPVS carries break when kube-proxy removes its virtual servers as it starts'
    const isCut = mode === 'nftables' && changing.some(({ from }) => from === 'ipvs')
    return [
      ...(isCut ? [finding('KPX4122', { message: cut })] : []),
      ...(affects.length > 0
        ? [{ ...finding('KPX4122', { message: affinity, affects }), level: 'info' as const }]
        : []),
    ]
  },
}
