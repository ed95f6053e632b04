/** A mode that no supported kube-proxy has any more. */
import { finding } from '../answer/finding.ts'
import { modes } from '../modes.ts'
import { toMode } from './check.ts'
import type { ClusterCheck } from './check.ts'

export const removedMode: ClusterCheck = {
  codes: ['KPX4101'],
  needs: 'static',
  applies: toMode('userspace'),
  ofCluster: () => {
    const { milestones = [] } = modes.find(({ name }) => name === 'userspace') ?? {}
    const removed = milestones.find(({ event }) => event === 'removed')
    const message = `userspace mode was removed in Kubernetes ${removed?.kubernetes}: ${removed?.note}`
    return [{ ...finding('KPX4101', { message }), fix: 'choose iptables or nftables: kpx mode check nftables' }]
  },
}
