/** Services, EndpointSlices, Pods and Nodes as values: the fields that kpx uses, read from the API's JSON with nothing taken for granted. */
import type { Capture } from '../capture/capture.ts'
import { KpxError } from '../error.ts'
import { parseIp } from '../ruleset/address.ts'
import type { Ip } from '../ruleset/address.ts'
import type { Protocol } from '../ruleset/ruleset.ts'
import { list, number, object, text, texts } from './json.ts'
import type { Json } from './json.ts'

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
  /** Load-balancer addresses that it leaves to the load balancer (ipMode Proxy). */
  readonly proxiedIPs: readonly string[]
  readonly loadBalancerSourceRanges: readonly string[]
  /** Seconds of sessionAffinity ClientIP. */
  readonly affinitySeconds: number | undefined
  readonly internalTrafficPolicy: string
  readonly externalTrafficPolicy: string | undefined
  readonly healthCheckNodePort: number | undefined
  readonly labels: Labels
  /** Labels of the pods that it selects; empty where its EndpointSlices are made by somebody else. */
  readonly selector: Labels
  /** Its labels tell kube-proxy to leave it to another proxy (pkg/proxy: service-proxy-name, headless). */
  readonly leftToOthers: boolean
  /** Whether it asks for topology hints: `Auto`, `Disabled`; empty where it does not say. */
  readonly topologyMode: string
}

/** As the API has them: texts by name. */
type Labels = Json

interface EndpointPort {
  readonly name: string
  readonly port: number
  readonly protocol: Protocol
}

export interface Endpoint {
  /** `shop/web`, by the slice's label; undefined for a slice that belongs to no Service. */
  readonly service: string | undefined
  readonly ip: string
  /** The same as a number; undefined where it is none. */
  readonly address: Ip | undefined
  readonly ports: readonly EndpointPort[]
  readonly node: string | undefined
  /** `shop/web-1`. */
  readonly pod: string | undefined
  /** As discovery.k8s.io/v1 has them: what is not told is ready, serving and not terminating. */
  readonly ready: boolean
  readonly serving: boolean
  readonly terminating: boolean
  /** Zones whose clients should be sent here (hints); empty where there is no hint. */
  readonly zones: readonly string[]
  /** Nodes whose clients should be sent here (hints); empty where there is no hint. */
  readonly nodes: readonly string[]
  /** The slice's resourceVersion; empty where it was not recorded. */
  readonly version: string
}

export interface Pod {
  readonly namespace: string
  readonly name: string
  readonly node: string | undefined
  readonly ips: readonly string[]
  readonly hostNetwork: boolean
  readonly labels: Labels
  /** `Running`; empty where it is not recorded. */
  readonly phase: string
  /** Its condition Ready; undefined where it is not recorded. */
  readonly ready: boolean | undefined
  /** Told to end: it has a deletionTimestamp. */
  readonly terminating: boolean
}

export interface Node {
  readonly name: string
  readonly addresses: readonly string[]
  readonly podCIDRs: readonly string[]
  readonly zone: string | undefined
  /** `v1.37.1`; empty where it is not recorded. */
  readonly kubeletVersion: string
  /** `linux` or `windows`; empty where it is not recorded. */
  readonly os: string
  /** The kernel's release, `5.14.0-427.el9.x86_64`; empty where it is not recorded. */
  readonly kernel: string
  /** Its condition Ready; undefined where it is not recorded. */
  readonly ready: boolean | undefined
}

/** A list of objects, and whether it was recorded and is one. */
export interface Recorded<T> {
  readonly items: readonly T[]
  readonly recorded: boolean
}

export const services = (capture: Capture): Recorded<Service> =>
  read(capture, 'services', 'Service', (one) => [serviceOf(one)])
export const nodes = (capture: Capture): Recorded<Node> => read(capture, 'nodes', 'Node', (one) => [nodeOf(one)])
export const pods = (capture: Capture): Recorded<Pod> => read(capture, 'pods', 'Pod', (one) => [podOf(one)])
/** One that has ended has no address any more, though the API still shows it. */
export const hasEnded = ({ phase }: Pod): boolean => phase === 'Failed' || phase === 'Succeeded'

/** Throws KPX1008 where the file holds other objects. kubectl tells the kind of every object; what tells none is of this one. */
function read<T>(capture: Capture, name: string, kind: string, valuesOf: (item: Json) => readonly T[]): Recorded<T> {
  const items: T[] = []
  let own = 0
  let other = ''
  const recorded = capture.list(name)
  for (const item of recorded ?? []) {
    const value = object(item)
    if (isOther(value, kind)) other ||= text(value['kind'])
    else {
      own++
      items.push(...valuesOf(value))
    }
  }
  if (own === 0 && other !== '') throw otherKind(capture, name, other)
  return { items, recorded: recorded !== undefined }
}

const isOther = (value: Json, kind: string): boolean => ![kind, ''].includes(text(value['kind']))

export const otherKind = ({ path }: Capture, name: string, kind: string): KpxError =>
  new KpxError('KPX1008', `${path}/objects/${name}.json holds objects of kind ${kind}`, {
    fix: `record it again: kubectl get ${name} -A -o json`,
  })

export const qualified = ({ name, namespace }: { namespace: string; name: string }): string => `${namespace}/${name}`

/** Not to be spread into bigger values: with 10,000 of them that takes longer than all the rest. */
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
  const metadata = object(value['metadata'])
  const [annotations, labels] = [object(metadata['annotations']), object(metadata['labels'])]
  const { name, namespace } = named(value)
  return {
    namespace,
    name,
    type: text(spec['type']) || 'ClusterIP',
    clusterIPs: (clusterIPs.length > 0 ? clusterIPs : [text(spec['clusterIP'])]).filter(
      (ip) => ip !== '' && ip !== 'None',
    ),
    ports: list(spec['ports']).map(object).map(portOf),
    externalIPs: texts(spec['externalIPs']),
    loadBalancerIPs: loadBalancerIPs(value, (ipMode) => ipMode !== 'Proxy'),
    proxiedIPs: loadBalancerIPs(value, (ipMode) => ipMode === 'Proxy'),
    loadBalancerSourceRanges: texts(spec['loadBalancerSourceRanges']).map((range) => range.trim()),
    affinitySeconds: spec['sessionAffinity'] === 'ClientIP' ? (number(affinity['timeoutSeconds']) ?? 10800) : undefined,
    internalTrafficPolicy: text(spec['internalTrafficPolicy']) || 'Cluster',
    externalTrafficPolicy: text(spec['externalTrafficPolicy']) || undefined,
    healthCheckNodePort: number(spec['healthCheckNodePort']) || undefined,
    selector: object(spec['selector']),
    labels,
    leftToOthers: leaving.some((label) => Object.hasOwn(labels, label)),
    topologyMode: topologyModes.map((key) => text(annotations[key])).find((one) => one !== '') ?? '',
  }
}

/** The older annotation counts first (pkg/proxy/serviceport.go). */
const topologyModes = ['service.kubernetes.io/topology-aware-hints', 'service.kubernetes.io/topology-mode']

const leaving = ['service.kubernetes.io/service-proxy-name', 'service.kubernetes.io/headless']

const portOf = (port: Json): ServicePort => ({
  name: text(port['name']),
  port: number(port['port']) ?? 0,
  protocol: protocolOf(port['protocol']),
  nodePort: number(port['nodePort']) || undefined,
})

function loadBalancerIPs(value: Json, isWanted: (ipMode: unknown) => boolean): string[] {
  const ingress = list(object(object(value['status'])['loadBalancer'])['ingress']).map(object)
  return ingress.filter(({ ipMode }) => isWanted(ipMode)).flatMap(({ ip }) => texts([ip]))
}

/** Of an EndpointSlice; of an object of another kind its kind. */
export function endpointsOf(value: unknown): Endpoint[] | string {
  const slice = object(value)
  if (isOther(slice, 'EndpointSlice')) return text(slice['kind'])
  const owner = text(object(object(slice['metadata'])['labels'])['kubernetes.io/service-name'])
  const service = owner === '' ? undefined : qualified({ namespace: named(slice).namespace, name: owner })
  const ports = list(slice['ports']).map(object).flatMap(endpointPortOf)
  const version = text(object(slice['metadata'])['resourceVersion'])
  return list(slice['endpoints'])
    .map(object)
    .flatMap((endpoint) => {
      const target = object(endpoint['targetRef'])
      const pod = target['kind'] === 'Pod' ? `${text(target['namespace'])}/${text(target['name'])}` : undefined
      const node = text(endpoint['nodeName']) || undefined
      const { nodes, ready, serving, terminating, zones } = conditionsOf(endpoint)
      return texts(endpoint['addresses']).map((ip) => ({
        service,
        ip,
        address: parseIp(ip),
        ports,
        node,
        pod,
        ready,
        serving,
        terminating,
        zones,
        nodes,
        version,
      }))
    })
}

function endpointPortOf(value: Json): EndpointPort[] {
  const port = number(value['port'])
  return port === undefined ? [] : [{ name: text(value['name']), port, protocol: protocolOf(value['protocol']) }]
}

const noHints: readonly string[] = []

function conditionsOf(endpoint: Json): Pick<Endpoint, 'nodes' | 'ready' | 'serving' | 'terminating' | 'zones'> {
  const { ready, serving, terminating } = object(endpoint['conditions'])
  const { forNodes, forZones } = object(endpoint['hints'])
  return {
    ready: ready !== false,
    serving: serving !== false,
    terminating: terminating === true,
    zones: hintsOf(forZones),
    nodes: hintsOf(forNodes),
  }
}

function hintsOf(value: unknown): readonly string[] {
  const hints = list(value)
  return hints.length === 0 ? noHints : hints.flatMap((hint) => texts([object(hint)['name']]))
}

function podOf(value: Json): Pod {
  const { name, namespace } = named(value)
  const [spec, status] = [object(value['spec']), object(value['status'])]
  const ips = list(status['podIPs']).flatMap((entry) => texts([object(entry)['ip']]))
  return {
    namespace,
    name,
    node: text(spec['nodeName']) || undefined,
    ips: ips.length > 0 ? ips : texts([status['podIP']]),
    hostNetwork: spec['hostNetwork'] === true,
    labels: object(object(value['metadata'])['labels']),
    phase: text(status['phase']),
    ready: isReady(status),
    terminating: text(object(value['metadata'])['deletionTimestamp']) !== '',
  }
}

function isReady(status: Json): boolean | undefined {
  const readiness = list(status['conditions'])
    .map(object)
    .find(({ type }) => type === 'Ready')
  return readiness === undefined ? undefined : readiness['status'] === 'True'
}

function nodeOf(value: Json): Node {
  const [spec, status] = [object(value['spec']), object(value['status'])]
  const podCIDRs = texts(spec['podCIDRs'])
  const info = object(status['nodeInfo'])
  const labels = object(object(value['metadata'])['labels'])
  return {
    name: named(value).name,
    addresses: list(status['addresses'])
      .map(object)
      .filter(({ type }) => type === 'InternalIP' || type === 'ExternalIP')
      .flatMap(({ address }) => texts([address])),
    podCIDRs: podCIDRs.length > 0 ? podCIDRs : texts([spec['podCIDR']]),
    zone: text(labels['topology.kubernetes.io/zone']) || undefined,
    kubeletVersion: text(info['kubeletVersion']),
    os: text(labels['kubernetes.io/os']) || text(info['operatingSystem']),
    kernel: text(info['kernelVersion']),
    ready: isReady(status),
  }
}
