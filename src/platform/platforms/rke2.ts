/** Sources: docs.rke2.io, server configuration; rke2 pkg/podexecutor (kube-proxy as a static pod); annotation rke2.io/node-args. */
import { marked, nodesWhose } from '../evidence.ts'
import { modesOf } from '../mode.ts'
import { configFileWay } from '../node-args.ts'
import { undone } from '../platform.ts'
import type { Platform } from '../platform.ts'

const annotation = 'rke2.io/node-args'

export const rke2: Platform = {
  id: 'rke2',
  name: 'RKE2',
  kind: 'static pod',
  recognise: (scene) => [
    ...nodesWhose(scene, 'kubeletVersion', (version) => version.includes('+rke2')),
    ...marked(scene.nodes, 'annotations', annotation),
  ],
  place: () =>
    "kube-proxy-arg in RKE2's configuration (/etc/rancher/rke2/config.yaml) of each node, which makes the static pod kube-proxy-NODE of it",
  fate: undone('RKE2 writes the manifest of the static pod anew each time that it starts'),
  modes: (scene) => modesOf(scene),
  change: (wanted, scene) =>
    configFileWay(wanted, scene, { annotation, folder: '/etc/rancher/rke2', units: ['rke2-server', 'rke2-agent'] }),
}
