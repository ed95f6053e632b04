/** Whose an address is, in words; the bare address where nobody is known to have it. */
import { qualified } from '../../cluster/objects.ts'
import type { Service } from '../../cluster/objects.ts'
import { contains, formatIp, parseIp, parsePrefix } from '../../ruleset/address.ts'
import type { Ip, Prefix } from '../../ruleset/address.ts'
import type { Scene } from '../scene.ts'

/** `shop/web's ClusterIP 10.96.1.2`, `pod shop/web-1 (10.244.0.2)`, `node1 (10.200.0.11)`. */
export function describeIp(ip: Ip, { cluster, network }: Scene): string {
  const text = formatIp(ip)
  const service = cluster.services.find((one) => kindOf(one, ip) !== undefined)
  if (service) return `${qualified(service)}'s ${kindOf(service, ip)} ${text}`
  const host = network.hostOf(ip)
  if (host?.pod !== undefined) return `pod ${host.pod} (${text})`
  return host?.node === undefined ? text : `${host.node} (${text})`
}

function kindOf({ clusterIPs, externalIPs, loadBalancerIPs }: Service, ip: Ip): string | undefined {
  const has = (texts: readonly string[]): boolean => texts.some((text) => parseIp(text) === ip)
  if (has(clusterIPs)) return 'ClusterIP'
  if (has(externalIPs)) return 'ExternalIP'
  return has(loadBalancerIPs) ? 'load-balancer address' : undefined
}

/** An address or a network as a rule names it: `10.244.0.0/16, the pods' network`. */
export function describePrefix(text: string, scene: Scene): string {
  const prefix = parsePrefix(text)
  if (!prefix) return text
  if (isWhole(prefix)) return describeIp(prefix.address, scene)
  return holdsAllPods(prefix, scene) ? `${text}, the network of the pods` : text
}

export const isAddress = (text: string): boolean => {
  const prefix = parsePrefix(text)
  return prefix !== undefined && isWhole(prefix)
}

const isWhole = ({ address, length }: Prefix): boolean => length === (typeof address === 'number' ? 32 : 128)

/** Of the family's networks that the nodes have for pods, all are in it. */
function holdsAllPods(prefix: Prefix, { cluster }: Scene): boolean {
  const own = cluster.nodes
    .flatMap(({ podCIDRs }) => podCIDRs.flatMap((text) => parsePrefix(text) ?? []))
    .filter(({ address }) => typeof address === typeof prefix.address)
  return own.length > 0 && own.every(({ address, length }) => length >= prefix.length && contains(prefix, address))
}
