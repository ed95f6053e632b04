/** A DaemonSet that starts a new kube-proxy beside the old one: both want the same ports of the node, and program the same rules. */
import { finding } from '../answer/finding.ts'
import { nameOf } from '../cluster/applied.ts'
import { always, ofDaemonSets } from './check.ts'
import type { ClusterCheck } from './check.ts'

export const surge: ClusterCheck = {
  codes: ['KPX4127'],
  needs: 'static',
  applies: always,
  ofCluster: ofDaemonSets((set) =>
    ['', '0', '0%'].includes(set.maxSurge)
      ? []
      : [finding('KPX4127', { message: `its updateStrategy has maxSurge ${set.maxSurge}`, object: nameOf(set) })],
  ),
}
