/** kOps. Sources: kops.sigs.k8s.io, cluster spec kubeProxy; kops pkg/apis/kops/v1alpha2 KubeProxyConfig; the manifest that nodeup writes. */
import { quoted } from '../../command-words.ts'
import { marked } from '../evidence.ts'
import { modesOf } from '../mode.ts'
import { undone } from '../platform.ts'
import type { Platform } from '../platform.ts'
import { asFields, flagWords, isNothing } from '../setting.ts'
import type { Targets } from '../setting.ts'

const targets: Targets = {
  bindAddress: { name: 'bindAddress' },
  clusterCIDR: { name: 'clusterCIDR' },
  'conntrack.maxPerCore': { name: 'conntrackMaxPerCore' },
  'conntrack.min': { name: 'conntrackMin' },
  'ipvs.excludeCIDRs': { name: 'ipvsExcludeCidrs' },
  'ipvs.minSyncPeriod': { name: 'ipvsMinSyncPeriod' },
  'ipvs.scheduler': { name: 'ipvsScheduler' },
  'ipvs.syncPeriod': { name: 'ipvsSyncPeriod' },
  'logging.verbosity': { name: 'logLevel' },
  metricsBindAddress: { name: 'metricsBindAddress' },
  mode: { name: 'proxyMode' },
}

const notThere = 'spec.kubeProxy of kOps has no field for it'

export const kops: Platform = {
  id: 'kops',
  name: 'kOps',
  kind: 'static pod',
  recognise: ({ nodes, pods }) => [
    ...marked(nodes, 'labels', 'kops.k8s.io/instancegroup'),
    ...marked(pods, 'labels', 'kubernetes.io/managed-by', (by) => by === 'nodeup'),
  ],
  place: () =>
    'spec.kubeProxy of the kOps cluster, of which nodeup writes flags into the static pod kube-proxy-NODE on each node; there is no ConfigMap',
  fate: undone('nodeup writes the manifests on the nodes when they start'),
  modes: (scene) => modesOf(scene),
  change: (wanted) => {
    const fields = asFields(wanted, targets, notThere)
    if (isNothing(fields)) return { refused: fields.refused }
    // a list is set as a whole, with commas
    const set = flagWords(fields).map((word) => quoted(`--set=spec.kubeProxy.${word}`))
    const unset = fields.unset.map((name) => `--unset=spec.kubeProxy.${name}`)
    return {
      commands: [
        `kops edit cluster --name CLUSTER ${[...unset, ...set].join(' ')}`,
        'kops update cluster --name CLUSTER --yes',
        'kops rolling-update cluster --name CLUSTER --yes',
      ],
      notes: [
        'CLUSTER is yours to fill in: kops get clusters',
        'the rolling update replaces the nodes, one after the other',
      ],
      refused: fields.refused,
    }
  },
}
