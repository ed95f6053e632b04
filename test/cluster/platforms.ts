/** A cluster made like those of platforms: with the objects of kube-proxy that they have, applied as they apply them. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from './cluster.ts'
import { kubeProxyReady } from './kube-proxy.ts'

const namespace = 'kube-system'

const aksLabel = 'kubernetes.azure.com/cluster=MC_rg-shop_aks-shop_westeurope'

interface Container {
  command: string[]
  name: string
  volumeMounts: object[]
}

interface DaemonSet {
  metadata: { labels: Record<string, string>; name: string }
  spec: { template: { spec: { containers: Container[]; volumes: object[] } } }
}

interface ConfigMap {
  readonly data: Readonly<Record<string, string>>
}

const metadata = (name: string, labels: Record<string, string> = {}): object => ({ name, namespace, labels })

async function objectOf<T>({ kubectl }: Cluster, object: string): Promise<T> {
  return JSON.parse(await kubectl(['get', object, '-n', namespace, '-o', 'json'])) as T
}

const configMap = (name: string, data: object, labels?: Record<string, string>): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: metadata(name, labels),
  data,
})

/** Of kube-proxy as it is, with the command and the volumes that are named, by their paths. */
function daemonSet(
  { spec }: DaemonSet,
  command: string[],
  maps: Readonly<Record<string, string>>,
  labels: Record<string, string>,
): object {
  const { containers, volumes, ...rest } = spec.template.spec
  const mounts = Object.entries(maps).map(([name, mountPath]) => ({ name, mountPath }))
  const isOwn = (one: object): boolean => (one as { name: string }).name !== 'kube-proxy'
  const selector = { 'k8s-app': 'kube-proxy' }
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: metadata('kube-proxy', labels),
    spec: {
      selector: { matchLabels: selector },
      template: {
        metadata: { labels: selector },
        spec: {
          ...rest,
          containers: containers.map((one) => ({
            ...one,
            command,
            volumeMounts: [...one.volumeMounts.filter(isOwn), ...mounts],
          })),
          volumes: [...volumes.filter(isOwn), ...Object.keys(maps).map((name) => ({ name, configMap: { name } }))],
        },
      },
    },
  }
}

/** Server-side, as the manager that is named. */
async function apply({ kubectl }: Cluster, manager: string, ...items: object[]): Promise<void> {
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
  await kubectl(['apply', '--server-side', '--force-conflicts', `--field-manager=${manager}`, '-f', '-'], { input })
}

/** As kubeadm has made them. */
export interface KubeadmObjects {
  readonly set: DaemonSet
  readonly map: ConfigMap
}

export const kubeadmObjects = async (cluster: Cluster): Promise<KubeadmObjects> => ({
  set: await objectOf<DaemonSet>(cluster, 'daemonset/kube-proxy'),
  map: await objectOf<ConfigMap>(cluster, 'configmap/kube-proxy'),
})

/** With its pods, which do not end by themselves when they are told to. */
async function withoutKubeProxy({ kubectl }: Cluster): Promise<void> {
  const names = ['kube-proxy', 'kube-proxy-config', 'kube-proxy-kubeconfig']
  await kubectl(['delete', 'daemonset,configmap', '-n', namespace, ...names, '--ignore-not-found', '--wait'])
  await kubectl(['delete', 'pods', '-n', namespace, '-l', 'k8s-app=kube-proxy', '--grace-period=1', '--wait'])
}

/** Flags in the DaemonSet, and no ConfigMap of the configuration. Returns the DaemonSet as it is applied. */
export async function likeAks(cluster: Cluster, { map, set: before }: KubeadmObjects): Promise<object> {
  const command = [
    '/usr/local/bin/kube-proxy',
    '--conntrack-max-per-core=0',
    '--conntrack-tcp-timeout-established=0s',
    '--conntrack-tcp-timeout-close-wait=0s',
    '--metrics-bind-address=0.0.0.0:10249',
    '--kubeconfig=/etc/kube-proxy/kubeconfig.conf',
    '--hostname-override=$(NODE_NAME)',
    '--v=2',
  ]
  const set = daemonSet(before, command, { kubeconfig: '/etc/kube-proxy' }, { component: 'kube-proxy' })
  await withoutKubeProxy(cluster)
  await apply(cluster, 'aks', configMap('kubeconfig', { 'kubeconfig.conf': map.data['kubeconfig.conf'] }), set)
  await cluster.kubectl(['label', 'nodes', '--all', '--overwrite', aksLabel])
  await kubeProxyReady(cluster)
  return set
}

/** ConfigMap kube-proxy-config, key config, applied by the manager eks. */
export async function likeEks(cluster: Cluster, { map, set: before }: KubeadmObjects): Promise<void> {
  const labels = { 'eks.amazonaws.com/component': 'kube-proxy', 'k8s-app': 'kube-proxy' }
  const config = map.data['config.conf']?.replace('/kubeconfig.conf', '/kubeconfig') ?? ''
  const set = daemonSet(
    before,
    [
      '/usr/local/bin/kube-proxy',
      '--v=2',
      '--config=/var/lib/kube-proxy-config/config',
      '--hostname-override=$(NODE_NAME)',
    ],
    { 'kube-proxy-config': '/var/lib/kube-proxy-config', 'kube-proxy-kubeconfig': '/var/lib/kube-proxy' },
    labels,
  )
  await withoutKubeProxy(cluster)
  const own = configMap('kube-proxy-config', { config }, labels)
  await apply(cluster, 'eks', own, configMap('kube-proxy-kubeconfig', { kubeconfig: map.data['kubeconfig.conf'] }), set)
  await kubeProxyReady(cluster)
}

/** A pod of each node that no DaemonSet has made, as the kubelets' static pods are: with flags, as AKS has them. */
export async function likeStaticPods(cluster: Cluster, objects: KubeadmObjects): Promise<void> {
  await likeAks(cluster, objects)
  const { spec } = await objectOf<DaemonSet>(cluster, 'daemonset/kube-proxy')
  await withoutKubeProxy(cluster)
  const labels = { component: 'kube-proxy' }
  await cluster.create(
    cluster.nodes.map((nodeName) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: metadata(`kube-proxy-${nodeName}`, labels),
      spec: { ...spec.template.spec, nodeName },
    })),
  )
  await cluster.kubectl(['wait', '-n', namespace, '--for=condition=Ready', 'pod', '-l', 'component=kube-proxy'])
}

/** Puts back the DaemonSet as the manager that is named, soon after anybody has changed it, until it is stopped. */
export function reconcile(cluster: Cluster, manager: string, set: object): () => Promise<void> {
  const commandOf = ({ spec }: DaemonSet): string => JSON.stringify(spec.template.spec.containers[0]?.command)
  const wanted = commandOf(set as DaemonSet)
  const stop = new AbortController()
  const run = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const now = await objectOf<DaemonSet>(cluster, 'daemonset/kube-proxy')
      if (commandOf(now) !== wanted) await apply(cluster, manager, set)
      await sleep(300)
    }
  }
  const running = run()
  return async () => {
    stop.abort()
    await running
  }
}
