/** What Services, their endpoints and kube-proxy's configuration may ask for, and whether a cluster has all of it. */
import type { Cluster } from './cluster.ts'

interface ServiceObject {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> }
  readonly spec: Readonly<Record<string, unknown>> & {
    readonly ports?: readonly { readonly targetPort?: number | string }[]
    readonly ipFamilies?: readonly string[]
  }
  readonly status: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ipMode?: string }[] } }
}

interface SliceObject {
  readonly metadata: { readonly namespace: string; readonly labels?: Readonly<Record<string, string>> }
  readonly addressType: string
  readonly endpoints?: readonly {
    readonly conditions: Readonly<Record<string, boolean | undefined>>
    readonly hints?: Readonly<Record<string, unknown>>
  }[]
}

interface World {
  readonly services: readonly ServiceObject[]
  readonly slices: readonly SliceObject[]
}

type Feature = (world: World) => boolean

const some =
  (isIt: (service: ServiceObject) => boolean): Feature =>
  ({ services }) =>
    services.some(isIt)

const has = (field: string, value?: unknown): Feature =>
  some(({ spec }) => (value === undefined ? spec[field] !== undefined : spec[field] === value))

const families = (...wanted: string[]): Feature => some(({ spec }) => spec.ipFamilies?.join() === wanted.join())

const ingress = (mode: string): Feature =>
  some(({ status }) => status.loadBalancer?.ingress?.some(({ ipMode }) => ipMode === mode) === true)

const endpoint =
  (isIt: (one: NonNullable<SliceObject['endpoints']>[number]) => boolean): Feature =>
  ({ slices }) =>
    slices.some(({ endpoints }) => endpoints?.some(isIt))

function hasSeveralSlices({ slices }: World): boolean {
  const keys = slices.map(({ addressType, metadata: { labels, namespace } }) =>
    [namespace, labels?.['kubernetes.io/service-name'], addressType].join(' '),
  )
  return new Set(keys).size < keys.length
}

const features: Readonly<Record<string, Feature>> = {
  'ExternalName Services': has('type', 'ExternalName'),
  'IPv4 alone': families('IPv4'),
  'IPv6 alone': families('IPv6'),
  'IPv6 first': families('IPv6', 'IPv4'),
  'Services without a selector': some(({ spec }) => spec['selector'] === undefined && spec['type'] !== 'ExternalName'),
  'endpoints that are not ready': endpoint(({ conditions: { ready, terminating } }) => ready === false && !terminating),
  'endpoints that end and serve': endpoint(
    ({ conditions: { serving, terminating } }) => serving === true && terminating === true,
  ),
  'external IPs': has('externalIPs'),
  'externalTrafficPolicy Local': has('externalTrafficPolicy', 'Local'),
  'headless Services': has('clusterIP', 'None'),
  'health-check node ports': has('healthCheckNodePort'),
  'hints for nodes': endpoint(({ hints }) => hints?.['forNodes'] !== undefined),
  'hints for zones': endpoint(({ hints }) => hints?.['forZones'] !== undefined),
  'internalTrafficPolicy Local': has('internalTrafficPolicy', 'Local'),
  'ipMode Proxy': ingress('Proxy'),
  'ipMode VIP': ingress('VIP'),
  'ports by name': some(
    ({ spec: { ports } }) => ports?.some(({ targetPort }) => typeof targetPort === 'string') === true,
  ),
  'service-proxy-name': some(
    ({ metadata: { labels } }) => labels?.['service.kubernetes.io/service-proxy-name'] !== undefined,
  ),
  'session affinity with a timeout': has('sessionAffinityConfig'),
  'several slices': hasSeveralSlices,
  'source ranges': has('loadBalancerSourceRanges'),
  publishNotReadyAddresses: has('publishNotReadyAddresses', true),
  'trafficDistribution PreferSameNode': has('trafficDistribution', 'PreferSameNode'),
  'trafficDistribution PreferSameZone': has('trafficDistribution', 'PreferSameZone'),
}

/** The names of those that no object has. */
export async function missingFeatures({ kubectl }: Cluster): Promise<string[]> {
  const list = async <T>(kind: string): Promise<readonly T[]> =>
    (JSON.parse(await kubectl(['get', kind, '--all-namespaces', '-o', 'json'])) as { items: T[] }).items
  const world = { services: await list<ServiceObject>('services'), slices: await list<SliceObject>('endpointslices') }
  return Object.entries(features).flatMap(([name, isThere]) => (isThere(world) ? [] : [name]))
}
