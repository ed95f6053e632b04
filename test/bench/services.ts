/** Services to generate rules of, as many as a benchmark wants, and the API objects that go with them. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A TCP Service of type ClusterIP with one port. */
export interface BenchService {
  readonly namespace: string
  readonly name: string
  /** Empty for a port without a name. */
  readonly portName: string
  readonly clusterIP: string
  readonly port: number
  /** `IP:PORT`, in kube-proxy's order. */
  readonly endpoints: readonly string[]
}

export const podNetwork = '10.0.0.0/9'
const nodeAddress = '192.168.0.1'

/** `count` Services of `endpoints` pods each; pods in 10.0.0.0/9, ClusterIPs behind `network`, by default in 10.128.0.0/12. */
export const benchServices = (count: number, endpoints: number, network = 128 * 2 ** 16): BenchService[] =>
  Array.from({ length: count }, (_, i) => ({
    namespace: `team-${i % 50}`,
    name: `service-${i}`,
    portName: 'http',
    clusterIP: ipAt(10 * 2 ** 24 + network + i + 1),
    port: 80,
    endpoints: Array.from({ length: endpoints }, (_, k) => `${ipAt(10 * 2 ** 24 + i * endpoints + k + 1)}:8080`),
  }))

const ipAt = (ip: number): string => [ip >>> 24, (ip >>> 16) & 255, (ip >>> 8) & 255, ip & 255].join('.')

/** `shop/web:http`: what kube-proxy's comments call a Service's port. */
export const portNameOf = ({ name, namespace, portName }: BenchService): string =>
  `${namespace}/${name}${portName && `:${portName}`}`

/** A capture of one node, node1, with the files given; `objects` are the Services, their slices and the node. */
export function writeCapture(folder: string, services: readonly BenchService[], files: Record<string, string>): void {
  const lists = { services: services.map(serviceOf), endpointslices: services.map(sliceOf), nodes: [node] }
  for (const [name, items] of Object.entries(lists)) {
    write(join(folder, 'objects', `${name}.json`), JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
  }
  for (const [name, text] of Object.entries(files)) write(join(folder, 'nodes/node1', name), text)
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

export const serviceOf = ({ clusterIP, name, namespace, port, portName }: BenchService): object => ({
  metadata: { namespace, name },
  spec: {
    type: 'ClusterIP',
    clusterIP,
    clusterIPs: [clusterIP],
    ports: [{ name: portName, port, protocol: 'TCP', targetPort: 8080 }],
    sessionAffinity: 'None',
    internalTrafficPolicy: 'Cluster',
  },
})

export const sliceOf = ({ endpoints, name, namespace, portName }: BenchService): object => ({
  metadata: { namespace, name: `${name}-x`, labels: { 'kubernetes.io/service-name': name } },
  addressType: 'IPv4',
  ports: [{ name: portName, port: 8080, protocol: 'TCP' }],
  endpoints: endpoints.map((endpoint, k) => ({
    addresses: [endpoint.split(':')[0]],
    conditions: { ready: true, serving: true, terminating: false },
    nodeName: 'node1',
    targetRef: { kind: 'Pod', namespace, name: `${name}-${k}` },
  })),
})

const node = {
  metadata: { name: 'node1' },
  spec: { podCIDR: podNetwork, podCIDRs: [podNetwork] },
  status: { addresses: [{ type: 'InternalIP', address: nodeAddress }] },
}
