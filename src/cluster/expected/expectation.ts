/**
 * What is to become of the first packet of a connection to a Service's address, by the API and kube-proxy's configuration alone. Facts:
 * pkg/proxy/{iptables,ipvs,nftables}/proxier.go, Kubernetes 1.22 to 1.37.
 */
import { contains, parseIp, parsePrefix } from '../../ruleset/address.ts'
import type { Ip } from '../../ruleset/address.ts'
import type { Frontend } from '../frontend.ts'
import type { Service } from '../objects.ts'
import { isLocalClient } from './node-proxy.ts'
import type { Client, NodeProxy } from './node-proxy.ts'
import type { Target, Targets } from './targets.ts'

export interface Expectation {
  /** `any`: kube-proxy leaves it to others, or it cannot be told; but it is delivered to none but the targets. */
  readonly verdict: 'any' | 'deliver' | 'drop' | 'reject'
  /** Who may get the connection, each with the same share. */
  readonly targets: readonly Target[]
  /** Whether kube-proxy replaces the source address; undefined where that cannot be told. */
  readonly masquerade: boolean | undefined
  /** The endpoint is to see the client's own address, whoever else might want to replace it. */
  readonly keepsSource: boolean
  /** A clause: `no endpoint is ready`. */
  readonly why: string
}

export function expectationOf(
  service: Service,
  frontend: Frontend,
  client: Client,
  targets: Targets,
  proxy: NodeProxy,
): Expectation {
  if (targets.uncertain.length > 0)
    return either(targets.uncertain, 'two EndpointSlices have one address in different states')
  if (frontend.kind === 'ClusterIP') return internal(service, frontend, client, targets, proxy)
  // iptables mode asks for source ranges only where there are endpoints
  if (!targets.any && (proxy.mode === 'iptables' || frontend.kind !== 'LoadBalancer')) {
    return refusedBeyond(frontend, client, proxy)
  }
  if (frontend.kind === 'LoadBalancer') {
    const admitted = isAdmitted(service, frontend, client, proxy)
    if (admitted === undefined) return either([...targets.cluster, ...targets.local], 'its source ranges')
    if (!admitted) return dropped('its source ranges do not have the client', proxy)
  }
  if (!targets.any) return rejected(noEndpoint)
  if (service.externalTrafficPolicy === 'Local') return externalLocal(frontend, client, targets, proxy)
  const why = ofCluster('externalTrafficPolicy', targets)
  return delivered(targets.cluster, masqueradesExternal(frontend, client, proxy), why)
}

const either = (targets: readonly Target[], why: string): Expectation => ({
  verdict: 'any',
  targets,
  masquerade: undefined,
  keepsSource: false,
  why,
})

const rejected = (why: string): Expectation => ({ ...either([], why), verdict: 'reject' })

/** Until 1.24 iptables mode marked what is to be dropped for a rule of the kubelet's, which newer ones do not make. */
const dropped = (why: string, { minor, mode }: NodeProxy): Expectation => ({
  ...either([], why),
  verdict: mode === 'iptables' && minor <= 24 ? 'any' : 'drop',
})

const delivered = (targets: readonly Target[], masquerade: boolean | undefined, why: string): Expectation => ({
  verdict: 'deliver',
  targets,
  masquerade,
  keepsSource: false,
  why,
})

const noEndpoint = 'no endpoint is ready'
const ofCluster = (policy: string, { hinted }: Targets): string =>
  `${policy} Cluster${hinted === undefined ? '' : `, with hints for this ${hinted}`}`
const noneHere = (policy: string, { node }: NodeProxy): string => `${policy} is Local, and no endpoint is on ${node}`

function internal(
  { internalTrafficPolicy, ...service }: Service,
  { family }: Frontend,
  client: Client,
  targets: Targets,
  proxy: NodeProxy,
): Expectation {
  const { any, cluster, local } = targets
  if (!any) return rejected(noEndpoint)
  const isLocal = isLocalClient(client, family, proxy)
  // without a detector ipvs mode still knows what the node sends from a Service's own address
  const isForeign = isLocal === null ? proxy.mode === 'ipvs' && client.kind === 'node' : isLocal === false
  const masquerade = proxy.settings?.masqueradeAll === true || (isLocal === undefined ? undefined : isForeign)
  if (internalTrafficPolicy !== 'Local')
    return delivered(cluster, masquerade, ofCluster('internalTrafficPolicy', targets))
  if (local.length > 0) return delivered(local, masquerade, 'internalTrafficPolicy Local')
  const why = noneHere('internalTrafficPolicy', proxy)
  if (proxy.mode !== 'ipvs') return proxy.minor >= 24 ? dropped(why, proxy) : rejected(why)
  // of endpoints elsewhere it knows only where somebody beyond the cluster may ask for them
  return isExternal(service) ? delivered(cluster, masquerade, why) : rejected(why)
}

const isExternal = ({ externalIPs, loadBalancerIPs, ports }: Omit<Service, 'internalTrafficPolicy'>): boolean =>
  externalIPs.length > 0 || loadBalancerIPs.length > 0 || ports.some(({ nodePort }) => nodePort !== undefined)

/** iptables mode refuses in INPUT and FORWARD: a process's packet to an address that is no node's leaves. */
const refusedBeyond = ({ kind }: Frontend, client: Client, { mode }: NodeProxy): Expectation =>
  mode === 'iptables' && client.kind === 'node' && kind !== 'NodePort' ? either([], noEndpoint) : rejected(noEndpoint)

/** By loadBalancerSourceRanges. The node itself may come from the load balancer's address. */
function isAdmitted(
  { loadBalancerSourceRanges }: Service,
  { ip }: Frontend,
  client: Client,
  { addresses, minor, mode }: NodeProxy,
): boolean | undefined {
  const own = parseIp(ip ?? '')
  const ranges = loadBalancerSourceRanges
    .flatMap((range) => parsePrefix(range) ?? [])
    .filter(({ address }) => typeof address === typeof own)
  if (ranges.length === 0 || ranges.some(({ length }) => length === 0)) return true
  const has = (one: Ip): boolean => ranges.some((range) => contains(range, one))
  if (client.ip === undefined || (mode === 'ipvs' && client.kind === 'node' && minor < 29)) return undefined
  return has(client.ip) || (client.ip === own && addresses.some((one) => typeof one === typeof own && has(one)))
}

/** Until 1.23 iptables mode left the addresses of pods as they are on their way to an external IP. */
function masqueradesExternal({ family, kind }: Frontend, client: Client, proxy: NodeProxy): boolean | undefined {
  if (proxy.mode !== 'iptables' || proxy.minor > 23 || kind !== 'ExternalIP') return true
  const isLocal = isLocalClient(client, family, proxy)
  return isLocal === undefined ? undefined : isLocal !== true
}

function externalLocal({ family }: Frontend, client: Client, targets: Targets, proxy: NodeProxy): Expectation {
  const { cluster, local } = targets
  const policy = 'externalTrafficPolicy Local'
  const fallback = noneHere('externalTrafficPolicy', proxy)
  if (proxy.mode === 'ipvs') {
    const own = local.length > 0 ? delivered(local, false, policy) : delivered(cluster, false, fallback)
    return { ...own, keepsSource: true }
  }
  if (client.kind === 'node') {
    // some releases of nftables mode up to 1.33 stop the node's own packets before they could be sent elsewhere
    const mayStop = proxy.mode === 'nftables' && proxy.minor <= 33 && local.length === 0
    return mayStop ? either(cluster, fallback) : delivered(cluster, true, `${policy}, but the node reaches all`)
  }
  const isLocal = isLocalClient(client, family, proxy)
  if (isLocal === undefined) return either([...cluster, ...local], policy)
  if (isLocal) return delivered(cluster, false, `${policy}, but pods reach all`)
  if (local.length === 0) return dropped(fallback, proxy)
  return { ...delivered(local, false, policy), keepsSource: true }
}
