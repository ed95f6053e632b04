/**
 * Clusters that Rancher has provisioned with RKE2 or k3s. Sources: Rancher's documentation, RKE2 cluster configuration reference
 * (machineGlobalConfig); the labels and annotations of its nodes (rke.cattle.io/machine, cluster.x-k8s.io/cluster-name).
 */
import { quoted } from '../../command-words.ts'
import { commonLabel, marked } from '../evidence.ts'
import { modesOf } from '../mode.ts'
import { kubeProxyArgs } from '../node-args.ts'
import { undone } from '../platform.ts'
import type { Platform } from '../platform.ts'
import type { PlatformScene } from '../scene.ts'

/** RKE2's annotation, or k3s'. */
const annotationOf = ({ nodes }: PlatformScene): string =>
  nodes.some(({ kubeletVersion }) => kubeletVersion.includes('+k3s')) ? 'k3s.io/node-args' : 'rke2.io/node-args'

export const rancher: Platform = {
  id: 'rancher',
  name: 'Rancher',
  refines: ['k3s', 'rke2'],
  kind: 'operator',
  recognise: ({ nodes }) => marked(nodes, 'labels', 'rke.cattle.io/machine'),
  place: () =>
    "machineGlobalConfig.kube-proxy-arg of the cluster's resource in Rancher (clusters.provisioning.cattle.io), which Rancher writes to each node",
  fate: undone("Rancher's system-agent writes the nodes' files again"),
  modes: (scene) => modesOf(scene),
  change: (wanted, scene) => {
    const { args, refused } = kubeProxyArgs(wanted, scene, annotationOf(scene))
    if (!args) return { refused }
    const name = commonLabel(scene.nodes, 'annotations', 'cluster.x-k8s.io/cluster-name')
    const namespace = commonLabel(scene.nodes, 'annotations', 'cluster.x-k8s.io/cluster-namespace')
    const patch = JSON.stringify({ spec: { rkeConfig: { machineGlobalConfig: { 'kube-proxy-arg': args } } } })
    return {
      commands: [
        `kubectl --kubeconfig RANCHER_KUBECONFIG -n ${namespace ?? 'fleet-default'} patch clusters.provisioning.cattle.io ${name ?? 'CLUSTER'} --type merge -p ${quoted(patch)}`,
      ],
      notes: [
        'RANCHER_KUBECONFIG is that of the cluster that Rancher runs in',
        'the list takes the place of the one that is there: arguments that no node tells are to be added',
        'machineSelectorConfig wins over it for the machines that it selects',
      ],
      refused,
    }
  },
}
