/**
 * k0s. Sources: docs.k0sproject.io, configuration options spec.network.kubeProxy; k0s pkg/component/controller/kubeproxy.go (the manifest,
 * its annotation k0sproject.io/config-hash, and the stack applier).
 */
import { yamlOfJson } from '../../config/yaml-object.ts'
import { marked, nodesWhose } from '../evidence.ts'
import { modesOf } from '../mode.ts'
import { undone } from '../platform.ts'
import type { Platform } from '../platform.ts'
import { asFields, isNothing, nested } from '../setting.ts'
import type { Targets } from '../setting.ts'

const sections: Readonly<Record<string, readonly string[]>> = {
  iptables: ['localhostNodePorts', 'masqueradeAll', 'masqueradeBit', 'minSyncPeriod', 'syncPeriod'],
  ipvs: [
    'excludeCIDRs',
    'minSyncPeriod',
    'scheduler',
    'strictARP',
    'syncPeriod',
    'tcpFinTimeout',
    'tcpTimeout',
    'udpTimeout',
  ],
  nftables: ['masqueradeAll', 'masqueradeBit', 'minSyncPeriod', 'syncPeriod'],
}

const paths = [
  'healthzBindAddress',
  'metricsBindAddress',
  'mode',
  'nodePortAddresses',
  ...Object.entries(sections).flatMap(([section, names]) => names.map((name) => `${section}.${name}`)),
]

/** Under the names that they have in KubeProxyConfiguration. */
const targets: Targets = Object.fromEntries(paths.map((path) => [path, { name: path }]))

const notThere =
  'spec.network.kubeProxy has no such field; extraArgs would be ignored, as kube-proxy is started with a configuration file'

export const k0s: Platform = {
  id: 'k0s',
  name: 'k0s',
  kind: 'operator',
  recognise: (scene) => [
    ...nodesWhose(scene, 'kubeletVersion', (version) => version.includes('+k0s')),
    ...scene.daemonSets.flatMap(({ template, ...set }) =>
      marked([{ ...set, ...template }], 'annotations', 'k0sproject.io/config-hash'),
    ),
  ],
  place: () =>
    'spec.network.kubeProxy of the ClusterConfig, of which k0s makes ConfigMap kube-system/kube-proxy, key config.conf',
  fate: undone('k0s applies its own when its configuration or its version changes'),
  modes: (scene) => modesOf(scene),
  change: (wanted) => {
    const fields = asFields(wanted, targets, notThere)
    if (isNothing(fields)) return { refused: fields.refused }
    const kubeProxy = nested(fields.values)
    const config = {
      apiVersion: 'k0s.k0sproject.io/v1beta1',
      kind: 'ClusterConfig',
      metadata: { name: 'k0s' },
      spec: { network: { kubeProxy } },
    }
    const path = '/etc/k0s/k0s.yaml'
    return {
      files: [{ path, text: yamlOfJson(config) }],
      commands: ['sudo k0s config validate --config /etc/k0s/k0s.yaml', 'sudo k0s stop', 'sudo k0s start'],
      notes: [
        `${path} of every controller has more than that: only the named fields are to be changed in it`,
        'with dynamic configuration the ClusterConfig is in the cluster: sudo k0s config edit',
        ...fields.unset.map((name) => `spec.network.kubeProxy.${name} is to be taken out`),
      ],
      refused: fields.refused,
    }
  },
}
