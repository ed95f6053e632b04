/** A DaemonSet whose rollout tells nothing, as kubeadm's: worth knowing for whoever is about to change it. */
import { finding } from '../answer/finding.ts'
import { nameOf } from '../cluster/applied.ts'
import { ofDaemonSets, whole } from './check.ts'
import type { ClusterCheck } from './check.ts'

export const readinessProbe: ClusterCheck = {
  codes: ['KPX4131'],
  needs: 'static',
  applies: (question) => whole(question) && (question.mode !== undefined || question.kubernetes !== undefined),
  ofCluster: ofDaemonSets((set) =>
    set.isProbed ? [] : [finding('KPX4131', { message: 'its container has no readinessProbe', object: nameOf(set) })],
  ),
}
