/** kube-proxy as kubeadm deploys it: ConfigMap, ServiceAccount, its rights, DaemonSet. */
import { clusterCIDRs } from './addresses.ts'
import { apiServer } from './control-plane.ts'
import { kubeProxyImage } from './images.ts'

export const modes = ['iptables', 'ipvs', 'nftables'] as const

export interface KubeProxy {
  /** `1.37.1` */
  readonly version: string
  readonly mode: (typeof modes)[number]
}

const namespace = 'kube-system'
const name = 'kube-proxy'
const labels = { 'k8s-app': name }
const subject = { kind: 'ServiceAccount', name, namespace }
const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount'

export function kubeProxyManifests({ version, mode }: KubeProxy): object[] {
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'kubeadm:node-proxier' },
      subjects: [subject],
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:node-proxier' },
    },
    kubeProxyConfigMap(mode),
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name, namespace, labels },
      spec: {
        selector: { matchLabels: labels },
        updateStrategy: { type: 'RollingUpdate' },
        template: { metadata: { labels }, spec: podSpec(version) },
      },
    },
  ]
}

export function kubeProxyConfigMap(mode: KubeProxy['mode']): object {
  const data = { 'config.conf': config(mode), 'kubeconfig.conf': kubeconfig }
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels: { app: name } }, data }
}

function podSpec(version: string): object {
  const container = {
    name,
    image: kubeProxyImage(version),
    command: [
      '/usr/local/bin/kube-proxy',
      '--config=/var/lib/kube-proxy/config.conf',
      '--hostname-override=$(NODE_NAME)',
    ],
    env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
    securityContext: { privileged: true },
    volumeMounts: [
      { name, mountPath: '/var/lib/kube-proxy' },
      { name: 'xtables-lock', mountPath: '/run/xtables.lock' },
      { name: 'lib-modules', mountPath: '/lib/modules', readOnly: true },
    ],
  }
  return {
    priorityClassName: 'system-node-critical',
    serviceAccountName: name,
    hostNetwork: true,
    tolerations: [{ operator: 'Exists' }],
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    containers: [container],
    volumes: [
      { name, configMap: { name } },
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

/** conntrack: its settings are read-only in a network namespace, so kube-proxy must leave them alone. */
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
  syncPeriod: 0s
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
