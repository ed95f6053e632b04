/** Who sends a packet, as users name it: a pod, a node, an address, or a client beyond the cluster. */
import type { Cluster } from '../cluster/cluster.ts'
import { qualified } from '../cluster/objects.ts'
import type { Pod, Service } from '../cluster/objects.ts'
import { KpxError } from '../error.ts'
import type { Source } from '../evaluate/evaluate.ts'
import { contains, formatIp, parseIp, parsePrefix } from '../ruleset/address.ts'
import type { Ip } from '../ruleset/address.ts'
import { findNode, findPod } from './lookup.ts'
import { nodeNames } from './scene.ts'
import type { Scene } from './scene.ts'

export interface Sender {
  /** `pod shop/client-1`, `node node1`, `outside node1`, `outside node1/203.0.113.9`. */
  readonly label: string
  readonly source: Source
}

/**
 * `pod/NAMESPACE/NAME`, `node/NAME`, `outside/NODE`, `outside/NODE/IP`, or short: the name of a pod or node, an address, `outside` (by
 * every one of `nodes`). Throws KPX1001 for what is none of these, KPX1005 for a name that leads nowhere.
 */
export function parseSource(text: string, namespace: string, scene: Scene, nodes: readonly string[]): Sender[] {
  const [kind = '', ...rest] = text.split('/')
  const [first = '', second = ''] = rest
  if (kind === 'pod' && rest.length === 2) return [podSender(findPod(first, second, scene))]
  if (kind === 'pod' && rest.length === 1) return [podSender(findPod(namespace, first, scene))]
  if (kind === 'node' && rest.length === 1) return [nodeSender(findNode(first, scene))]
  if (kind === 'outside' && rest.length === 0) return nodes.map((node) => outsideSender(node, scene))
  if (kind === 'outside' && rest.length === 1) return [outsideSender(findNode(first, scene), scene)]
  if (kind === 'outside' && rest.length === 2) return [outsideSender(findNode(first, scene), scene, address(second))]
  if (rest.length > 1 || text === '') throw notASource(text)
  const ip = parseIp(text)
  if (ip !== undefined) return addressSenders(ip, scene, nodes)
  if (rest.length === 1) return [podSender(findPod(kind, first, scene))]
  if (nodeNames(scene).includes(text)) return [nodeSender(text)]
  return [podSender(findPod(namespace, text, scene, 'pod or node'))]
}

const notASource = (text: string): KpxError =>
  new KpxError('KPX1001', `"${text}" is not a source`, {
    fix: 'write pod/NAMESPACE/NAME, node/NAME, outside/NODE, outside/NODE/IP or an IP address',
  })

function address(text: string): Ip {
  const ip = parseIp(text)
  if (ip === undefined)
    throw new KpxError('KPX1001', `"${text}" is not an IP address`, { fix: 'write outside/NODE/IP' })
  return ip
}

/** Whoever has the address; a client beyond the cluster arrives at each of the nodes. */
function addressSenders(ip: Ip, scene: Scene, nodes: readonly string[]): Sender[] {
  const host = scene.network.hostOf(ip)
  const pod = host?.pod === undefined ? undefined : scene.cluster.pods.find((one) => qualified(one) === host.pod)
  if (pod) return [podSender(pod)]
  if (host?.node !== undefined && host.pod === undefined) return [nodeSender(host.node)]
  return nodes.map((node) => outsideSender(node, scene, ip))
}

/** A pod in its node's network sends as the node. Throws KPX1005 for a pod that is on no node. */
export function podSender(pod: Pod): Sender {
  const label = `pod ${qualified(pod)}`
  const { hostNetwork, node } = pod
  if (node === undefined) throw new KpxError('KPX1005', `${label} is on no node yet`, { fix: 'choose a running pod' })
  if (hostNetwork) return { label, source: { kind: 'node', node } }
  return { label, source: { kind: 'pod', node, ips: pod.ips.flatMap((ip) => parseIp(ip) ?? []) } }
}

export const nodeSender = (node: string): Sender => ({ label: `node ${node}`, source: { kind: 'node', node } })

/** A client beyond the cluster, with its address or as a stand-in for anyone whom no Service's source ranges name. */
export function outsideSender(node: string, { cluster }: Scene, ip?: Ip): Sender {
  if (ip !== undefined) {
    return { label: `outside ${node}/${formatIp(ip)}`, source: { kind: 'outside', node, ips: [ip], standIn: false } }
  }
  let ips = standIns.get(cluster)
  if (!ips) standIns.set(cluster, (ips = standInsFor(cluster.services)))
  return { label: `outside ${node}`, source: { kind: 'outside', node, ips, standIn: true } }
}

const standIns = new WeakMap<Cluster, readonly Ip[]>()

const standInsFor = (services: readonly Service[]): Ip[] => [
  standIn(['198.18.0.1', '198.19.255.1'], services),
  standIn(['2001:2::1', '2001:2:0:ffff::1'], services),
]

/** Of addresses in the benchmark networks, which nobody has (RFC 2544, RFC 5180), the first that no source range allows. */
function standIn(texts: readonly string[], services: readonly Service[]): Ip {
  const ranges = services.flatMap(({ loadBalancerSourceRanges }) =>
    loadBalancerSourceRanges.flatMap((range) => parsePrefix(range) ?? []),
  )
  const addresses = texts.map((text) => parseIp(text) as Ip)
  return addresses.find((ip) => !ranges.some((range) => contains(range, ip))) ?? (addresses[0] as Ip)
}
