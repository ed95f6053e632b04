/**
 * kubeadm, and what is made with it. Sources: kubernetes cmd/kubeadm/app/phases/addons/proxy and componentconfigs (the hash by which an
 * upgrade tells whether somebody edited the ConfigMap, which it then keeps).
 */
import type { Applied } from '../../cluster/applied.ts'
import { marked, objectsThat } from '../evidence.ts'
import { kpxWay } from '../kpx-way.ts'
import { modesOf } from '../mode.ts'
import type { Fate, Platform } from '../platform.ts'

const isOf = (name: string) => (one: Applied) => one.namespace === 'kube-system' && one.name === name

const fate = ({ kind }: Applied): Fate =>
  kind === 'DaemonSet'
    ? { outcome: 'replaced', why: 'kubeadm upgrade apply writes the DaemonSet anew' }
    : { outcome: 'kept', why: '' }

export const kubeadmPlace = 'ConfigMap kube-system/kube-proxy, key config.conf'

export const kubeadm: Platform = {
  id: 'kubeadm',
  name: 'kubeadm',
  kind: 'ConfigMap',
  recognise: ({ configMaps, nodes }) => [
    ...objectsThat(configMaps, isOf('kubeadm-config')),
    ...marked(configMaps.filter(isOf('kube-proxy')), 'annotations', 'kubeadm.kubernetes.io/component-config.hash'),
    ...marked(nodes, 'annotations', 'kubeadm.alpha.kubernetes.io/cri-socket'),
  ],
  place: () => `${kubeadmPlace}; kubeadm leaves it to whoever edits it`,
  fate,
  modes: (scene) => modesOf(scene),
  change: (wanted) => kpxWay(wanted),
}
