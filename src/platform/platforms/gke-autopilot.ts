/** GKE Autopilot, which always has Dataplane V2. Source: cloud.google.com/kubernetes-engine/docs, Autopilot (names of nodes begin with gk3-). */
import { objectsThat } from '../evidence.ts'
import { undone } from '../platform.ts'
import type { Platform } from '../platform.ts'
import { unsettable } from '../unsettable.ts'

const why = 'there is no kube-proxy: Autopilot has Dataplane V2, and Google manages its nodes'

export const gkeAutopilot: Platform = {
  id: 'gke-autopilot',
  name: 'GKE Autopilot',
  refines: ['cilium', 'gke', 'gke-dataplane-v2'],
  kind: 'none',
  recognise: ({ gitVersion, nodes }) =>
    gitVersion.includes('-gke.') ? objectsThat(nodes, ({ name }) => name.startsWith('gk3-')) : [],
  place: () => 'there is no kube-proxy: Dataplane V2 serves the Services, managed by GKE Autopilot',
  fate: undone('GKE manages it'),
  ...unsettable(why),
}
