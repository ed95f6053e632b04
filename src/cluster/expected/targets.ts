/**
 * The endpoints that a node's kube-proxy is to send a Service port's connections to. Facts: CategorizeEndpoints and its like in
 * pkg/proxy/topology.go, Kubernetes 1.24 to 1.37, and pkg/proxy/endpointslicecache.go; FilterEndpoints of 1.21 to 1.23.
 */
import { familyOf } from '../../ruleset/address.ts'
import type { Ip, IpFamily } from '../../ruleset/address.ts'
import type { Endpoint, Service, ServicePort } from '../objects.ts'
import type { NodeProxy } from './node-proxy.ts'

export interface Target {
  readonly ip: Ip
  readonly port: number
  readonly endpoint: Endpoint
}

export interface Targets {
  /** For traffic policy Cluster. */
  readonly cluster: readonly Target[]
  /** By what those are chosen from the ones that are ready: hints of the EndpointSlices, or nothing. */
  readonly hinted: 'node' | 'zone' | undefined
  /** For traffic policy Local. */
  readonly local: readonly Target[]
  /** Whether there are any, be it that none is for this node. */
  readonly any: boolean
  /** Where slices have one address in different states: which of them kube-proxy takes is chance, but that since 1.36 ending ones yield. */
  readonly uncertain: readonly Target[]
}

export function targetsOf(
  service: Service,
  port: ServicePort,
  family: IpFamily,
  endpoints: readonly Endpoint[],
  proxy: NodeProxy,
): Targets {
  const { targets: all, uncertain } = portTargets(port, family, endpoints, proxy)
  const ready = all.filter(({ endpoint }) => endpoint.ready)
  const leaving = proxy.gates.has('ProxyTerminatingEndpoints')
    ? all.filter(({ endpoint }) => endsServing(endpoint))
    : []
  const near = nearest(ready, service, proxy)
  const isLocal = ({ endpoint }: Target): boolean => endpoint.node === proxy.node
  const localReady = ready.filter(isLocal)
  return {
    cluster: near.targets.length > 0 ? near.targets : leaving,
    hinted: near.hinted,
    local: localReady.length > 0 ? localReady : leaving.filter(isLocal),
    any: ready.length > 0 || leaving.length > 0,
    uncertain: uncertain.length > 0 ? [...all, ...uncertain] : uncertain,
  }
}

const endsServing = ({ ready, serving, terminating }: Endpoint): boolean => !ready && serving && terminating

/** Those that have the port, each address once: of two with one, that which does not end. */
function portTargets(
  { name, protocol }: ServicePort,
  family: IpFamily,
  endpoints: readonly Endpoint[],
  { minor }: NodeProxy,
): { readonly targets: Target[]; readonly uncertain: Target[] } {
  const targets = new Map<string, Target>()
  const uncertain: Target[] = []
  for (const endpoint of endpoints) {
    const { address: ip, ports } = endpoint
    if (ip === undefined || familyOf(ip) !== family) continue
    for (const { name: own, port, protocol: spoken } of ports) {
      if (own !== name || spoken !== protocol || port === 0) continue
      const key = `${ip} ${port}`
      const before = targets.get(key)
      const target = { ip, port, endpoint }
      const isChance = before && (minor < 36 || before.endpoint.terminating === endpoint.terminating)
      if (isChance && !isAlike(before.endpoint, endpoint)) uncertain.push(target)
      if (!endpoint.terminating || !before) targets.set(key, target)
    }
  }
  return { targets: [...targets.values()], uncertain }
}

const isAlike = (a: Endpoint, b: Endpoint): boolean =>
  a.ready === b.ready &&
  a.serving === b.serving &&
  a.terminating === b.terminating &&
  a.node === b.node &&
  a.zones.join() === b.zones.join() &&
  a.nodes.join() === b.nodes.join()

/** Those that hints give to this node, else to its zone, where all have hints and one is for it; else all. */
function nearest(
  ready: readonly Target[],
  service: Service,
  proxy: NodeProxy,
): { readonly targets: readonly Target[]; readonly hinted: Targets['hinted'] } {
  const { gates, node, zone = '' } = proxy
  const hinted = (hints: (endpoint: Endpoint) => readonly string[], place: string): Target[] | undefined => {
    const own = ready.filter(({ endpoint }) => hints(endpoint).includes(place))
    return own.length > 0 && ready.every(({ endpoint }) => hints(endpoint).length > 0) ? own : undefined
  }
  const byNode = gates.has('PreferSameTrafficDistribution') ? hinted(({ nodes }) => nodes, node) : undefined
  if (byNode) return { targets: byNode, hinted: 'node' }
  const byZone = heedsZones(service, proxy) ? hinted(({ zones }) => zones, zone) : undefined
  return byZone ? { targets: byZone, hinted: 'zone' } : { targets: ready, hinted: undefined }
}

/** Before traffic distribution a Service had to ask for hints: with `Auto`, since 1.27 with any value but `Disabled`. */
function heedsZones({ topologyMode }: Service, { gates, minor, zone }: NodeProxy): boolean {
  if (zone === undefined) return false
  if (minor >= 36 || gates.has('ServiceTrafficDistribution')) return true
  if (!gates.has('TopologyAwareHints')) return false
  return minor < 27 ? /^[Aa]uto$/.test(topologyMode) : !/^(?:[Dd]isabled)?$/.test(topologyMode)
}
