/** How the DaemonSet controller replaces pods of kube-proxy: never by itself, or many at a time. */
import { finding } from '../answer/finding.ts'
import type { Finding } from '../answer/finding.ts'
import { nameOf } from '../cluster/applied.ts'
import type { KubeProxyDaemonSet } from '../cluster/kube-proxy.ts'
import { ofDaemonSets, whole } from './check.ts'
import type { ClusterCheck } from './check.ts'

export const updateStrategy: ClusterCheck = {
  codes: ['KPX4129', 'KPX4130'],
  needs: 'static',
  applies: whole,
  ofCluster: ofDaemonSets(ofSet),
}

function ofSet(set: KubeProxyDaemonSet): Finding[] {
  const object = nameOf(set)
  const { desired, maxUnavailable, updateStrategy: strategy } = set
  if (strategy === 'OnDelete') return [finding('KPX4129', { message: 'its updateStrategy is OnDelete', object })]
  const atOnce = nodesAtOnce(maxUnavailable, desired)
  if (atOnce <= 1 || atOnce <= desired * few) return []
  const ofAll = desired === 0 ? '' : `: ${atOnce} of ${desired} nodes`
  return [finding('KPX4130', { message: `its updateStrategy has maxUnavailable ${maxUnavailable}${ofAll}`, object })]
}

/** EKS and others have 10%. */
const few = 0.1

/** As the controller rounds: up. Of a manifest without a status nobody knows how many a percentage is. */
function nodesAtOnce(maxUnavailable: string, desired: number): number {
  const [, number = '0', percent = ''] = /^(\d+)(%?)$/.exec(maxUnavailable) ?? []
  return percent === '' ? Number(number) : Math.ceil((Number(number) / 100) * desired)
}
