/** Whether the cluster lets in the debug pods by which kpx looks at a node without a kube-proxy pod, as a dry run has told. */
import { finding } from '../answer/finding.ts'
import { object, text } from '../cluster/json.ts'
import { skipped, whole } from './check.ts'
import type { ClusterCheck } from './check.ts'

export const debugPods: ClusterCheck = {
  codes: ['KPX4145'],
  needs: 'cluster',
  applies: whole,
  ofCluster: ({ scene: { capture } }) => {
    const [answer] = capture.list('debugpods') ?? []
    if (answer === undefined) return skipped('the API server was not asked: that takes the right to create pods')
    const { kind, message } = object(answer)
    return kind === 'Status' ? [finding('KPX4145', { message: text(message) })] : []
  },
}
