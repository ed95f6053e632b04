/** DigitalOcean Kubernetes. Source: docs.digitalocean.com/products/kubernetes/details/managed (labels of nodes, what may be reverted). */
import { marked } from '../evidence.ts'
import { undone } from '../platform.ts'
import type { Platform } from '../platform.ts'
import { unsettable } from '../unsettable.ts'

const why = 'DigitalOcean documents no way to configure kube-proxy'

export const doks: Platform = {
  id: 'doks',
  name: 'DOKS',
  refines: ['kubeadm'],
  kind: 'provider',
  recognise: ({ nodes }) => marked(nodes, 'labels', 'doks.digitalocean.com/node-pool-id'),
  place: () => 'the objects of kube-proxy in kube-system, where there are any, are managed by DigitalOcean',
  fate: undone('DigitalOcean may put back its own at any time'),
  ...unsettable(why),
}
