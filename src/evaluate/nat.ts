/** Translation of the connection's addresses, as nf_nat does it. */
import { type Ip, formatIp, formatIpPort } from '../ruleset/address.ts'
import type { Flow } from './flow.ts'
import type { NodeState } from './node.ts'
import type { Branch, Effect, Result } from './program.ts'
import { unknownAddress } from './source-address.ts'

export const translatedEffect: Effect = { kind: 'translated' }

export function changeDestination(flow: Flow, ip: Ip, port: number): void {
  // nf_nat_setup_info() notes a change, not a rule
  if (ip !== flow.destination || port !== flow.port) flow.connection.dnat = true
  flow.translated = true
  flow.translations = [...flow.translations, { node: flow.node, sourceBefore: flow.source, sourceAfter: flow.source }]
  flow.destination = ip
  flow.port = port
}

export function changeSource(flow: Flow, ip: Ip): void {
  if (ip !== flow.source) flow.connection.snat = true
  flow.translations = [...flow.translations, { node: flow.node, sourceBefore: flow.source, sourceAfter: ip }]
  flow.source = ip
}

/** DNAT to each of the addresses with equal shares (one in the usual case). */
export function dnat(targets: readonly { ip: Ip; port: number | undefined }[]): readonly Branch[] {
  return targets.map(({ ip, port }): Branch => ({
    share: 1 / targets.length,
    apply: (flow) => changeDestination(flow, ip, port ?? flow.port),
    effect: translatedEffect,
  }))
}

/** The source becomes an address of the outgoing device (nf_nat_masquerade_ipv4(), nf_nat_masquerade.c). */
export function masquerade(flow: Flow, node: NodeState): Result {
  const route = node.routes.find(flow.destination)
  const device = flow.outInterface ?? route?.device
  const address = device === undefined ? undefined : node.routes.addressOf(device, flow.destination, route?.gateway)
  flow.masqueraded = true
  changeSource(flow, address ?? unknownAddress(flow.source))
  return translatedEffect
}

export const describeDestination = ({ destination, port }: Pick<Flow, 'destination' | 'port'>): string =>
  `DNAT to ${formatIpPort(destination, port)}`

export function describeSource({ masqueraded, source }: Pick<Flow, 'masqueraded' | 'source'>): string {
  if (source === unknownAddress(source)) return 'masquerade as an address of the node'
  return `${masqueraded ? 'masquerade as' : 'SNAT to'} ${formatIp(source)}`
}

/**
 * To the node itself: loopback for its own packets, else the first address of the device that the packet came in by; without one the
 * packet is dropped (nf_nat_redirect_ipv4(), net/netfilter/nf_nat_redirect.c).
 */
export function redirect(flow: Flow, node: NodeState, port: number | undefined): Result {
  const ip = flow.local ? loopbackLike(flow.source) : firstAddress(flow, node)
  if (ip === undefined) return { kind: 'unknown', why: 'the address of the incoming device is not recorded' }
  if (ip === 'none') return { kind: 'drop' }
  changeDestination(flow, ip, port ?? flow.port)
  return translatedEffect
}

const loopbackLike = (ip: Ip): Ip => (typeof ip === 'number' ? 0x7f000001 : 1n)

function firstAddress({ inInterface, source }: Flow, { ruleset }: NodeState): Ip | 'none' | undefined {
  const device = ruleset.interfaces.find(({ name }) => name === inInterface)
  if (!ruleset.interfacesWhole) return undefined
  return device && (device.addresses.find(({ ip }) => typeof ip === typeof source)?.ip ?? 'none')
}
