/** conntrack's size where nodes are containers: kind sets maxPerCore to 0 for that (kind, pkg/cluster/internal/kubeadm/config.go). */
import { finding } from '../answer/finding.ts'
import { noConfiguration, whole } from './check.ts'
import type { ClusterCheck } from './check.ts'

export const conntrackSize: ClusterCheck = {
  codes: ['KPX4133'],
  needs: 'cluster',
  applies: whole,
  ofCluster: ({ recognition: { found }, settings }) => {
    const kind = found.find(({ platform }) => platform.id === 'kind')
    if (!kind) return []
    if (settings.length === 0) return noConfiguration
    const own = settings.find((one) => Number(one.line('conntrack.maxPerCore')) > 0)
    if (!own) return []
    const message = `conntrack.maxPerCore is ${own.line('conntrack.maxPerCore')}, and nodes of kind are containers (${kind.evidence.join('; ')})`
    return [finding('KPX4133', { message, field: 'conntrack.maxPerCore' })]
  },
}
