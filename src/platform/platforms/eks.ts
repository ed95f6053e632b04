/** Amazon EKS with a kube-proxy that no add-on manages. Sources: as src/platform/eks.ts. */
import { clusterName, clusterNote, eksModes, nodesOfAws } from '../eks.ts'
import { isMadeByKubeadm, marked, versionHas } from '../evidence.ts'
import type { Platform } from '../platform.ts'
import { kpxWay } from '../kpx-way.ts'

export const eks: Platform = {
  id: 'eks',
  name: 'EKS',
  kind: 'ConfigMap',
  // EKS Anywhere has versions of EKS
  recognise: (scene) =>
    isMadeByKubeadm(scene)
      ? []
      : [...versionHas(scene, '-eks-'), ...marked(scene.nodes, 'labels', 'eks.amazonaws.com/nodegroup')],
  place: (scene) =>
    `ConfigMap kube-system/kube-proxy-config, key config; no add-on is known to manage it (self-managed)${nodesOfAws(scene)}`,
  fate: ({ managers }) =>
    managers.length > 0
      ? { outcome: 'kept', why: '' }
      : {
          outcome: 'undone',
          why: 'an update of the EKS add-on would, and whether there is one was not recorded (managedFields)',
        },
  modes: eksModes,
  change: (wanted, scene) => ({
    ...kpxWay(wanted),
    notes: [
      `whether an add-on manages kube-proxy is told by: aws eks describe-addon --cluster-name ${clusterName(scene)} --addon-name kube-proxy`,
      ...clusterNote(scene),
    ],
  }),
}
