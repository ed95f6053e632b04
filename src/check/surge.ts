/** A DaemonSet that starts a new kube-proxy beside the old one: both want the same ports of the node, and program the same rules. */
import { finding } from '../answer/finding.ts'
import { nameOf } from '../cluster/applied.ts'
import { kubeProxyDaemonSets } from '../cluster/kube-proxy.ts'
import { always } from './check.ts'
import type { ClusterCheck } from './check.ts'

export const surge: ClusterCheck = {
  codes: ['KPX4127'],
  needs: 'static',
  applies: always,
  ofCluster: ({ scene: { capture } }) =>
    kubeProxyDaemonSets(capture.list('daemonsets') ?? [])
      .filter(({ maxSurge }) => !['', '0', '0%'].includes(maxSurge))
      .map((set) =>
        finding('KPX4127', { message: `its updateStrategy has maxSurge ${set.maxSurge}`, object: nameOf(set) }),
      ),
}
