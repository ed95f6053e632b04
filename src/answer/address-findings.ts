/** Where the API and the rules of a node disagree about an address. */
import { qualified } from '../cluster/objects.ts'
import type { Endpoint, Service } from '../cluster/objects.ts'
import { usesIpvs } from '../evaluate/ipvs.ts'
import type { NodeState } from '../evaluate/node.ts'
import { formatIp, formatIpPort, parseIp } from '../ruleset/address.ts'
import type { Ip } from '../ruleset/address.ts'
import { ipvsDevice } from '../ruleset/ipvs.ts'
import type { Role } from './address-roles.ts'
import type { AddressNode, AddressPackets, AddressRule } from './explain-address.ts'
import { explainPorts } from './explain-service.ts'
import { finding } from './finding.ts'
import type { Finding } from './finding.ts'
import { frontendAt } from './frontend.ts'
import type { Frontend } from '../cluster/frontend.ts'
import type { Subject } from './mention/mention.ts'
import type { Outcome } from './outcome.ts'
import type { Scene } from './scene.ts'
import { packetsOf, staleEndpoint } from './service-findings.ts'

export interface AddressFacts {
  readonly asked: Subject
  readonly roles: readonly Role[]
  readonly nodes: readonly AddressNode[]
  readonly packets: readonly AddressPackets[]
}

export const addressFindings = (facts: AddressFacts, scene: Scene): Finding[] =>
  facts.nodes.flatMap((node) => [
    ...(node.whole ? facts.packets.flatMap((packets) => notProgrammed(node, packets, facts, scene)) : []),
    ...leftoverEndpoints(node, facts.asked, scene),
    ...(scene.cluster.isRecorded('services') ? leftoverFrontends(node, facts, scene) : []),
  ])

/** A Service's frontend for which the node has no rule that says where its packets go. */
function notProgrammed(
  { node, rules }: AddressNode,
  { nodes, port, protocol }: AddressPackets,
  { asked }: AddressFacts,
  { cluster, network }: Scene,
): Finding[] {
  const isOwn = cluster.nodes.some(
    ({ addresses, name }) => name === node && addresses.some((text) => parseIp(text) === asked.ip),
  )
  const isDispatched = rules.some(
    (rule) => rule.dispatches && rule.port === port && (rule.protocol ?? protocol) === protocol,
  )
  const outcomes = Object.values(nodes.find((one) => one.node === node)?.from ?? {}).flat()
  return cluster.services.flatMap((service) => {
    const frontend = frontendAt({ ip: asked.ip, port, protocol }, service, isOwn)
    if (!frontend || service.leftToOthers || !isUnserved(outcomes, isDispatched, frontend)) return []
    if (frontend.ip === null && leavesOut(asked.ip, network.nodes.get(node))) return []
    const name = qualified(service)
    const address = `${formatIpPort(asked.ip, port)}/${protocol}`
    return [
      finding('KPX3005', {
        object: `Service ${name}`,
        node,
        evidence: outcomes[0]?.evidence ?? [],
        message: `not programmed: ${address} is a ${frontend.kind} of ${name}, and ${outcomes[0]?.why ?? ''}`,
      }),
    ]
  })
}

/** IPVS has a virtual server for every NodePort at each of the addresses that nodePortAddresses allows. */
const leavesOut = (ip: Ip, node: NodeState | undefined): boolean =>
  node !== undefined &&
  usesIpvs(node) &&
  node.ruleset.virtualServers?.servers.some((server) => server.ip === ip) !== true

/** A NodePort may be dispatched and not be for this address of its node. */
function isUnserved(outcomes: readonly Outcome[], isDispatched: boolean, { ip }: Frontend): boolean {
  if (outcomes.length === 0 || outcomes.some(({ verdict }) => verdict === 'unknown' || verdict === 'deliver'))
    return false
  const isUntouched = outcomes.every(({ verdict }) => verdict === 'forward' || verdict === 'local')
  return !isDispatched || (ip !== null && isUntouched)
}

/** Rules that take the address for a Service's, which the API does not. */
function leftoverFrontends(node: AddressNode, facts: AddressFacts, scene: Scene): Finding[] {
  const left = node.rules.filter((rule) => rule.as === 'frontend' && !isKnownFrontend(rule, facts, scene))
  const isBound = node.devices.includes(ipvsDevice) && !facts.roles.some(({ role }) => role in vips)
  if (left.length === 0 && isBound)
    return [leftover(node.node, null, [], `${ipvsDevice} has ${formatIp(facts.asked.ip)}`)]
  return grouped(left).map(([service, rules]) =>
    leftover(
      node.node,
      service,
      rules,
      `by the rules ${addressesText(facts.asked, rules)} is a Service's, by the API of none`,
    ),
  )
}

const vips = { ClusterIP: true, ExternalIP: true, LoadBalancer: true }

/** By its Service's own name too, where the rule tells it. What names no port is known where the address is. */
function isKnownFrontend(
  { dispatches, port, protocol, service }: AddressRule,
  { asked, roles }: AddressFacts,
  { cluster }: Scene,
): boolean {
  if (port === null) return roles.some(({ role }) => role !== 'PodCIDR') || !cluster.isRecorded('nodes')
  const protocols = protocol === null ? (['TCP', 'UDP', 'SCTP'] as const) : [protocol]
  return cluster.services.some(
    (one) =>
      (!dispatches || service === null || service === qualified(one)) &&
      (one.healthCheckNodePort === port ||
        one.proxiedIPs.some((ip) => parseIp(ip) === asked.ip) ||
        protocols.some((known) => frontendAt({ ip: asked.ip, port, protocol: known }, one, true))),
  )
}

/** Rules that translate to the address, which no EndpointSlice of their Service has. */
export function leftoverEndpoints(node: AddressNode, asked: Subject, scene: Scene): Finding[] {
  if (!scene.cluster.isRecorded('endpointslices')) return []
  const left = node.rules.filter((rule) => rule.as === 'endpoint' && !isKnownEndpoint(rule, asked, scene))
  return grouped(left).map(([name, rules]) => {
    const service = scene.cluster.services.find((one) => qualified(one) === name)
    const stale = service && stalePacket(service, node.node, asked, scene)
    if (stale) return stale
    const why = name !== null && !service ? `the API has no Service ${name}` : 'no EndpointSlice of it has that address'
    return leftover(node.node, name, rules, `rules translate to ${addressesText(asked, rules)}, and ${why}`)
  })
}

function isKnownEndpoint({ port, protocol, service }: AddressRule, { ip }: Subject, { cluster }: Scene): boolean {
  const isSame = (one: Endpoint): boolean =>
    parseIp(one.ip) === ip &&
    (service === null || service === one.service) &&
    (port === null || one.ports.some((own) => own.port === port && (protocol ?? own.protocol) === own.protocol))
  return cluster.endpoints.some(isSame)
}

/** A packet to the Service that really goes there. */
function stalePacket(service: Service, node: string, { ip, port }: Subject, scene: Scene): Finding | undefined {
  const seen = explainPorts(service, [node], scene).flatMap(packetsOf)
  const stale = seen.find(
    ({ outcome: { endpoint } }) =>
      endpoint && parseIp(endpoint.ip) === ip && (port === undefined || port === endpoint.port),
  )
  return stale && staleEndpoint(stale, service)
}

/** By the Service that the rules name, in the order of the rules; rules that name none go with the first that does. */
function grouped(rules: readonly AddressRule[]): [string | null, AddressRule[]][] {
  const first = rules.find(({ service }) => service !== null)?.service ?? null
  const names = [...new Set(rules.map(({ service }) => service ?? first))]
  return names.map((name) => [name, rules.filter(({ service }) => (service ?? first) === name)])
}

/** `10.96.0.1:80, 10.96.0.1:443`; without port where no rule names one. */
function addressesText({ ip }: Subject, rules: readonly AddressRule[]): string {
  const ports = new Set(rules.flatMap(({ port }) => port ?? []))
  return ports.size === 0 ? formatIp(ip) : [...ports].map((port) => formatIpPort(ip, port)).join(', ')
}

const leftover = (node: string, service: string | null, rules: readonly AddressRule[], why: string): Finding =>
  finding('KPX3004', {
    object: service === null ? null : `Service ${service}`,
    node,
    evidence: rules.flatMap(({ evidence }) => evidence),
    message: `leftover${service === null ? '' : ` of ${service}`}: ${why}`,
  })
