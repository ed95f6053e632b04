/** Frontends as destinations of packets. */
import type { Cluster } from '../cluster/cluster.ts'
import { frontendsOf } from '../cluster/frontend.ts'
import type { Frontend } from '../cluster/frontend.ts'
import type { Service, ServicePort } from '../cluster/objects.ts'
import type { Destination } from '../evaluate/evaluate.ts'
import { familyOf, parseIp } from '../ruleset/address.ts'
import type { Ip, IpFamily } from '../ruleset/address.ts'
import type { Scene } from './scene.ts'

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
