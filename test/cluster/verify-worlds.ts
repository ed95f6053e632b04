/** Services and EndpointSlices that nobody would think of: of every kind, policy and state, by chance. */
import { randomOf } from '../answer/verify/mutations.ts'
import type { Cluster } from './cluster.ts'

export const worldNamespace = 'world'

type Random = () => number

const oneOf = <T>(items: readonly T[], random: Random): T => items[Math.floor(random() * items.length)] as T
const chance = (of: number, random: Random): boolean => random() < of

const zones = ['a', 'b'] as const

interface Port {
  readonly name: string
  readonly protocol: string
  readonly port: number
}

function portsOf(random: Random): Port[] {
  const count = 1 + Math.floor(random() * 3)
  return Array.from({ length: count }, (_, i) => ({
    name: `port-${i}`,
    protocol: oneOf(['TCP', 'TCP', 'UDP', 'SCTP'], random),
    port: 80 + i,
  }))
}

function serviceNamed(name: string, index: number, ports: readonly Port[], random: Random): object {
  const type = oneOf(['ClusterIP', 'ClusterIP', 'NodePort', 'LoadBalancer'], random)
  const isExternal = type !== 'ClusterIP'
  const labels = chance(0.05, random) ? { 'service.kubernetes.io/service-proxy-name': 'another' } : {}
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: worldNamespace, labels },
    spec: {
      type,
      ports: ports.map((port) => ({ ...port, targetPort: 8080 })),
      ...oneOf(
        [
          { ipFamilyPolicy: 'PreferDualStack' },
          { ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv4'] },
          { ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv6'] },
        ],
        random,
      ),
      ...(chance(0.3, random) && {
        sessionAffinity: 'ClientIP',
        sessionAffinityConfig: { clientIP: { timeoutSeconds: oneOf([1, 600, 86_400], random) } },
      }),
      internalTrafficPolicy: oneOf(['Cluster', 'Cluster', 'Local'], random),
      ...(isExternal && { externalTrafficPolicy: oneOf(['Cluster', 'Local'], random) }),
      ...(chance(0.3, random) && { externalIPs: [`192.0.2.${100 + index}`, `2001:db8:2::${100 + index}`] }),
      ...(type === 'LoadBalancer' && {
        allocateLoadBalancerNodePorts: chance(0.5, random),
        ...(chance(0.5, random) && {
          loadBalancerSourceRanges: oneOf(
            [['10.200.0.0/24', 'fd00:200::/64'], ['198.51.100.0/24'], ['0.0.0.0/0']],
            random,
          ),
        }),
      }),
    },
  }
}

/** A truth table of its own: what the API server lets pass, whatever a controller would write. */
function endpointOf(ip: string, nodes: readonly string[], hinted: 'all' | 'none' | 'some', random: Random): object {
  const isHinted = hinted === 'all' || (hinted === 'some' && chance(0.5, random))
  return {
    addresses: [ip],
    conditions: oneOf(
      [
        { ready: true, serving: true, terminating: false },
        { ready: true },
        { ready: false, serving: true, terminating: true },
        { ready: false, serving: false, terminating: true },
        { ready: false, serving: false, terminating: false },
      ],
      random,
    ),
    ...(chance(0.8, random) && { nodeName: oneOf([...nodes, 'elsewhere'], random) }),
    ...(isHinted && {
      hints: {
        forZones: [{ name: oneOf(zones, random) }],
        ...(chance(0.5, random) && { forNodes: [{ name: oneOf(nodes, random) }] }),
      },
    }),
  }
}

function slicesOf(
  service: string,
  index: number,
  ports: readonly Port[],
  nodes: readonly string[],
  random: Random,
): object[] {
  const hinted = oneOf(['none', 'none', 'some', 'all'] as const, random)
  return (['IPv4', 'IPv6'] as const).flatMap((addressType) =>
    Array.from({ length: Math.floor(random() * 3) }, (_, slice) => ({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: `${service}-${addressType.toLowerCase()}-${slice}`,
        namespace: worldNamespace,
        labels: { 'kubernetes.io/service-name': service },
      },
      addressType,
      ports: ports
        .filter(() => chance(0.9, random))
        .map(({ name, protocol }, i) => ({ name, protocol, port: 8080 + i })),
      endpoints: Array.from({ length: Math.floor(random() * 4) }, (_, i) => {
        // an address in two slices in different states means anything
        const host = 2 + ((index * 8 + slice * 4 + i) % 250)
        const node = 1 + Math.floor(random() * nodes.length)
        const ip = addressType === 'IPv4' ? `10.244.${node}.${host}` : `fd00:10:244:${node}::${host}`
        return endpointOf(ip, nodes, hinted, random)
      }),
    })),
  )
}

/** So many Services; the nodes get zones. */
export async function createWorld({ create, kubectl, nodes }: Cluster, count: number, seed: number): Promise<void> {
  const random = randomOf(seed)
  const labels = nodes.map((node, i) => kubectl(['label', 'node', node, `topology.kubernetes.io/zone=${zones[i % 2]}`]))
  await Promise.all(labels)
  const worlds = Array.from({ length: count }, (_, index) => {
    const name = `world-${index}`
    const ports = portsOf(random)
    return {
      name,
      service: serviceNamed(name, index, ports, random),
      slices: slicesOf(name, index, ports, nodes, random),
      ingress: [
        { ip: `203.0.113.${100 + index}`, ipMode: oneOf(['VIP', 'VIP', 'Proxy'], random) },
        { ip: `2001:db8:113::${100 + index}` },
      ],
    }
  })
  await create([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: worldNamespace } },
    ...worlds.flatMap(({ service, slices }) => [service, ...slices]),
  ])
  const balanced = worlds.filter(({ service }) => JSON.stringify(service).includes('"LoadBalancer"'))
  const patch = (ingress: object): string => JSON.stringify({ status: { loadBalancer: { ingress } } })
  await Promise.all(
    balanced.map(({ ingress, name }) =>
      kubectl([
        'patch',
        'service',
        name,
        `-n=${worldNamespace}`,
        '--subresource=status',
        '--type=merge',
        '-p',
        patch(ingress),
      ]),
    ),
  )
}
