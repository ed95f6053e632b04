/** Services, EndpointSlices, Pods and Nodes as values: the fields that kpx uses, read from the API's JSON with nothing taken for granted. */
import type { Capture } from '../capture/capture.ts'
import type { Protocol } from '../ruleset/ruleset.ts'

type Json = Readonly<Record<string, unknown>>

export interface ServicePort {
  readonly name: string
  readonly port: number
  readonly protocol: Protocol
  readonly nodePort: number | undefined
}

export interface Service {
  readonly namespace: string
  readonly name: string
  /** `ClusterIP`, `NodePort`, `LoadBalancer`, `ExternalName`. */
  readonly type: string
  /** Empty for a headless Service or ExternalName. */
  readonly clusterIPs: readonly string[]
  readonly ports: readonly ServicePort[]
  readonly externalIPs: readonly string[]
  /** Load-balancer addresses that kube-proxy programs (ipMode VIP). */
  readonly loadBalancerIPs: readonly string[]
  readonly loadBalancerSourceRanges: readonly string[]
  /** Seconds of sessionAffinity ClientIP. */
  readonly affinitySeconds: number | undefined
  readonly internalTrafficPolicy: string
  readonly externalTrafficPolicy: string | undefined
}

export interface Endpoint {
  /** `shop/web`, by the slice's label; undefined for a slice that belongs to no Service. */
  readonly service: string | undefined
  readonly ip: string
  readonly ports: readonly number[]
  readonly node: string | undefined
  /** `shop/web-1`. */
  readonly pod: string | undefined
}

export interface Pod {
  readonly namespace: string
  readonly name: string
  readonly node: string | undefined
  readonly ips: readonly string[]
  readonly hostNetwork: boolean
}

export interface Node {
  readonly name: string
  readonly addresses: readonly string[]
  readonly podCIDRs: readonly string[]
}

/** A list of objects, and whether it was recorded and is one. */
export interface Recorded<T> {
  readonly items: readonly T[]
  readonly recorded: boolean
}

export const services = (capture: Capture): Recorded<Service> => read(capture, 'services', (one) => [serviceOf(one)])
export const endpoints = (capture: Capture): Recorded<Endpoint> => read(capture, 'endpointslices', endpointsOf)
export const nodes = (capture: Capture): Recorded<Node> => read(capture, 'nodes', (one) => [nodeOf(one)])
/** Pods that run or will: one that has ended has no address any more, though the API still shows it. */
export const pods = (capture: Capture): Recorded<Pod> =>
  read(capture, 'pods', (pod) =>
    ['Failed', 'Succeeded'].includes(text(object(pod['status'])['phase'])) ? [] : [podOf(pod)],
  )

function read<T>(capture: Capture, name: string, valuesOf: (item: Json) => readonly T[]): Recorded<T> {
  const { items } = object(capture.object(name))
  return { items: list(items).flatMap((item) => valuesOf(object(item))), recorded: Array.isArray(items) }
}

const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {})
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const texts = (value: unknown): string[] =>
  list(value)
    .map(text)
    .filter((one) => one !== '')
const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)

export const qualified = ({ name, namespace }: { namespace: string; name: string }): string => `${namespace}/${name}`

const named = (value: Json): { namespace: string; name: string } => {
  const metadata = object(value['metadata'])
  return { namespace: text(metadata['namespace']), name: text(metadata['name']) }
}

/** The API's default, and what an unknown one is shown as. */
const protocolOf = (value: unknown): Protocol => (value === 'UDP' || value === 'SCTP' ? value : 'TCP')

function serviceOf(value: Json): Service {
  const spec = object(value['spec'])
  const affinity = object(object(spec['sessionAffinityConfig'])['clientIP'])
  const clusterIPs = texts(spec['clusterIPs'])
  return {
    ...named(value),
    type: text(spec['type']) || 'ClusterIP',
    clusterIPs: (clusterIPs.length > 0 ? clusterIPs : [text(spec['clusterIP'])]).filter(
      (ip) => ip !== '' && ip !== 'None',
    ),
    ports: list(spec['ports']).map(object).map(portOf),
    externalIPs: texts(spec['externalIPs']),
    loadBalancerIPs: loadBalancerIPs(value),
    loadBalancerSourceRanges: texts(spec['loadBalancerSourceRanges']).map((range) => range.trim()),
    affinitySeconds: spec['sessionAffinity'] === 'ClientIP' ? (number(affinity['timeoutSeconds']) ?? 10800) : undefined,
    internalTrafficPolicy: text(spec['internalTrafficPolicy']) || 'Cluster',
    externalTrafficPolicy: text(spec['externalTrafficPolicy']) || undefined,
  }
}

const portOf = (port: Json): ServicePort => ({
  name: text(port['name']),
  port: number(port['port']) ?? 0,
  protocol: protocolOf(port['protocol']),
  nodePort: number(port['nodePort']) || undefined,
})

function loadBalancerIPs(value: Json): string[] {
  const ingress = list(object(object(value['status'])['loadBalancer'])['ingress']).map(object)
  return ingress.filter(({ ipMode }) => ipMode !== 'Proxy').flatMap(({ ip }) => texts([ip]))
}

function endpointsOf(slice: Json): Endpoint[] {
  const owner = text(object(object(slice['metadata'])['labels'])['kubernetes.io/service-name'])
  const service = owner === '' ? undefined : qualified({ namespace: named(slice).namespace, name: owner })
  const ports = list(slice['ports']).flatMap((port) => number(object(port)['port']) ?? [])
  return list(slice['endpoints'])
    .map(object)
    .flatMap((endpoint) => {
      const target = object(endpoint['targetRef'])
      const pod = target['kind'] === 'Pod' ? `${text(target['namespace'])}/${text(target['name'])}` : undefined
      const node = text(endpoint['nodeName']) || undefined
      return texts(endpoint['addresses']).map((ip) => ({ service, ip, ports, node, pod }))
    })
}

function podOf(value: Json): Pod {
  const [spec, status] = [object(value['spec']), object(value['status'])]
  const ips = list(status['podIPs']).flatMap((entry) => texts([object(entry)['ip']]))
  return {
    ...named(value),
    node: text(spec['nodeName']) || undefined,
    ips: ips.length > 0 ? ips : texts([status['podIP']]),
    hostNetwork: spec['hostNetwork'] === true,
  }
}

function nodeOf(value: Json): Node {
  const [spec, status] = [object(value['spec']), object(value['status'])]
  const podCIDRs = texts(spec['podCIDRs'])
  return {
    name: named(value).name,
    addresses: list(status['addresses'])
      .map(object)
      .filter(({ type }) => type === 'InternalIP' || type === 'ExternalIP')
      .flatMap(({ address }) => texts([address])),
    podCIDRs: podCIDRs.length > 0 ? podCIDRs : texts([spec['podCIDR']]),
  }
}
