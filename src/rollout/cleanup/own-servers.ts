/** Which IPVS virtual servers are kube-proxy's: others balance with IPVS as well. */
import type { Scene } from '../../answer/scene.ts'
import { frontendsOf } from '../../cluster/frontend.ts'
import { formatIp, parseIp } from '../../ruleset/address.ts'
import type { Ip } from '../../ruleset/address.ts'
import { ipvsDevice } from '../../ruleset/ipvs.ts'
import type { VirtualServer } from '../../ruleset/ipvs.ts'
import type { Ruleset } from '../../ruleset/ruleset.ts'

/** The addresses that are known to be bound to kube-proxy's device. */
export const boundIn = ({ interfaces }: Ruleset): ReadonlySet<string> =>
  new Set(
    interfaces.flatMap(({ addresses, name }) => (name === ipvsDevice ? addresses.map(({ ip }) => formatIp(ip)) : [])),
  )

/** kube-proxy binds the addresses of its virtual servers to its device, but for NodePorts, which are at the node's own. */
export function ownServers(ruleset: Ruleset, { cluster }: Scene): (server: VirtualServer) => boolean {
  const { interfaces, interfacesWhole } = ruleset
  const bound = boundIn(ruleset)
  const others = interfaces.filter(({ name }) => name !== ipvsDevice)
  const addresses = new Set(others.flatMap((one) => one.addresses.map(({ ip }) => formatIp(ip))))
  const frontends = cluster.services.flatMap((service) => service.ports.flatMap((port) => frontendsOf(service, port)))
  const ofServices = new Set(frontends.flatMap(({ ip }) => ip ?? []))
  const nodePorts = new Set(frontends.flatMap(({ kind, port }) => (kind === 'NodePort' ? [port] : [])))
  const clusterIps = frontends.flatMap(({ ip, kind }) => (kind === 'ClusterIP' ? (parseIp(ip ?? '') ?? []) : []))
  const networks = new Set(clusterIps.map(networkOf))
  return ({ ip, port }) => {
    const text = formatIp(ip)
    if (bound.has(text) || ofServices.has(text)) return true
    if (addresses.has(text)) return nodePorts.has(port) || isUsualNodePort(port)
    // without ip(8) nobody tells what is bound to the device: an address among ClusterIPs was one
    return !interfacesWhole && networks.has(networkOf(ip))
  }
}

/** No range of ClusterIPs is larger in practice: its first 16 bits of IPv4, or all but the last 16 of IPv6. */
const networkOf = (ip: Ip): string => (typeof ip === 'bigint' ? `6 ${ip >> 16n}` : `4 ${ip >>> 16}`)

/** --service-node-port-range of kube-apiserver, unless it is set. */
const isUsualNodePort = (port: number): boolean => port >= 30_000 && port <= 32_767
