/**
 * Shoots of Gardener. Sources: gardener pkg/apis/core/v1beta1 KubeProxyConfig, pkg/component/kubernetes/proxy (DaemonSets per pool, immutable
 * ConfigMaps); NFTables for Kubernetes 1.31 or newer since gardener pull request 13558; ConfigMap kube-system/shoot-info.
 */
import { quoted } from '../../command-words.ts'
import { marked, objectsThat } from '../evidence.ts'
import { modesOf } from '../mode.ts'
import { undone } from '../platform.ts'
import type { Platform } from '../platform.ts'
import type { PlatformScene } from '../scene.ts'
import { asFields, isNothing, nested } from '../setting.ts'
import type { Targets } from '../setting.ts'

const spellings: Readonly<Record<string, string>> = { iptables: 'IPTables', ipvs: 'IPVS', nftables: 'NFTables' }

const targets: Targets = {
  mode: { name: 'mode', convert: (mode) => spellings[String(mode)] },
  featureGates: { name: 'featureGates' },
}

const notThere = 'spec.kubernetes.kubeProxy of the Shoot has the mode and feature gates alone'

const shootInfo = ({ configMaps }: PlatformScene): ReadonlyMap<string, string> | undefined =>
  configMaps.find(({ name, namespace }) => namespace === 'kube-system' && name === 'shoot-info')?.data

export const gardener: Platform = {
  id: 'gardener',
  name: 'Gardener',
  kind: 'immutable ConfigMap',
  recognise: ({ configMaps, daemonSets, nodes }) => [
    ...marked(daemonSets, 'labels', 'origin', (origin) => origin === 'gardener'),
    ...marked(nodes, 'labels', 'worker.gardener.cloud/pool'),
    ...objectsThat(configMaps, ({ name, namespace }) => namespace === 'kube-system' && name === 'shoot-info'),
  ],
  place: () =>
    'spec.kubernetes.kubeProxy of the Shoot, of which Gardener makes immutable ConfigMaps kube-system/kube-proxy-config-HASH, key config.yaml, for a DaemonSet of each worker pool',
  fate: undone("Gardener's resource-manager puts back its own within minutes"),
  modes: (scene) =>
    modesOf(scene, {
      nftables:
        scene.minor < 31 ? `Gardener takes NFTables from Kubernetes 1.31 on, and this is 1.${scene.minor}` : undefined,
    }),
  change: (wanted, scene) => {
    const gates = wanted.filter(({ path }) => path.startsWith('featureGates.'))
    const own = Object.fromEntries(gates.map(({ path }) => [path, { name: path }]))
    const fields = asFields(wanted, { ...targets, ...own }, notThere)
    if (isNothing(fields)) return { refused: fields.refused }
    const unset = fields.unset.map((name) => [name, null] as const)
    const patch = JSON.stringify({ spec: { kubernetes: { kubeProxy: nested([...fields.values, ...unset]) } } })
    const info = shootInfo(scene)
    const [project, shoot] = [info?.get('projectName') ?? 'PROJECT', info?.get('shootName') ?? 'SHOOT']
    return {
      commands: [
        `kubectl --kubeconfig GARDEN_KUBECONFIG -n garden-${project} patch shoots.core.gardener.cloud ${shoot} --type merge -p ${quoted(patch)}`,
      ],
      notes: [
        'GARDEN_KUBECONFIG is that of the Gardener API, not of this cluster',
        ...(info ? [] : ['PROJECT and SHOOT are yours to fill in: they are in ConfigMap kube-system/shoot-info']),
      ],
      refused: fields.refused,
    }
  },
}
