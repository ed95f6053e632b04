/** kube-proxy as kubeadm deploys it: ConfigMap, ServiceAccount, its rights, DaemonSet. */
import { clusterCIDRs } from './addresses.ts'
import type { Cluster } from './cluster.ts'
import { apiServer } from './control-plane.ts'
import { kubeProxyImage } from './images.ts'

export const modes = ['iptables', 'ipvs', 'nftables'] as const

export interface KubeProxy {
  /** `1.37.1` */
  readonly version: string
  readonly mode: (typeof modes)[number]
}

const namespace = 'kube-system'
const serviceAccount = 'kube-proxy'
const subject = { kind: 'ServiceAccount', name: serviceAccount, namespace }
const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount'

/** The label of a node whose kube-proxy is another DaemonSet's, in ipvs mode. */
export const ipvsLabel = { key: 'kube-proxy', value: 'ipvs' } as const

/** An emulated node has little time for anybody who asks for none. */
const request = { requests: { cpu: '500m' } }

/** `ipvs`: with the other DaemonSet, `kube-proxy-ipvs`. */
export function kubeProxyManifests({ version, mode }: KubeProxy, ipvs: boolean): object[] {
  const elsewhere = [{ key: ipvsLabel.key, operator: 'NotIn', values: [ipvsLabel.value] }]
  const terms = { nodeSelectorTerms: [{ matchExpressions: elsewhere }] }
  const affinity = { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } } }
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: serviceAccount, namespace } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'kubeadm:node-proxier' },
      subjects: [subject],
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:node-proxier' },
    },
    kubeProxyConfigMap(mode),
    kubeProxyDaemonSet('kube-proxy', version, ipvs ? affinity : {}),
    ...(ipvs
      ? [
          kubeProxyConfigMap('ipvs', 'kube-proxy-ipvs'),
          kubeProxyDaemonSet(
            'kube-proxy-ipvs',
            version,
            { nodeSelector: { [ipvsLabel.key]: ipvsLabel.value } },
            request,
          ),
        ]
      : []),
  ]
}

/** What becomes of the configuration's text. */
type Edit = (config: string) => string

const unchanged: Edit = (config) => config

/** What decides about NodePorts and source addresses beside Services. */
export const otherSettings: Edit = (config) =>
  `${config
    .replace('masqueradeAll: false', 'masqueradeAll: true')
    .replace('nodePortAddresses: null', 'nodePortAddresses: ["10.200.0.0/24", "fd00:200::/64"]')}nftables:
  masqueradeAll: true
`

/** Gives the DaemonSet `kube-proxy` another mode, version and configuration, whose image is on its nodes, and waits for its new pods. */
export async function changeKubeProxy(
  cluster: Cluster,
  { version, mode }: KubeProxy,
  edit: Edit = unchanged,
): Promise<void> {
  const { kubectl } = cluster
  const containers = [{ name: 'kube-proxy', image: kubeProxyImage(version) }]
  const annotations = { changed: new Date().toISOString() }
  const patch = JSON.stringify({ spec: { template: { metadata: { annotations }, spec: { containers } } } })
  await kubectl(['replace', '-f', '-'], { input: JSON.stringify(kubeProxyConfigMap(mode, 'kube-proxy', edit)) })
  await kubectl(['patch', `--namespace=${namespace}`, 'daemonset/kube-proxy', '-p', patch])
  await kubeProxyReady(cluster)
}

/** The names of its pods on a node; empty where there is none. */
export const kubeProxyOn = async (node: string, { kubectl }: Cluster): Promise<string> =>
  kubectl([
    'get',
    'pods',
    `--namespace=${namespace}`,
    '--selector=k8s-app=kube-proxy',
    `--field-selector=spec.nodeName=${node}`,
    '-o',
    'jsonpath={.items[*].metadata.name}',
  ])

/** When each of its DaemonSets runs its newest pods everywhere. */
export async function kubeProxyReady({ kubectl }: Cluster): Promise<void> {
  const names = (await kubectl(['get', 'daemonsets', `--namespace=${namespace}`, '-o', 'name'])).trim().split('\n')
  const status = ['rollout', 'status', `--namespace=${namespace}`, '--timeout=300s']
  for (const name of names) await kubectl([...status, name])
}

export function kubeProxyConfigMap(mode: KubeProxy['mode'], name = 'kube-proxy', edit: Edit = unchanged): object {
  const data = { 'config.conf': edit(config(mode)), 'kubeconfig.conf': kubeconfig }
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels: { app: 'kube-proxy' } }, data }
}

function kubeProxyDaemonSet(name: string, version: string, nodes: object, resources: object = {}): object {
  const labels = { 'k8s-app': name }
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace, labels },
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: 'RollingUpdate' },
      template: { metadata: { labels }, spec: { ...podSpec(name, version, resources), ...nodes } },
    },
  }
}

function podSpec(configMap: string, version: string, resources: object): object {
  const container = {
    name: 'kube-proxy',
    image: kubeProxyImage(version),
    command: [
      '/usr/local/bin/kube-proxy',
      '--config=/var/lib/kube-proxy/config.conf',
      '--hostname-override=$(NODE_NAME)',
    ],
    env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
    resources,
    securityContext: { privileged: true },
    volumeMounts: [
      { name: 'kube-proxy', mountPath: '/var/lib/kube-proxy' },
      { name: 'xtables-lock', mountPath: '/run/xtables.lock' },
      { name: 'lib-modules', mountPath: '/lib/modules', readOnly: true },
    ],
  }
  return {
    priorityClassName: 'system-node-critical',
    serviceAccountName: serviceAccount,
    hostNetwork: true,
    tolerations: [{ operator: 'Exists' }],
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    containers: [container],
    volumes: [
      { name: 'kube-proxy', configMap: { name: configMap } },
      { name: 'xtables-lock', hostPath: { path: '/run/xtables.lock', type: 'FileOrCreate' } },
      { name: 'lib-modules', hostPath: { path: '/lib/modules' } },
    ],
  }
}

const kubeconfig = `apiVersion: v1
kind: Config
clusters:
- cluster:
    certificate-authority: ${serviceAccountFolder}/ca.crt
    server: ${apiServer}
  name: default
contexts:
- context:
    cluster: default
    namespace: default
    user: default
  name: default
current-context: default
users:
- name: default
  user:
    tokenFile: ${serviceAccountFolder}/token
`

/**
 * conntrack: its settings are read-only in a network namespace, so kube-proxy must leave them alone. ipvs: each time it runs some sixty
 * programs, which an emulated node would do all the time.
 */
function config(mode: KubeProxy['mode']): string {
  return `apiVersion: kubeproxy.config.k8s.io/v1alpha1
bindAddress: 0.0.0.0
bindAddressHardFail: false
clientConnection:
  acceptContentTypes: ""
  burst: 0
  contentType: ""
  kubeconfig: /var/lib/kube-proxy/kubeconfig.conf
  qps: 0
clusterCIDR: ${clusterCIDRs.join(',')}
configSyncPeriod: 0s
conntrack:
  maxPerCore: 0
  min: null
  tcpCloseWaitTimeout: 0s
  tcpEstablishedTimeout: 0s
detectLocalMode: ""
enableProfiling: false
healthzBindAddress: ""
hostnameOverride: ""
iptables:
  masqueradeAll: false
  masqueradeBit: null
  minSyncPeriod: 0s
  syncPeriod: 0s
ipvs:
  excludeCIDRs: null
  minSyncPeriod: 0s
  scheduler: ""
  strictARP: false
  syncPeriod: ${mode === 'ipvs' ? '10m' : '0s'}
  tcpFinTimeout: 0s
  tcpTimeout: 0s
  udpTimeout: 0s
kind: KubeProxyConfiguration
metricsBindAddress: ""
mode: ${mode}
nodePortAddresses: null
oomScoreAdj: null
portRange: ""
`
}
