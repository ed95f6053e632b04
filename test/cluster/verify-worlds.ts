/** Services and EndpointSlices that nobody would think of: of every kind, policy and state, by chance. */
import { Random } from '../fuzz/random.ts'
import type { Cluster } from './cluster.ts'

export const worldNamespace = 'world'

/** In hundred. */
const chance = (percent: number, random: Random): boolean => random.below(100) < percent

const zones = ['a', 'b'] as const

interface Port {
  readonly name: string
  readonly protocol: string
  readonly port: number
}

function portsOf(random: Random): Port[] {
  const count = 1 + random.below(3)
  return Array.from({ length: count }, (_, i) => ({
    name: `port-${i}`,
    protocol: random.pick(['TCP', 'TCP', 'UDP', 'SCTP']),
    port: 80 + i,
  }))
}

function serviceNamed(name: string, index: number, ports: readonly Port[], random: Random): object {
  const type = random.pick(['ClusterIP', 'ClusterIP', 'NodePort', 'LoadBalancer'])
  const isExternal = type !== 'ClusterIP'
  const labels = chance(5, random) ? { 'service.kubernetes.io/service-proxy-name': 'another' } : {}
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: worldNamespace, labels },
    spec: {
      type,
      ports: ports.map((port) => ({ ...port, targetPort: 8080 })),
      ...random.pick([
        { ipFamilyPolicy: 'PreferDualStack' },
        { ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv4'] },
        { ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv6'] },
      ]),
      ...(chance(30, random) && {
        sessionAffinity: 'ClientIP',
        sessionAffinityConfig: { clientIP: { timeoutSeconds: random.pick([1, 600, 86_400]) } },
      }),
      internalTrafficPolicy: random.pick(['Cluster', 'Cluster', 'Local']),
      ...(isExternal && { externalTrafficPolicy: random.pick(['Cluster', 'Local']) }),
      ...(chance(30, random) && { externalIPs: [`192.0.2.${100 + index}`, `2001:db8:2::${100 + index}`] }),
      ...(type === 'LoadBalancer' && {
        allocateLoadBalancerNodePorts: chance(50, random),
        ...(chance(50, random) && {
          loadBalancerSourceRanges: random.pick([
            ['10.200.0.0/24', 'fd00:200::/64'],
            ['198.51.100.0/24'],
            ['0.0.0.0/0'],
          ]),
        }),
      }),
    },
  }
}

/** A truth table of its own: what the API server lets pass, whatever a controller would write. */
function endpointOf(ip: string, nodes: readonly string[], hinted: 'all' | 'none' | 'some', random: Random): object {
  const isHinted = hinted === 'all' || (hinted === 'some' && chance(50, random))
  return {
    addresses: [ip],
    conditions: random.pick([
      { ready: true, serving: true, terminating: false },
      { ready: true },
      { ready: false, serving: true, terminating: true },
      { ready: false, serving: false, terminating: true },
      { ready: false, serving: false, terminating: false },
    ]),
    ...(chance(80, random) && { nodeName: random.pick([...nodes, 'elsewhere']) }),
    ...(isHinted && {
      hints: {
        forZones: [{ name: random.pick(zones) }],
        ...(chance(50, random) && { forNodes: [{ name: random.pick(nodes) }] }),
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
  const hinted = random.pick(['none', 'none', 'some', 'all'] as const)
  return (['IPv4', 'IPv6'] as const).flatMap((addressType) =>
    Array.from({ length: random.below(3) }, (_, slice) => ({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: `${service}-${addressType.toLowerCase()}-${slice}`,
        namespace: worldNamespace,
        labels: { 'kubernetes.io/service-name': service },
      },
      addressType,
      ports: ports
        .filter(() => chance(90, random))
        .map(({ name, protocol }, i) => ({ name, protocol, port: 8080 + i })),
      endpoints: Array.from({ length: random.below(4) }, (_, i) => {
        // an address in two slices in different states means anything
        const host = 2 + ((index * 8 + slice * 4 + i) % 250)
        const node = 1 + random.below(nodes.length)
        const ip = addressType === 'IPv4' ? `10.244.${node}.${host}` : `fd00:10:244:${node}::${host}`
        return endpointOf(ip, nodes, hinted, random)
      }),
    })),
  )
}

const http: Port = { name: 'http', protocol: 'TCP', port: 80 }
const timeout = { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 600 } } }

/** What chance may leave out, and what it never makes; with an endpoint on each of these nodes. */
const others: readonly { name: string; spec: object; labels?: object; on: readonly number[] }[] = [
  {
    name: 'another',
    labels: { 'service.kubernetes.io/service-proxy-name': 'another' },
    spec: { type: 'NodePort' },
    on: [0],
  },
  { name: 'zonal', spec: { type: 'NodePort', trafficDistribution: 'PreferSameZone', ...timeout }, on: [0, 1] },
  { name: 'nodal', spec: { trafficDistribution: 'PreferSameNode' }, on: [0, 1] },
  { name: 'published', spec: { publishNotReadyAddresses: true }, on: [1] },
  { name: 'named', spec: { ports: [{ ...http, targetPort: 'web' }] }, on: [0, 1] },
  { name: 'headless', spec: { clusterIP: 'None' }, on: [0] },
  { name: 'alias', spec: { type: 'ExternalName', externalName: 'example.org', ports: [] }, on: [] },
  { name: 'reversed', spec: { ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv6', 'IPv4'] }, on: [0] },
]

/** A slice for each node, with the hint of its zone. */
function otherSlices(service: string, on: readonly number[], nodes: readonly string[]): object[] {
  return on.map((index) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${service}-${index}`,
      namespace: worldNamespace,
      labels: { 'kubernetes.io/service-name': service },
    },
    addressType: 'IPv4',
    ports: [{ name: http.name, protocol: http.protocol, port: 8080 }],
    endpoints: [
      {
        addresses: [`10.244.${index + 1}.253`],
        conditions: { ready: true },
        nodeName: nodes[index],
        hints: { forZones: [{ name: zones[index] }] },
      },
    ],
  }))
}

const otherObjects = (nodes: readonly string[]): object[] =>
  others.flatMap(({ labels = {}, name, on, spec }) => [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: worldNamespace, labels },
      spec: { ports: [{ ...http, targetPort: 8080 }], ...spec },
    },
    ...otherSlices(name, on, nodes),
  ])

/** So many Services by chance, and a few that are always there; the nodes get zones. */
export async function createWorld({ create, kubectl, nodes }: Cluster, count: number, seed: number): Promise<void> {
  const random = new Random(seed)
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
        { ip: `203.0.113.${100 + index}`, ipMode: random.pick(['VIP', 'VIP', 'Proxy']) },
        { ip: `2001:db8:113::${100 + index}` },
      ],
    }
  })
  await create([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: worldNamespace } },
    ...worlds.flatMap(({ service, slices }) => [service, ...slices]),
    ...otherObjects(nodes),
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
