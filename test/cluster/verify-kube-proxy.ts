/** Faults of how kube-proxy runs, on the cluster of verify.cluster.ts. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from './cluster.ts'
import { kubernetesVersion } from './built.ts'
import { changeKubeProxy, kubeProxyConfigMap, kubeProxyOn, kubeProxyReady } from './kube-proxy.ts'
import { run } from './run.ts'
import { until } from './until.ts'
import type { Fault } from './verify-faults.ts'

const kubeProxy = ['--namespace=kube-system', 'daemonset/kube-proxy']

async function patched({ kubectl }: Cluster, patch: object): Promise<void> {
  await kubectl(['patch', ...kubeProxy, '-p', JSON.stringify({ spec: { template: { spec: patch } } })])
}

const container = (flag: string): object => ({
  containers: [
    { name: 'kube-proxy', command: ['/usr/local/bin/kube-proxy', '--config=/var/lib/kube-proxy/config.conf', flag] },
  ],
})

/** The Service has no endpoints for a while. */
async function moved({ kubectl }: Cluster): Promise<() => Promise<void>> {
  const select = (app: string): Promise<string> =>
    kubectl(['patch', 'service', 'internal-local', '-p', JSON.stringify({ spec: { selector: { app } } })])
  await select('none')
  const slices = [
    'get',
    'endpointslices',
    '--selector=kubernetes.io/service-name=internal-local',
    '-o',
    'jsonpath={..endpoints}',
  ]
  await until('the endpoints', async () => !(await kubectl(slices)).includes('10.244.'))
  return async () => void (await select('single'))
}

/** A match that no rule uses, so that iptables-save does without it as well. */
async function withoutMatch(cluster: Cluster): Promise<() => Promise<void>> {
  const { kubectl, on } = cluster
  const affinity = (wanted: string): Promise<string> =>
    kubectl(['patch', 'service', 'sticky', '-p', JSON.stringify({ spec: { sessionAffinity: wanted } })])
  const hasRecent = async (): Promise<boolean> => (await run(...on('node1', 'iptables-save'))).includes('-m recent')
  const rename = (from: string, to: string): Promise<string> =>
    run(...on('node1', 'sh', '-c', `cd /proc/$(pgrep -x kube-proxy)/root/usr/lib/*/xtables && mv ${from} ${to}`))
  await affinity('None')
  await until('rules without recent', async () => !(await hasRecent()))
  await rename('libxt_recent.so', 'gone')
  await affinity('ClientIP')
  const said = "Couldn't load match `recent'"
  const log = ['logs', '--namespace=kube-system', await kubeProxyOn('node1', cluster)]
  await until('its errors', async () => (await kubectl(log)).includes(said))
  return async () => {
    await rename('gone', 'libxt_recent.so')
    // it tries again every 30 s
    await until('its rules', hasRecent)
  }
}

export const kubeProxyFaults: readonly Fault[] = [
  {
    what: "a match that is not in kube-proxy's image",
    make: withoutMatch,
    found: ['KPX3021 node1 default/sticky'],
    says: "kube-proxy's iptables has no match recent",
  },
  {
    what: 'a kube-proxy that is gone since before an endpoint changed',
    make: async (cluster) => {
      await patched(cluster, { nodeSelector: { 'kubernetes.io/hostname': 'node1' } })
      await until('the end of it', async () => (await kubeProxyOn('node2', cluster)) === '')
      await kubeProxyReady(cluster)
      const back = await moved(cluster)
      return async () => {
        await back()
        await patched(cluster, { nodeSelector: { 'kubernetes.io/hostname': null } })
        await kubeProxyReady(cluster)
      }
    },
    found: ['KPX3008 node2 default/internal-local'],
    says: 'no pod of kube-proxy is here',
    settle: '5s',
    flags: ['--allow-debug-pods'],
  },
  {
    what: 'a kube-proxy that is cut off from the API server',
    make: async (cluster) => {
      const rule = '-s 10.200.0.12 -p tcp --dport 6443 -j REJECT --reject-with tcp-reset'.split(' ')
      await run(...cluster.on('cp', 'iptables', '-I', 'INPUT', ...rule))
      const back = await moved(cluster)
      return async () => {
        await run(...cluster.on('cp', 'iptables', '-D', 'INPUT', ...rule))
        await back()
        await cluster.kubectl(['wait', '--for=condition=Ready', 'node/node2', '--timeout=60s'])
      }
    },
    found: ['KPX3017 node2 default/internal-local'],
    says: 'its requests to the API server fail',
    settle: '15s',
  },
  {
    what: 'a kube-proxy that takes its node for another',
    make: async (cluster) => {
      await patched(cluster, container('--hostname-override=node2'))
      await kubeProxyReady(cluster)
      const rule = '"default/internal-local:tcp has no local endpoints"'
      await until('its rules', async () => (await run(...cluster.on('node1', 'iptables-save'))).includes(rule))
      return async () => {
        await patched(cluster, container('--hostname-override=$(NODE_NAME)'))
        await kubeProxyReady(cluster)
      }
    },
    found: ['KPX3018 node1 *'],
    says: 'takes itself for node2',
    settle: '5s',
  },
  {
    what: 'a configuration that is not in force',
    make: async (cluster) => {
      const { kubectl } = cluster
      const before = kubeProxyConfigMap('iptables') as { data: Record<string, string> }
      const replace = (text: (config: string) => string): Promise<string> =>
        kubectl(['replace', '-f', '-'], {
          input: JSON.stringify({
            ...before,
            data: { ...before.data, 'config.conf': text(before.data['config.conf'] ?? '') },
          }),
        })
      // times have seconds
      await sleep(1100)
      await replace((text) => text.replace('masqueradeAll: false', 'masqueradeAll: true'))
      return async () => changeKubeProxy(cluster, { version: kubernetesVersion, mode: 'iptables' })
    },
    found: ['KPX2101 node1 *', 'KPX2101 node2 *'],
    says: 'kube-proxy was started before',
  },
]
