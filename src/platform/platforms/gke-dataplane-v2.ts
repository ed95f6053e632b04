/** GKE whose Services Cilium serves. Source: cloud.google.com/kubernetes-engine/docs, About GKE Dataplane V2 (DaemonSet anetd). */
import { objectsThat } from '../evidence.ts'
import { undone } from '../platform.ts'
import type { Platform } from '../platform.ts'
import { unsettable } from '../unsettable.ts'

const why = 'there is no kube-proxy: GKE Dataplane V2 serves the Services, and is chosen when a cluster is made'

export const gkeDataplaneV2: Platform = {
  id: 'gke-dataplane-v2',
  name: 'GKE Dataplane V2',
  refines: ['cilium', 'gke'],
  kind: 'none',
  recognise: ({ daemonSets }) =>
    objectsThat(daemonSets, ({ name, namespace }) => namespace === 'kube-system' && name === 'anetd'),
  place: () => 'there is no kube-proxy: DaemonSet kube-system/anetd serves the Services, managed by GKE',
  fate: undone('GKE manages it'),
  ...unsettable(why),
}
