/** A node's kube-proxy, as far as it decides what becomes of a packet. */
import { contains, familyOf, parsePrefix, width } from '../../ruleset/address.ts'
import type { Ip, IpFamily, Prefix } from '../../ruleset/address.ts'
import type { Service } from '../objects.ts'

export type ProxyMode = 'iptables' | 'ipvs' | 'nftables'

/** How it knows that a packet comes from a pod (detectLocalMode): by the source's range, or by the device that it came in by. */
type LocalDetector =
  | { readonly by: 'cidr'; readonly cidrs: readonly string[] }
  /** Its name; with `*` behind it what names begin with. */
  | { readonly by: 'device'; readonly device: string }
  | { readonly by: 'nothing' }

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
  /** The bit of the firewall mark by which it knows what to masquerade. */
  readonly masqueradeBit: number
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
  const cidr = podRange(detector.cidrs, family)
  if (!cidr) return null
  return ip === undefined ? undefined : contains(cidr, ip)
}

/** Of each family the first counts (pkg/proxy/util/localdetector.go). */
export const podRange = (cidrs: readonly string[], family: IpFamily): Prefix | undefined =>
  cidrs.flatMap((text) => parsePrefix(text) ?? []).find((one) => familyOf(one.address) === family)

/**
 * Whether NodePorts answer at that address of the node, no loopback (pkg/proxy/util/nodeport_addresses.go; nftables mode has the primary
 * addresses alone since 1.30). Undefined where that cannot be told.
 */
export function servesNodePorts(ip: Ip, proxy: NodeProxy): boolean | undefined {
  const ranges = nodePortRanges(familyOf(ip), proxy)
  return ranges && (ranges === 'all' || ranges.some((range) => contains(range, ip)))
}

/** Those of a family in which its addresses have NodePorts; undefined where that cannot be told. */
export function nodePortRanges(
  family: IpFamily,
  { addresses, minor, mode, settings }: NodeProxy,
): 'all' | readonly Prefix[] | undefined {
  if (!settings) return undefined
  const { nodePortAddresses: told } = settings
  const words = told.length > 0 ? told : [mode === 'nftables' && minor >= 30 ? 'primary' : 'all']
  // where all CIDRs are of the other family, the addresses of this one serve all the same
  const own = words.filter((word) => keywords.includes(word) || word.includes(':') === (family === 'IPv6'))
  if (own.length === 0 || own.includes('all')) return 'all'
  const primary = addresses.find((one) => familyOf(one) === family)
  return own.flatMap((word) => {
    if (word === 'primary') return primary === undefined ? [] : { address: primary, length: width(primary) }
    return parsePrefix(word) ?? []
  })
}

const keywords = ['all', 'localhost', 'primary']
