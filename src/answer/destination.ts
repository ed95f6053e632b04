/** Where a packet goes, as users name it: an address and port, a Service, or a port of a node. */
import type { Service, ServicePort } from '../cluster/objects.ts'
import { KpxError } from '../error.ts'
import type { Destination } from '../evaluate/evaluate.ts'
import { formatIpPort, parseBracketedIp, parseIp, parseIpPort, parsePort } from '../ruleset/address.ts'
import type { Ip } from '../ruleset/address.ts'
import type { Protocol } from '../ruleset/ruleset.ts'
import { findNode, findPod, findService } from './lookup.ts'
import { nodeNames } from './scene.ts'
import type { Scene } from './scene.ts'

/** `TCP 10.96.1.2:80`. */
export const describeDestination = ({ ip, port, protocol }: Destination): string =>
  `${protocol} ${formatIpPort(ip, port)}`

/**
 * `[PROTOCOL/]IP:PORT`, `IP:PORT/PROTOCOL`, `service/NAMESPACE/NAME[:PORT]`, `node/NAME:PORT`, `pod/NAMESPACE/NAME:PORT`, or short:
 * `[NAMESPACE/]NAME[:PORT]` of a Service, `NAME:PORT` of a node. A name may stand for several addresses. Throws KPX1001 for what is
 * none of these, KPX1005 for a name that leads nowhere.
 */
export function parseDestination(text: string, namespace: string, scene: Scene): Destination[] {
  const { name, protocol } = withProtocol(text)
  const direct = parseIpPort(name)
  if (direct) return [{ protocol: protocol ?? 'TCP', ...direct }]
  if (name === '' || isAddress(name)) throw notADestination(text)
  const { path, port } = splitPort(name)
  const [kind = '', first = '', second, ...rest] = path.split('/')
  if (rest.length > 0 || path.split('/').some(isAddress)) throw notADestination(text)
  if (kind === 'node') return nodePort(findNode(first, scene), port, protocol, scene, text)
  if (kind === 'pod') return podPort(second === undefined ? namespace : first, second ?? first, port, protocol, scene)
  if (kind === 'service' || kind === 'svc') {
    const [inNamespace, ofName] = second === undefined ? [namespace, first] : [first, second]
    return ofService(findService(inNamespace, ofName, scene), port, protocol)
  }
  if (second !== undefined) throw notADestination(text)
  if (path.includes('/')) return ofService(findService(kind, first, scene), port, protocol)
  const known = scene.cluster.services.some((one) => one.namespace === namespace && one.name === path)
  if (!known && nodeNames(scene).includes(path)) return nodePort(path, port, protocol, scene, text)
  return ofService(findService(namespace, path, scene), port, protocol)
}

const notADestination = (text: string): KpxError =>
  new KpxError('KPX1001', `"${text}" is not a destination`, {
    fix: 'write IP:PORT (an IPv6 address in brackets), service/NAMESPACE/NAME[:PORT] or node/NAME:PORT',
  })

/** An address without its port. */
const isAddress = (text: string): boolean => parseBracketedIp(text) !== undefined

/** `udp/NAME`, `NAME/UDP` -> NAME and UDP. */
export function withProtocol(text: string): { name: string; protocol: Protocol | undefined } {
  const before = /^(tcp|udp|sctp)[/ ](.*)$/i.exec(text)
  const after = /^(.*)\/(tcp|udp|sctp)$/i.exec(text)
  const name = before?.[2] ?? after?.[1] ?? text
  const protocol = (before?.[1] ?? after?.[2])?.toUpperCase() as Protocol | undefined
  return { name, protocol }
}

function splitPort(name: string): { path: string; port: string | undefined } {
  const colon = name.lastIndexOf(':')
  return colon < 0 ? { path: name, port: undefined } : { path: name.slice(0, colon), port: name.slice(colon + 1) }
}

const parsedIps = (texts: readonly string[]): Ip[] => texts.flatMap((text) => parseIp(text) ?? [])

/** A port by number or name; every port where none is given. */
function ofService(service: Service, port: string | undefined, protocol: Protocol | undefined): Destination[] {
  const { clusterIPs, name, namespace } = service
  if (clusterIPs.length === 0) {
    throw new KpxError('KPX1001', `Service ${namespace}/${name} has no ClusterIP: kube-proxy does nothing for it`, {
      fix: 'trace a packet to the address of one of its pods',
    })
  }
  const ports = service.ports.filter(
    (one) =>
      (port === undefined || String(one.port) === port || one.name === port) &&
      (protocol === undefined || one.protocol === protocol),
  )
  if (ports.length === 0) {
    const there = service.ports.map(describePort).join(', ')
    const asked = [port, protocol].filter((word) => word !== undefined).join('/')
    throw new KpxError('KPX1005', `Service ${namespace}/${name} has no port ${asked}`, {
      fix: there === '' ? 'give it a port' : `choose one of ${there}`,
    })
  }
  return parsedIps(clusterIPs).flatMap((ip) => ports.map((one) => ({ ip, port: one.port, protocol: one.protocol })))
}

const describePort = ({ name, port, protocol }: ServicePort): string =>
  `${name === '' ? '' : `${name} `}${port}/${protocol}`

/** All addresses of the node that the API tells. A NodePort's protocol is known by its Service. */
function nodePort(
  node: string,
  portText: string | undefined,
  protocol: Protocol | undefined,
  { cluster }: Scene,
  text: string,
): Destination[] {
  const port = parsePort(portText ?? '')
  if (port === undefined && portText) {
    throw new KpxError('KPX1001', `"${text}" is not a destination: ${portText} is no port`, {
      fix: 'write a number from 1 to 65535',
    })
  }
  if (port === undefined) throw notADestination(text)
  const ips = parsedIps(cluster.node(node)?.addresses ?? [])
  if (ips.length === 0) {
    throw new KpxError('KPX1005', `the recording does not tell an address of ${node}`, { fix: 'write its IP:PORT' })
  }
  const known = cluster.services.flatMap(({ ports }) => ports.filter((one) => one.nodePort === port))
  const protocols = protocol ? [protocol] : [...new Set(known.map((one) => one.protocol))]
  return ips.flatMap((ip) =>
    (protocols.length > 0 ? protocols : ['TCP' as const]).map((one) => ({ protocol: one, ip, port })),
  )
}

function podPort(
  namespace: string,
  name: string,
  portText: string | undefined,
  protocol: Protocol | undefined,
  scene: Scene,
): Destination[] {
  const port = parsePort(portText ?? '')
  if (port === undefined) throw notADestination(`pod/${namespace}/${name}`)
  return parsedIps(findPod(namespace, name, scene).ips).map((ip) => ({ protocol: protocol ?? 'TCP', ip, port }))
}
