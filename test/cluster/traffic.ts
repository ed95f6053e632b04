/** What a change of kube-proxy costs: clients of every kind at a fixed rate while it happens, and what became of their connections. */
import { nodeAddresses } from './addresses.ts'
import type { Cluster } from './cluster.ts'
import { toolsImage } from './images.ts'
import { run } from './run.ts'
import { clientOn, service } from './web.ts'

const port = 9090
const nodePort = 30100
const localNodePort = 30101
const balancedIP = '203.0.113.20'

/** As test/cluster/traffic.go prints it. */
interface Tally {
  /** `tcp/10.96.0.10:80` */
  readonly target: string
  readonly sent: number
  readonly failed: Readonly<Record<string, number>>
  readonly slow: number
  readonly slowestMs: number
  readonly outageMs: number
  readonly first: readonly { readonly at: string; readonly ms: number; readonly what: string }[]
}

export interface Metered extends Tally {
  /** `pod on node1` */
  readonly client: string
  /** `held ClusterIP` */
  readonly name: string
}

const server = (node: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `meter-${node}`, labels: { app: 'meter' } },
  spec: {
    nodeName: node,
    containers: [{ name: 'meter', image: toolsImage, command: ['/bin/echo', 'hold', String(port)] }],
  },
})

/** A Service of each kind, with a pod on every node that answers. */
export async function createMeter({ create, kubectl, nodes }: Cluster): Promise<void> {
  const ports = (number: number): object[] =>
    ['TCP', 'UDP'].map((protocol) => ({
      name: protocol.toLowerCase(),
      protocol,
      port: 80,
      targetPort: port,
      nodePort: number,
    }))
  const balanced = service('meter', 'meter', { type: 'LoadBalancer', ports: ports(nodePort) })
  const local = service('meter-local', 'meter', {
    type: 'NodePort',
    externalTrafficPolicy: 'Local',
    ports: ports(localNodePort),
  })
  await create([...nodes.map(server), balanced, local])
  const status = JSON.stringify({ status: { loadBalancer: { ingress: [{ ip: balancedIP }] } } })
  await kubectl(['patch', 'service', 'meter', '--subresource=status', '--type=merge', '-p', status])
  await kubectl(['wait', '--for=condition=Ready', 'pod', '-l', 'app=meter', '--timeout=60s'])
}

export interface Measure {
  readonly seconds: number
  /** New connections a second, of each client to each address. */
  readonly rate: number
}

/** All clients begin at once; resolves when they have ended. */
export async function meter(cluster: Cluster, echo: string, { rate, seconds }: Measure): Promise<Metered[]> {
  const [v4 = '', v6 = ''] = (
    await cluster.kubectl(['get', 'service', 'meter', '-o', 'jsonpath={.spec.clusterIPs[*]}'])
  ).split(' ')
  const asked = clientsOf(cluster, echo).map(async ({ ask, name, node }) => {
    const own = targets(v4, v6, node)
    const printed = await ask(['traffic', String(seconds), String(rate), ...own.map(([, target]) => target)])
    const tallies = printed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Tally)
    return tallies.map((tally, index) => ({ ...tally, client: name, name: own[index]?.[0] ?? '' }))
  })
  return (await Promise.all(asked)).flat()
}

const targets = (v4: string, v6: string, { addresses: [ip] }: { addresses: readonly [string, string] }) =>
  [
    ['tcp ClusterIP', `tcp/${v4}:80`],
    ['tcp ClusterIPv6', `tcp/[${v6}]:80`],
    ['tcp NodePort', `tcp/${ip}:${nodePort}`],
    ['tcp NodePort Local', `tcp/${ip}:${localNodePort}`],
    ['tcp LoadBalancer', `tcp/${balancedIP}:80`],
    ['udp ClusterIP', `udp/${v4}:80`],
    ['flow ClusterIP', `flow/${v4}:80`],
    ['held ClusterIP', `held/${v4}:80`],
    ['held NodePort', `held/${ip}:${nodePort}`],
  ] as const

interface Client {
  readonly name: string
  readonly node: ReturnType<typeof nodeAddresses>[number]
  readonly ask: (question: string[]) => Promise<string>
}

const clientsOf = ({ kubectl, nodes, on }: Cluster, echo: string): Client[] =>
  nodeAddresses(nodes.length).flatMap((node) => {
    const from = `FROM=${node.client.join(' ')}`
    return [
      {
        name: `pod on ${node.name}`,
        node,
        ask: (question) => kubectl(['exec', clientOn(node.name), '--', '/bin/echo', ...question]),
      },
      { name: `node ${node.name}`, node, ask: (question) => run(...on(node.name, echo, ...question)) },
      { name: `outside ${node.name}`, node, ask: (question) => run(...on('cp', 'env', from, echo, ...question)) },
    ] satisfies Client[]
  })
