/**
 * Azure Kubernetes Service. Sources: learn.microsoft.com, Configure kube-proxy in AKS (kube-proxy-config, preview) and the REST API's
 * networkProfile.kubeProxyConfig with its limits by Kubernetes version; DaemonSets of AKS clusters 1.29 and 1.32.
 */
import { parseDuration } from '../../config/duration.ts'
import { commonLabel, marked } from '../evidence.ts'
import { modesOf } from '../mode.ts'
import { undone } from '../platform.ts'
import type { Platform } from '../platform.ts'
import type { PlatformScene } from '../scene.ts'
import { asFields, isNothing, nested, NotTaken, withWritten } from '../setting.ts'
import type { Setting, Targets } from '../setting.ts'

/** The resource group of the nodes, and in its name the cluster's: MC_GROUP_CLUSTER_LOCATION. */
const clusterLabel = 'kubernetes.azure.com/cluster'

const schedulers: Readonly<Record<string, string>> = { rr: 'RoundRobin', lc: 'LeastConnection' }

function scheduler(json: unknown): string {
  const name = schedulers[String(json)]
  if (name === undefined) throw new NotTaken('AKS knows the schedulers rr (RoundRobin) and lc (LeastConnection) alone')
  return name
}

function seconds(json: unknown): number {
  const time = parseDuration(String(json))
  const whole = typeof time === 'bigint' && time % 1_000_000_000n === 0n ? Number(time / 1_000_000_000n) : 0
  if (whole <= 0) throw new NotTaken('AKS takes whole seconds, at least 1')
  return whole
}

const targets: Targets = {
  mode: { name: 'mode', convert: (mode) => String(mode).toUpperCase() },
  'ipvs.scheduler': { name: 'ipvsConfig.scheduler', convert: scheduler },
  'ipvs.tcpTimeout': { name: 'ipvsConfig.TCPTimeoutSeconds', convert: seconds },
  'ipvs.tcpFinTimeout': { name: 'ipvsConfig.TCPFINTimeoutSeconds', convert: seconds },
  'ipvs.udpTimeout': { name: 'ipvsConfig.UDPTimeoutSeconds', convert: seconds },
}

const notThere = 'AKS lets one choose the mode, and of ipvs the scheduler and the time-outs'

export const aks: Platform = {
  id: 'aks',
  name: 'AKS',
  kind: 'provider',
  // AKS Engine labels its nodes alike, and has a ConfigMap
  recognise: ({ configMaps, nodes }) =>
    configMaps.some(({ name, namespace }) => namespace === 'kube-system' && name === 'kube-proxy-config')
      ? []
      : marked(nodes, 'labels', clusterLabel),
  place: ({ daemonSets }) =>
    daemonSets.some(({ name, namespace }) => namespace === 'kube-system' && name === 'kube-proxy')
      ? 'flags in DaemonSet kube-system/kube-proxy, managed by AKS; there is no ConfigMap'
      : 'networkProfile.kubeProxyConfig of the managed cluster; no DaemonSet kube-system/kube-proxy was seen',
  fate: undone('AKS puts back its own within minutes'),
  modes: (scene) =>
    modesOf(scene, {
      nftables:
        scene.minor < 33 ? `AKS takes NFTABLES from Kubernetes 1.33 on, and this is 1.${scene.minor}` : undefined,
      ipvs: scene.minor < 22 ? `AKS takes IPVS from Kubernetes 1.22 on, and this is 1.${scene.minor}` : undefined,
    }),
  change,
}

function change(wanted: readonly Setting[], scene: PlatformScene): ReturnType<Platform['change']> {
  const mode = wanted.find(({ path }) => path === 'mode')?.value ?? scene.written.get('mode') ?? 'iptables'
  const isOfMode = ({ path }: Setting): boolean => mode === 'ipvs' || !path.startsWith('ipvs.')
  const all = withWritten(wanted.filter(isOfMode), targets, scene).filter(isOfMode)
  const fields = asFields(
    [{ path: 'mode', value: mode }, ...all.filter(({ path }) => path !== 'mode')],
    targets,
    notThere,
  )
  const others = wanted.filter((one) => !isOfMode(one))
  const refused = [
    ...fields.refused,
    ...others.map(({ path }) => ({ field: path, why: 'AKS takes ipvsConfig with mode IPVS alone' })),
  ]
  if (isNothing(fields) || refused.length >= wanted.length) return { refused }
  const names = namesOf(scene)
  const text = `${JSON.stringify({ enabled: true, ...nested(fields.values) }, null, 2)}\n`
  return {
    files: [{ path: 'kube-proxy.json', text }],
    commands: [
      'az extension add --name aks-preview',
      'az feature register --namespace Microsoft.ContainerService --name KubeProxyConfigurationPreview',
      `az aks update --resource-group ${names.group} --name ${names.cluster} --kube-proxy-config kube-proxy.json`,
    ],
    notes: [
      'it is a preview of AKS: the extension and the feature are needed once, and the feature takes minutes to be registered',
      ...names.notes,
    ],
    refused,
  }
}

/** The parts cannot be told apart where one of them has an underscore. */
function namesOf({ nodes }: PlatformScene): { group: string; cluster: string; notes: readonly string[] } {
  const label = commonLabel(nodes, 'labels', clusterLabel) ?? ''
  const [, group, cluster] = /^MC_([^_]+)_([^_]+)_[^_]+$/.exec(label) ?? []
  if (group !== undefined && cluster !== undefined) return { group, cluster, notes: [] }
  const hint = label === '' ? '' : `; the nodes are in the resource group ${label}`
  return {
    group: 'RESOURCE_GROUP',
    cluster: 'CLUSTER',
    notes: [`RESOURCE_GROUP and CLUSTER are yours to fill in: az aks list --output table${hint}`],
  }
}
