/** A node's kube-proxy, as far as it decides what becomes of a packet. */
import { contains, familyOf, parsePrefix } from '../../ruleset/address.ts'
import type { Ip, IpFamily } from '../../ruleset/address.ts'
import type { Service } from '../objects.ts'

export type ProxyMode = 'iptables' | 'ipvs' | 'nftables'

/** How it knows that a packet comes from a pod (detectLocalMode): by the source's range, or by the device that it came in by. */
type LocalDetector =
  { readonly by: 'cidr'; readonly cidrs: readonly string[] } | { readonly by: 'device' } | { readonly by: 'nothing' }

export interface NodeProxy {
  readonly node: string
  readonly zone: string | undefined
  /** The node's own, the primary one of each family first. */
  readonly addresses: readonly Ip[]
  readonly mode: ProxyMode
  /** kube-proxy's own minor. */
  readonly minor: number
  /** Those that are on: what it does by hints and ipMode, and with endpoints that end. */
  readonly gates: ReadonlySet<ProxyGate>
  /** What its configuration says; undefined where that was not seen. */
  readonly settings: ProxySettings | undefined
}

export type ProxyGate =
  | 'LoadBalancerIPMode'
  | 'PreferSameTrafficDistribution'
  | 'ProxyTerminatingEndpoints'
  | 'ServiceTrafficDistribution'
  | 'TopologyAwareHints'

export interface ProxySettings {
  readonly masqueradeAll: boolean
  readonly detector: LocalDetector
  /** CIDRs and the words `primary`, `all`, `localhost`; empty for the mode's default. */
  readonly nodePortAddresses: readonly string[]
}

/** The Service as that kube-proxy takes it: without ipMode it serves the addresses that load balancers want to serve themselves. */
export const asTaken = (service: Service, { gates }: NodeProxy): Service =>
  gates.has('LoadBalancerIPMode') || service.proxiedIPs.length === 0
    ? service
    : { ...service, loadBalancerIPs: [...service.loadBalancerIPs, ...service.proxiedIPs], proxiedIPs: [] }

/** Who sends a packet to the node: a pod or a process of its own, or a client beyond the cluster. */
export interface Client {
  readonly kind: 'node' | 'outside' | 'pod'
  /** Undefined where it cannot be told. */
  readonly ip: Ip | undefined
}

/** Whether kube-proxy takes the client for a pod; undefined where that cannot be told, null where it has no means to. */
export function isLocalClient(
  { ip, kind }: Client,
  family: IpFamily,
  { settings }: NodeProxy,
): boolean | null | undefined {
  if (!settings) return undefined
  const { detector } = settings
  if (detector.by === 'nothing') return null
  if (detector.by === 'device') return kind === 'pod'
  // of each family the first counts (pkg/proxy/util/localdetector.go)
  const cidr = detector.cidrs.flatMap((text) => parsePrefix(text) ?? []).find((one) => familyOf(one.address) === family)
  if (!cidr) return null
  return ip === undefined ? undefined : contains(cidr, ip)
}

/**
 * Whether NodePorts answer at that address of the node, no loopback (pkg/proxy/util/nodeport_addresses.go; nftables mode has the primary
 * addresses alone since 1.30). Undefined where that cannot be told.
 */
export function servesNodePorts(ip: Ip, { addresses, minor, mode, settings }: NodeProxy): boolean | undefined {
  if (!settings) return undefined
  const { nodePortAddresses: told } = settings
  const words = told.length > 0 ? told : [mode === 'nftables' && minor >= 30 ? 'primary' : 'all']
  // where all CIDRs are of the other family, the addresses of this one serve all the same
  const own = words.filter((word) => keywords.includes(word) || word.includes(':') === (typeof ip === 'bigint'))
  if (own.length === 0) return true
  return own.some((word) => {
    if (word === 'all') return true
    if (word === 'primary') return ip === addresses.find((one) => typeof one === typeof ip)
    const cidr = parsePrefix(word)
    return cidr !== undefined && contains(cidr, ip)
  })
}

const keywords = ['all', 'localhost', 'primary']
