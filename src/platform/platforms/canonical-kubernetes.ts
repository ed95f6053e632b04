/** The snap k8s. Sources: k8s-snap, src/k8s/pkg/k8sd/setup (arguments of kube-proxy, label k8sd.io/role); Canonical Kubernetes' documentation. */
import { marked } from '../evidence.ts'
import { modesOf } from '../mode.ts'
import { undone } from '../platform.ts'
import type { Platform } from '../platform.ts'
import { argsFileWay } from '../snap-args.ts'

const file = '/var/snap/k8s/common/args/kube-proxy'

export const canonicalKubernetes: Platform = {
  id: 'canonical-kubernetes',
  name: 'Canonical Kubernetes',
  kind: 'host process',
  recognise: ({ nodes }) => marked(nodes, 'labels', 'k8sd.io/role'),
  place: () =>
    `flags in the file ${file} of each node; kube-proxy is the snap's service k8s.kube-proxy, and has no pod (clusters made with 1.36 or newer have none)`,
  fate: undone('k8sd writes the arguments that it manages again'),
  modes: (scene) => modesOf(scene),
  change: (wanted, scene) => argsFileWay(wanted, scene, { file, service: 'k8s.kube-proxy' }),
}
