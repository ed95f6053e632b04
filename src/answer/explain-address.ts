/** `kpx explain address`: what an address is to kube-proxy, by the API and by every node's rules, and what happens to packets there. */
import { qualified } from '../cluster/objects.ts'
import type { Destination } from '../evaluate/evaluate.ts'
import { usesIpvs } from '../evaluate/ipvs.ts'
import type { NodeState } from '../evaluate/node.ts'
import { formatIp, isLoopback } from '../ruleset/address.ts'
import type { Ip } from '../ruleset/address.ts'
import type { Protocol } from '../ruleset/ruleset.ts'
import { addressFindings } from './address-findings.ts'
import { rolesOf, unrecordedObjects } from './address-roles.ts'
import type { Role } from './address-roles.ts'
import { documentOf, isBlind } from './document.ts'
import type { Document } from './document.ts'
import type { Finding } from './finding.ts'
import { frontendAt } from './frontend.ts'
import { outcomesTo, senderKinds } from './frontend-outcomes.ts'
import type { NodeOutcomes } from './frontend-outcomes.ts'
import { mentionsOf } from './mention/index.ts'
import type { Mention, Subject } from './mention/mention.ts'
import { modeOf } from './mode.ts'
import type { Evidence, Outcome } from './outcome.ts'
import { nodeNames } from './scene.ts'
import type { Scene } from './scene.ts'

/** A rule, set element, ipset entry or IPVS server that names the address. */
export interface AddressRule extends Omit<Mention, 'at' | 'text' | 'virtual'> {
  /** `shop/web`, by the rule's own comment or the name of its chain; of an IPVS server by the API. Null where nothing tells. */
  readonly service: string | null
  readonly evidence: readonly Evidence[]
}

export interface AddressNode {
  readonly node: string
  readonly mode: string | null
  /** Whether its rules for the address's family were seen; if not, that `rules` is empty says nothing. */
  readonly seen: boolean
  /** Whether all of them were: only then does an absent rule prove anything. */
  readonly whole: boolean
  /** Devices of the node that have the address; ipvs mode binds Services' addresses to kube-ipvs0. */
  readonly devices: readonly string[]
  readonly rules: readonly AddressRule[]
}

/** What happens to new connections to the address at a port. */
export interface AddressPackets {
  readonly port: number
  readonly protocol: Protocol
  /** Nobody asked for this port and nothing names it: it stands for any. */
  readonly example: boolean
  readonly nodes: readonly NodeOutcomes[]
}

export type AddressExplanation = Document<'AddressExplanation'> & {
  readonly address: string
  readonly port: number | null
  readonly protocol: Protocol | null
  /** By the API. */
  readonly roles: readonly Role[]
  /** Lists of objects that were not recorded, so that roles may be missing. */
  readonly unrecorded: readonly string[]
  readonly nodes: readonly AddressNode[]
  readonly packets: readonly AddressPackets[]
  /** All was seen, and neither the API nor a rule has anything to do with the address. */
  readonly nothing: boolean
  readonly findings: readonly Finding[]
}

export function explainAddress(asked: Subject, nodes: readonly string[], scene: Scene): AddressExplanation {
  const roles = rolesOf(asked, scene)
  const seen = nodes.map((node) => addressNode(node, asked, roles, scene))
  const packets = packetsTo(asked, roles, seen, scene)
  const unrecorded = unrecordedObjects(scene)
  const isNothing = seen.every((node) => node.whole && node.rules.length === 0 && !isOn(node, asked.ip, scene))
  return {
    ...documentOf('AddressExplanation', scene),
    address: formatIp(asked.ip),
    port: asked.port ?? null,
    protocol: asked.protocol ?? null,
    roles,
    unrecorded,
    nodes: seen,
    packets,
    nothing: isNothing && unrecorded.length === 0 && roles.every(isNobodys) && nodeNames(scene).length === seen.length,
    findings: addressFindings({ asked, roles, nodes: seen, packets }, scene),
  }
}

/** What is on a node of the address, which has these roles by the API. */
export function addressNode(node: string, asked: Subject, roles: readonly Role[], scene: Scene): AddressNode {
  const state = scene.network.nodes.get(node)
  const seen = state?.ruleset.seen.has(typeof asked.ip === 'number' ? 'ip' : 'ip6') ?? false
  const devices = state?.ruleset.interfaces.filter(({ addresses }) => addresses.some(({ ip }) => ip === asked.ip)) ?? []
  const mentions = state ? mentionsOf(asked, hasNodePorts(node, roles), state.ruleset) : []
  return {
    node,
    mode: modeOf(node, scene),
    seen,
    whole: seen && state !== undefined && isWhole(state),
    devices: devices.map(({ name }) => name),
    rules: mentions.map(({ at, text, virtual, ...mention }) => ({
      ...mention,
      service: mention.service ?? (virtual ? nameOfServiceAt(virtual, scene) : null),
      evidence: [{ node, ...at, text }],
    })),
  }
}

function nameOfServiceAt(virtual: Destination, { cluster }: Scene): string | null {
  const service = cluster.services.find((one) => frontendAt(virtual, one, true))
  return service ? qualified(service) : null
}

/** Whether NodePorts of this node are answered at the address: loopback is every node's. */
const hasNodePorts = (node: string, roles: readonly Role[]): boolean =>
  roles.some(({ node: of, role }) => role === 'Loopback' || (role === 'NodeAddress' && of === node))

/** What is not known of a node's routes hides no rule. */
function isWhole(node: NodeState): boolean {
  const { blind, ipsets, virtualServers } = node.ruleset
  const isRead = blind.every(({ file }) => isOfNetwork(file))
  return isRead && (!usesIpvs(node) || (virtualServers !== undefined && !virtualServers.cut && ipsets !== undefined))
}

const isOfNetwork = (file: string): boolean => /route|^proc-net-(?!ip_vs)/.test(file)

const isOn = ({ devices, node }: AddressNode, ip: Ip, { network }: Scene): boolean =>
  devices.length > 0 || network.nodes.get(node)?.routes.isUnplaced(ip) === true

function packetsTo(
  asked: Subject,
  roles: readonly Role[],
  nodes: readonly AddressNode[],
  scene: Scene,
): AddressPackets[] {
  const isNodes = roles.some(({ role }) => role === 'NodeAddress' || role === 'Loopback')
  // loopback is the sender's own: of nobody's but a process of the node do the node's rules see packets there
  const kinds = isLoopback(asked.ip) ? (['node'] as const) : senderKinds
  return portsToAsk(asked, roles, nodes).map(({ example, port, protocol }) => {
    const destination = { ip: asked.ip, port, protocol }
    const service = scene.cluster.services.find((one) => frontendAt(destination, one, isNodes))
    return {
      port,
      protocol,
      example,
      nodes: nodes.map(({ node }) => outcomesTo(destination, node, service, kinds, scene)),
    }
  })
}

type AskedPort = Pick<AddressPackets, 'example' | 'port' | 'protocol'>

/** The ports of the frontends by the API or by the rules, and the one that is asked for; without any, one that stands for all. */
function portsToAsk(asked: Subject, roles: readonly Role[], nodes: readonly AddressNode[]): AskedPort[] {
  // a node's address has every NodePort of the cluster: those are listed, and asked for one by one
  const isNodes = roles.some(({ role }) => role === 'NodeAddress' || role === 'Loopback')
  const rules = nodes.flatMap((node) => node.rules)
  const ports: { port: number; protocol: Protocol }[] = [
    ...roles.filter(({ role }) => asked.port !== undefined || serviceRoles.has(role)).flatMap((role) => role.ports),
    ...(isNodes && asked.port === undefined ? [] : rules.flatMap(frontendPort)),
  ]
  const known = new Map(ports.map(({ port, protocol }) => [`${protocol} ${port}`, { port, protocol, example: false }]))
  if (known.size > 0) return [...known.values()].sort((a, b) => a.port - b.port || (a.protocol < b.protocol ? -1 : 1))
  const protocol = asked.protocol ?? 'TCP'
  if (asked.port !== undefined) return [{ port: asked.port, protocol, example: false }]
  return rules.length === 0 && roles.every(isNobodys) ? [{ port: 80, protocol, example: true }] : []
}

const isNobodys = ({ role }: Role): boolean => role === 'PodCIDR'

const serviceRoles: ReadonlySet<Role['role']> = new Set(['ClusterIP', 'ExternalIP', 'LoadBalancer'])

const frontendPort = ({ as, port, protocol }: AddressRule): { port: number; protocol: Protocol }[] =>
  as === 'frontend' && port !== null && protocol !== null ? [{ port, protocol }] : []

const addressOutcomes = ({ packets }: Pick<AddressExplanation, 'packets'>): Outcome[] =>
  packets.flatMap(({ nodes }) => nodes.flatMap(({ from }) => Object.values(from).flat()))

/** Neither the API nor a node's rules could be asked. */
export const isUnanswered = ({ nodes, packets, roles }: AddressExplanation): boolean =>
  isBlind(addressOutcomes({ packets })) || (roles.length === 0 && !nodes.some(({ seen }) => seen))
