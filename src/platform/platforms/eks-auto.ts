/** Amazon EKS whose nodes are all of Auto Mode. Source: docs.aws.amazon.com/eks, Auto Mode: kube-proxy is part of the node, not of the cluster. */
import { computeType } from '../eks.ts'
import { marked } from '../evidence.ts'
import { undone } from '../platform.ts'
import type { Platform } from '../platform.ts'
import { unsettable } from '../unsettable.ts'

const why =
  'AWS operates the kube-proxy of Auto Mode nodes and lets nobody configure it; nodes of a node group have one that can be'

export const eksAuto: Platform = {
  id: 'eks-auto',
  name: 'EKS Auto Mode',
  refines: ['eks', 'eks-addon'],
  kind: 'provider',
  recognise: ({ nodes }) =>
    nodes.every(({ labels }) => labels[computeType] === 'auto') ? marked(nodes, 'labels', computeType) : [],
  place: () => 'in the image of the nodes, operated by AWS; there is no pod, DaemonSet or ConfigMap to look at',
  fate: undone('AWS operates it'),
  ...unsettable(why),
}
