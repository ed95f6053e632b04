/** A cluster with Services of the benchmark: two nodes, whose rules kubectl can print, too. */
import type { Cluster } from '../cluster/cluster.ts'
import { readState } from '../cluster/state.ts'
import { until } from '../cluster/until.ts'
import { upCluster } from '../cluster/up.ts'
import { benchServices, serviceOf, sliceOf } from './services.ts'
import type { BenchService } from './services.ts'

const printed = { iptables: ['iptables-save'], nftables: ['nft', 'list', 'ruleset'] } as const

export type BenchMode = keyof typeof printed

/** In the cluster's own network, behind the addresses that it has given away. */
export const liveServices = (count: number, endpoints: number): BenchService[] =>
  benchServices(count, endpoints, 96 * 2 ** 16 + 256)

export async function upWithServices(services: readonly BenchService[]): Promise<Cluster> {
  const namespaces = [...new Set(services.map(({ namespace }) => namespace))]
  const objects = [
    ...namespaces.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    ...services.map((service) => ({ apiVersion: 'v1', kind: 'Service', ...serviceOf(service) })),
    ...services.map((service) => ({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', ...sliceOf(service) })),
  ]
  return upCluster({ name: `bench-${process.pid}`, prepare: ({ create }) => create(objects) })
}

/** The command that has kubectl print the rules of all nodes at once, when there are those of every endpoint. */
export async function printing(
  { kubeconfig, kubectl, name, nodes }: Cluster,
  mode: BenchMode,
  services: readonly BenchService[],
): Promise<string[]> {
  const pods = [
    'get',
    'pods',
    '-n',
    'kube-system',
    '-l',
    'k8s-app=kube-proxy',
    '-o',
    'jsonpath={.items[*].metadata.name}',
  ]
  let names: string[] = []
  // those of the mode before may still be ending
  await until('a pod on each node', async () => (names = (await kubectl(pods)).split(' ')).length === nodes.length)
  const execs = names.map((pod) => ['exec', '-n', 'kube-system', pod, '--', ...printed[mode]])
  const addresses = services.flatMap(({ endpoints }) => endpoints.map((endpoint) => endpoint.split(':')[0] ?? ''))
  for (const exec of execs) {
    await until('rules of every endpoint', async () => {
      const rules = await kubectl(exec)
      return addresses.every((address) => rules.includes(address))
    })
  }
  const lines = execs.map((exec) => [readState(name)?.kubectl, '--kubeconfig', kubeconfig, ...exec].join(' '))
  return ['sh', '-c', `${lines.join(' & ')} & wait`]
}
