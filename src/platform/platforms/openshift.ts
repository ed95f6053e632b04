/**
 * OpenShift with a network of others, for which the cluster-network-operator runs kube-proxy. Sources: openshift/api operator/v1 Network
 * (kubeProxyConfig); cluster-network-operator pkg/network/kube_proxy.go (defaults, overrides and what it refuses).
 */
import { quoted } from '../../command-words.ts'
import { apiGroup, marked } from '../evidence.ts'
import { modesOf } from '../mode.ts'
import { undone } from '../platform.ts'
import type { Platform } from '../platform.ts'
import { asFields, asFlags } from '../setting.ts'
import type { Setting, Targets } from '../setting.ts'
import type { PlatformScene } from '../scene.ts'

/** Fields of their own in kubeProxyConfig. */
const targets: Targets = {
  bindAddress: { name: 'bindAddress' },
  'iptables.syncPeriod': { name: 'iptablesSyncPeriod' },
}

/** The operator sets them itself, and takes no other value. */
const overridden = ['featureGates', 'healthzBindAddress', 'metricsBindAddress']

const isOwn = ({ path }: Setting): boolean => Object.hasOwn(targets, path)
const isOverridden = ({ path }: Setting): boolean => overridden.includes(path.replace(/\..*/, ''))

/** Until 4.16 the network of its own had kube-proxy in its process. */
const isSdn = ({ daemonSets }: PlatformScene): boolean =>
  daemonSets.some(({ name, namespace }) => namespace === 'openshift-sdn' && name === 'sdn')

export const openshift: Platform = {
  id: 'openshift',
  name: 'OpenShift',
  kind: 'operator',
  recognise: (scene) => [
    ...apiGroup(scene, 'operator.openshift.io'),
    ...marked(scene.nodes, 'annotations', 'machineconfiguration.openshift.io/currentConfig'),
  ],
  place: (scene) =>
    isSdn(scene)
      ? 'spec.kubeProxyConfig of networks.operator.openshift.io/cluster; kube-proxy is part of DaemonSet openshift-sdn/sdn'
      : 'spec.kubeProxyConfig of networks.operator.openshift.io/cluster, of which the cluster-network-operator makes ConfigMap openshift-kube-proxy/proxy-config',
  fate: undone('the cluster-network-operator puts back its own at once'),
  modes: (scene) => modesOf(scene),
  change,
}

function change(wanted: readonly Setting[], scene: PlatformScene): ReturnType<Platform['change']> {
  const [own, refusedHere] = [wanted.filter(isOwn), wanted.filter(isOverridden)]
  const fields = asFields(own, targets, '')
  const flags = asFlags(
    wanted.filter((one) => !isOwn(one) && !isOverridden(one)),
    scene,
  )
  const refused = [
    ...refusedHere.map(({ path }) => ({ field: path, why: 'the cluster-network-operator sets it itself' })),
    ...fields.refused,
    ...flags.refused,
  ]
  if (refused.length >= wanted.length) return { refused }
  const proxyArguments = Object.fromEntries<string[] | null>([
    ...Array.from(flags.values, ([name, value]): [string, string[]] => [name, [String(value)]]),
    ...flags.unset.map((name): [string, null] => [name, null]),
  ])
  const unset = fields.unset.map((name): [string, null] => [name, null])
  const config = {
    ...Object.fromEntries<unknown>([...fields.values, ...unset]),
    ...(Object.keys(proxyArguments).length > 0 && { proxyArguments }),
  }
  const patch = JSON.stringify({ spec: { kubeProxyConfig: config } })
  return {
    commands: [
      `oc patch networks.operator.openshift.io cluster --type=merge -p ${quoted(patch)}`,
      isSdn(scene)
        ? 'oc -n openshift-sdn rollout status daemonset/sdn'
        : 'oc -n openshift-kube-proxy rollout status daemonset/openshift-kube-proxy',
    ],
    notes: ['whether the operator took it is told by: oc get clusteroperator network -o yaml'],
    refused,
  }
}
