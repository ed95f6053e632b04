/** Checks that preflight alone makes: each on a recording in which it finds something. Without the edit it finds nothing. */
import type { Edits } from '../broken-capture.ts'
import { gone, replaced } from '../broken-capture.ts'
import { configuredWith, items, nodeInfo, withItem } from './asked.ts'

export interface PreflightCase {
  readonly code: string
  readonly message: RegExp
  readonly edits: Edits
  readonly recording?: string
  readonly node?: string
  readonly level?: string
  readonly mode?: string
  readonly kubernetes?: string
}

const configured = (yaml: string): Edits => ({ 'objects/configmaps.json': configuredWith(yaml) })

const strategy = (updateStrategy: object, desired = 2): Edits => ({
  'objects/daemonsets.json': items(({ spec, status }) => {
    spec['updateStrategy'] = updateStrategy
    status['desiredNumberScheduled'] = desired
  }),
})

const inData = (key: string, from: RegExp | string, to: string): Edits => ({
  'objects/configmaps.json': items(({ data }) => {
    data[key] = replaced(data[key] ?? '', from, to)
  }),
})

const balancer = {
  metadata: { name: 'front', namespace: 'shop' },
  spec: { type: 'LoadBalancer', clusterIP: '10.96.77.7', clusterIPs: ['10.96.77.7'], ports: [{ port: 80 }] },
  status: {},
}

const nodePort = (port: number): object => ({
  ...balancer,
  spec: { ...balancer.spec, type: 'NodePort', ports: [{ port: 80, nodePort: port }] },
})

const exporter = {
  metadata: { name: 'exporter', namespace: 'shop' },
  spec: { nodeName: 'node2', hostNetwork: true, containers: [{ name: 'a', ports: [{ hostPort: 10249 }] }] },
  status: { phase: 'Running' },
}

/** As kube-proxy 1.37.1 says it. */
const inUse =
  'E1130 19:17:51.918560       1 server.go:446] "Healthz server failed" err="failed to start proxy healthz on 0.0.0.0:10256: ' +
  'listen tcp 0.0.0.0:10256: bind: address already in use"\n'

/** Of several Services, one after the other: as kube-proxy 1.37.1 says it. */
const unhealthy = [31997, 31998]
  .map(
    (port) =>
      `E1130 19:17:52.000000       1 service_health.go:148] "Failed to start healthcheck" err="listen tcp :${port}: bind: address already in use"\n`,
  )
  .join('')

const violation =
  'not allowed to create pods of kube-system/kpx-debug-1a2b3c4d: pods "kpx-debug-1a2b3c4d" is forbidden: violates PodSecurity ' +
  '"baseline:latest": non-default capabilities, host namespaces (hostNetwork=true)'

const lease = {
  metadata: { name: 'kpx-rollout', namespace: 'kube-system' },
  spec: { holderIdentity: '', renewTime: '2026-11-23T20:00:00.000000Z' },
}

const shell = (text: string): string =>
  replaced(text, /(\*filter\n(?:[:].*\n)*)/, '$1:KUBE-MARK-DROP - [0:0]\n-A INPUT -s 192.0.2.1/32 -j KUBE-MARK-DROP\n')

export const preflightCases: readonly PreflightCase[] = [
  { code: 'KPX4129', message: /updateStrategy is OnDelete/, edits: strategy({ type: 'OnDelete' }) },
  {
    code: 'KPX4130',
    message: /maxUnavailable 33%: 4 of 10 nodes/,
    edits: strategy({ type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '33%', maxSurge: 0 } }, 10),
  },
  {
    code: 'KPX4127',
    message: /maxSurge 1/,
    edits: strategy({ type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } }),
  },
  {
    code: 'KPX4132',
    message: /ConfigMap is immutable/,
    edits: { 'objects/configmaps.json': items((map) => Object.assign(map, { immutable: true })) },
  },
  {
    code: 'KPX4132',
    message: /mounted by subPath/,
    edits: {
      'objects/daemonsets.json': (text) =>
        replaced(
          text,
          /"mountPath":"\/var\/lib\/kube-proxy",/,
          '"mountPath": "/var/lib/kube-proxy/config.conf", "subPath": "config.conf",',
        ),
    },
  },
  {
    code: 'KPX4133',
    message: /conntrack\.maxPerCore is 32768, and nodes of kind/,
    edits: {
      ...inData('config.conf', 'maxPerCore: 0', 'maxPerCore: 32768'),
      'objects/nodes.json': items(({ spec }) => {
        spec['providerID'] = 'kind://docker/kind/kind-control-plane'
      }),
    },
  },
  {
    code: 'KPX4134',
    message: /clusterCIDR is 10\.99\.0\.0\/16, and pod .* and \d+ more has 10\.244/,
    edits: inData('config.conf', /clusterCIDR: .*/, 'clusterCIDR: 10.99.0.0/16'),
  },
  {
    code: 'KPX4135',
    message: /rules in INPUT jump to KUBE-MARK-DROP/,
    edits: { 'nodes/node1/iptables-save.txt': shell },
    node: 'node1',
  },
  {
    code: 'KPX4136',
    message: /healthzBindAddress is 127\.0\.0\.1:10256, and load balancers/,
    edits: { ...configured('healthzBindAddress: 127.0.0.1:10256'), 'objects/services.json': withItem(balancer) },
  },
  {
    code: 'KPX4137',
    message: /metricsBindAddress is 0\.0\.0\.0:10249, with enableProfiling/,
    edits: inData('config.conf', 'metricsBindAddress: ""', 'metricsBindAddress: 0.0.0.0:10249\nenableProfiling: true'),
    level: 'info',
  },
  {
    code: 'KPX4138',
    message: /has the API server at https:\/\/10\.96\.0\.1:443, the address of Service default\/kubernetes/,
    edits: inData('kubeconfig.conf', 'https://10.200.0.1:6443', 'https://10.96.0.1:443'),
    level: 'error',
  },
  {
    code: 'KPX4138',
    message: /kubernetes\.default\.svc:443, the name of a Service/,
    edits: inData('kubeconfig.conf', 'https://10.200.0.1:6443', 'https://kubernetes.default.svc:443'),
    level: 'error',
  },
  {
    code: 'KPX4139',
    message: /there are 1\d\d\d Services/,
    edits: {
      'objects/services.json': (text) => {
        const list = JSON.parse(text) as { readonly items: readonly object[] }
        const more = Array.from({ length: 1000 }, (_, i) => ({
          metadata: { name: `s${i}`, namespace: 'many' },
          spec: {},
        }))
        return JSON.stringify({ items: [...list.items, ...more] })
      },
    },
    node: 'node1',
    level: 'info',
  },
  {
    code: 'KPX4140',
    message: /the kubelet is v1\.26\.3, and kube-proxy's iptables\.masqueradeBit is 9/,
    edits: {
      ...inData('config.conf', 'iptables:', 'iptables:\n  masqueradeBit: 9'),
      'objects/nodes.json': nodeInfo({ kubeletVersion: 'v1.26.3' }),
    },
    node: 'node1',
    level: 'info',
  },
  {
    code: 'KPX4141',
    message: /nodePortAddresses does not name localhost/,
    recording: 'k1.37-nftables',
    edits: configured('featureGates: {KubeProxyNFTablesLocalhostNodePorts: true}'),
    level: 'info',
  },
  {
    code: 'KPX4143',
    message: /^nftables\.service is active: its stop flushes all rules/,
    recording: 'k1.37-nftables',
    edits: {
      'nodes/node1/systemctl-show.txt': () => 'Id=nftables.service\nActiveState=active\nUnitFileState=disabled\n',
    },
    node: 'node1',
    level: 'warning',
  },
  {
    code: 'KPX4144',
    message: /^healthzBindAddress has port 31256, the NodePort of Service shop\/front$/,
    edits: { ...configured('healthzBindAddress: 0.0.0.0:31256'), 'objects/services.json': withItem(nodePort(31256)) },
  },
  {
    code: 'KPX4144',
    message: /^healthzBindAddress has port 31256, which a Service may be given as NodePort \(30000-32767/,
    edits: { ...configured('healthzBindAddress: 0.0.0.0:31256'), 'objects/services.json': withItem(nodePort(31257)) },
    level: 'info',
  },
  {
    code: 'KPX4144',
    message: /^metricsBindAddress has port 10249, the hostPort of Pod shop\/exporter on node2$/,
    edits: { 'objects/pods.json': withItem(exporter) },
  },
  {
    code: 'KPX4144',
    message: /^another program of the node has port 10256, that of healthzBindAddress$/,
    edits: { 'nodes/node1/healthz.json': gone, 'nodes/node1/kube-proxy.log': (text) => text + inUse },
    node: 'node1',
  },
  {
    code: 'KPX4144',
    message:
      /^another program .* port 31997, the healthCheckNodePort of Service shop\/front, or had it when kube-proxy last tried$/,
    edits: {
      'objects/services.json': withItem({ ...balancer, spec: { ...balancer.spec, healthCheckNodePort: 31997 } }),
      'nodes/node1/kube-proxy.log': (text) => text + unhealthy,
    },
    node: 'node1',
  },
  {
    code: 'KPX4145',
    message: /violates PodSecurity/,
    edits: { 'objects/debugpods.json': () => JSON.stringify({ items: [{ kind: 'Status', message: violation }] }) },
    level: 'info',
  },
  {
    code: 'KPX2016',
    message: /mode is|hostnameOverride is/,
    edits: configured('hostnameOverride: somebody'),
  },
  { code: 'KPX2006', message: /SupportIPVSProxyMode/, edits: configured('featureGates: {SupportIPVSProxyMode: true}') },
  { code: 'KPX2007', message: /ignores mod:/, edits: configured('mod: ipvs') },
  {
    code: 'KPX5004',
    message: /was stopped/,
    edits: { 'objects/leases.json': () => JSON.stringify({ items: [lease] }) },
  },
  {
    code: 'KPX3005',
    message: /./,
    edits: {
      'nodes/node1/iptables-save.txt': (text) => replaced(text, /^-A KUBE-SERVICES -d 10\.96\.0\.1\/32.*\n/gm, ''),
    },
    node: 'node1',
    level: 'error',
  },
]

/** Of a release that is to be installed. */
export const comingCases: readonly PreflightCase[] = [
  {
    code: 'KPX4101',
    message: /1\.40 does not take mode ipvs unless the feature gate KubeProxyIPVS/,
    recording: 'k1.37-ipvs',
    edits: {},
    kubernetes: '1.40',
    node: 'node3',
    level: 'error',
  },
  {
    code: 'KPX4101',
    message: /1\.28 does not take mode nftables/,
    edits: {},
    kubernetes: '1.28',
    mode: 'nftables',
    node: 'node1',
    level: 'error',
  },
  {
    code: 'KPX4102',
    message: /nftables is the default from 1\.40, and the kernel is 4\.18/,
    edits: {
      ...inData('config.conf', 'mode: "iptables"', 'mode: ""'),
      'objects/nodes.json': nodeInfo({ kernelVersion: '4.18.0-553.el8_10.x86_64' }),
    },
    kubernetes: '1.40',
    node: 'node1',
    level: 'error',
  },
  {
    code: 'KPX4001',
    message: /with 1\.41: kube-proxy is v1\.37\.1: it is more than 3 minor versions older/,
    edits: {},
    kubernetes: '1.41',
    node: 'node1',
  },
  {
    code: 'KPX4001',
    message: /1\.36 is older than the API server/,
    edits: {},
    kubernetes: '1.36',
    node: 'node1',
  },
  {
    code: 'KPX2006',
    message: /^1\.37: .*TopologyAwareHints/,
    recording: 'k1.23-iptables',
    edits: configured('featureGates: {TopologyAwareHints: true}'),
    kubernetes: '1.37',
    level: 'error',
  },
  { code: 'KPX4131', message: /no readinessProbe/, edits: {}, kubernetes: '1.37', level: 'info' },
]
