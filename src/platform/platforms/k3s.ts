/** Sources: docs.k3s.io, server and agent configuration; k3s pkg/nodeconfig (annotation k3s.io/node-args), pkg/daemons/agent (kube-proxy). */
import { marked, nodesWhose } from '../evidence.ts'
import { modesOf } from '../mode.ts'
import { argsOfNode, configFileWay } from '../node-args.ts'
import { undone } from '../platform.ts'
import type { Platform } from '../platform.ts'

const annotation = 'k3s.io/node-args'

/** Before the user's arguments (pkg/daemons/agent/agent_linux.go). */
const defaults = [
  '--proxy-mode=iptables',
  '--healthz-bind-address=127.0.0.1',
  '--conntrack-max-per-core=0',
  '--conntrack-tcp-timeout-established=0s',
  '--conntrack-tcp-timeout-close-wait=0s',
]

export const k3s: Platform = {
  id: 'k3s',
  name: 'k3s',
  kind: 'host process',
  recognise: (scene) => [
    ...nodesWhose(scene, 'kubeletVersion', (version) => version.includes('+k3s')),
    ...marked(scene.nodes, 'annotations', annotation),
  ],
  place: () =>
    "kube-proxy-arg in k3s' configuration (/etc/rancher/k3s/config.yaml) of each node; kube-proxy runs inside the k3s process, and has no pod",
  started: (node, scene) => {
    const args = argsOfNode(node, scene, annotation)
    return args && ['kube-proxy', ...defaults, ...args.map((arg) => `--${arg.replace(/^-+/, '')}`)]
  },
  fate: undone('k3s starts kube-proxy with its own arguments each time that it starts'),
  modes: (scene) => modesOf(scene),
  change: (wanted, scene) =>
    configFileWay(wanted, scene, { annotation, folder: '/etc/rancher/k3s', units: ['k3s', 'k3s-agent'] }),
}
