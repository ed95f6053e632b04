/** Sources: microk8s.io/docs, configuring services; the arguments of build-scripts and the label that its kubelet sets. */
import { marked } from '../evidence.ts'
import { modesOf } from '../mode.ts'
import { kept } from '../platform.ts'
import type { Platform } from '../platform.ts'
import { argsFileWay } from '../snap-args.ts'

const file = '/var/snap/microk8s/current/args/kube-proxy'

export const microk8s: Platform = {
  id: 'microk8s',
  name: 'MicroK8s',
  kind: 'host process',
  recognise: ({ nodes }) => marked(nodes, 'labels', 'microk8s.io/cluster'),
  place: () => `flags in the file ${file} of each node; kube-proxy runs inside the process kubelite, and has no pod`,
  fate: kept,
  modes: (scene) => modesOf(scene),
  change: (wanted, scene) => argsFileWay(wanted, scene, { file, service: 'microk8s.daemon-kubelite' }),
}
