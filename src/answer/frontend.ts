/** The addresses at which a Service's port is reached: what a client sends to. */
import type { Cluster } from '../cluster/cluster.ts'
import type { Service, ServicePort } from '../cluster/objects.ts'
import type { Destination } from '../evaluate/evaluate.ts'
import { familyOf, formatIp, parseIp } from '../ruleset/address.ts'
import type { Ip, IpFamily } from '../ruleset/address.ts'
import type { Scene } from './scene.ts'

export type FrontendKind = 'ClusterIP' | 'ExternalIP' | 'LoadBalancer' | 'NodePort'

export interface Frontend {
  readonly kind: FrontendKind
  /** Canonical text; null for a NodePort, which every node has at addresses of its own. */
  readonly ip: string | null
  readonly port: number
  readonly family: IpFamily
}

/** In the order in which `kubectl describe service` names them. */
export function frontendsOf(service: Service, { nodePort, port }: ServicePort): Frontend[] {
  const at = (kind: FrontendKind, ips: readonly string[]): Frontend[] =>
    ips.flatMap((text) => {
      const ip = parseIp(text)
      return ip === undefined ? [] : [{ kind, ip: formatIp(ip), port, family: familyOf(ip) }]
    })
  const clusterIPs = at('ClusterIP', service.clusterIPs)
  const families = [...new Set(clusterIPs.map(({ family }) => family))]
  const nodePorts = families.flatMap((family): Frontend[] =>
    nodePort === undefined ? [] : [{ kind: 'NodePort', ip: null, port: nodePort, family }],
  )
  const external = [...at('ExternalIP', service.externalIPs), ...at('LoadBalancer', service.loadBalancerIPs)]
  return [...clusterIPs, ...external, ...nodePorts]
}

/** The frontend that a packet is for; `isNode` tells that its address is one of a node, which has NodePorts. */
export const frontendAt = (
  { ip, port, protocol }: Destination,
  service: Service,
  isNode: boolean,
): Frontend | undefined =>
  service.ports
    .filter((one) => one.protocol === protocol)
    .flatMap((one) => frontendsOf(service, one))
    .find(
      (one) => one.port === port && (one.ip === null ? isNode && one.family === familyOf(ip) : parseIp(one.ip) === ip),
    )

/** What a client of that node sends to; nothing where the node has no address of the family. */
export function destinationAt(
  { family, ip, port }: Frontend,
  { protocol }: ServicePort,
  node: string,
  scene: Scene,
): Destination | undefined {
  const address = ip === null ? primaryAddress(node, family, scene) : parseIp(ip)
  return address === undefined ? undefined : { ip: address, port, protocol }
}

/** The first address that the API tells, or the one from which the node reaches the rest of the world. */
function primaryAddress(node: string, family: IpFamily, { cluster, network }: Scene): Ip | undefined {
  const told = toldAddresses(node, cluster).find((ip) => familyOf(ip) === family)
  if (told !== undefined) return told
  const routes = network.nodes.get(node)?.routes
  const anywhere = family === 'IPv4' ? 0 : 0n
  const route = routes?.find(anywhere)
  return route && routes?.sourceFor(route, anywhere)
}

const toldAddresses = (node: string, { nodes }: Cluster): Ip[] =>
  (nodes.find(({ name }) => name === node)?.addresses ?? []).flatMap((text) => parseIp(text) ?? [])
