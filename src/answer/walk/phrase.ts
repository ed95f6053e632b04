/** What a rule asks of a packet, in words that iptables rules and nft rules share. */
import type { Destination } from '../../evaluate/evaluate.ts'
import type { Scene } from '../scene.ts'
import { describeIp, describePrefix, isAddress } from './names.ts'

export interface Asked {
  /** `its connection is new`: what holds for the packet, since the rule acted. */
  readonly holds: readonly string[]
  /** The share of connections that the rule takes at random; undefined where nothing is left to chance. */
  readonly chance: number | undefined
  /** The rule remembers the client for session affinity. */
  readonly remembers: boolean
}

/** Where the rule stands, where the packet that comes to it is going, and whose addresses are whose. */
export interface Place {
  readonly node: string
  readonly table: string
  readonly chain: string
  readonly destination: Destination
  readonly scene: Scene
}

export type Side = 'destination' | 'source'

/** `its source is not in 10.244.0.0/16, the network of the pods`. */
export function addressPhrase(side: Side, text: string, inverted: boolean, { scene }: Place): string {
  const relation = isAddress(text) ? '' : 'in '
  return `its ${side} is ${inverted ? 'not ' : ''}${relation}${describePrefix(text, scene)}`
}

/** `its destination is shop/web's ClusterIP 10.96.1.2, TCP port 80`, as far as the rule names these. */
export function destinationPhrase(
  address: string | undefined,
  protocol: string | undefined,
  port: string | undefined,
  place: Place,
): string[] {
  const service = port === undefined ? undefined : `${protocol === undefined ? '' : `${protocol} `}port ${port}`
  if (address !== undefined) {
    const whole = [addressPhrase('destination', address, false, place), ...(service === undefined ? [] : [service])]
    return [whole.join(', '), ...(service === undefined ? protocolPhrase(protocol) : [])]
  }
  return service === undefined ? protocolPhrase(protocol) : [`its destination is ${service}`]
}

const protocolPhrase = (protocol: string | undefined): string[] => (protocol === undefined ? [] : [`it is ${protocol}`])

/** A part of a packet that rules look up in sets. */
export type Field = 'destination address' | 'destination port' | 'protocol' | 'source address' | 'source port'

/** `its destination shop/web's ClusterIP 10.96.1.2, TCP port 80, is in set X, which holds ...`; `where` is how and in what. */
export function lookupPhrase(
  fields: readonly Field[],
  where: string,
  purpose: string | undefined,
  inverted: boolean,
  place: Place,
): string {
  const whole = destinationFields(fields, place)
  const verb = whole === undefined && fields.length > 1 ? 'are' : 'is'
  const which = purpose === undefined ? '' : `, which ${purpose}`
  return `its ${whole ?? listed(fields)} ${verb} ${inverted ? 'not ' : ''}${where}${which}`
}

function destinationFields(fields: readonly Field[], { destination, scene }: Place): string | undefined {
  const { ip, port, protocol } = destination
  const has = (field: Field): boolean => fields.includes(field)
  if (!has('destination address') || has('source address') || has('source port')) return undefined
  const service = `, ${has('protocol') ? `${protocol} ` : ''}port ${port},`
  return `destination ${describeIp(ip, scene)}${has('destination port') ? service : ''}`
}

/** `it is not marked for masquerade (bit 0x4000)`. */
export function markPhrase(bits: number, set: boolean, place: Place): string {
  const bit = `bit 0x${bits.toString(16)}`
  if (isMasqueradeMark(place)) return `it is ${set ? '' : 'not '}marked for masquerade (${bit})`
  return `${bit} of its mark is ${set ? '' : 'not '}set`
}

/** kube-proxy uses one mark, in all of its nft table and in these chains; the name adds the word only. */
export const isMasqueradeMark = ({ chain, table }: Pick<Place, 'chain' | 'table'>): boolean =>
  table === 'kube-proxy' || ['KUBE-FORWARD', 'KUBE-MARK-MASQ', 'KUBE-POSTROUTING'].includes(chain)

/** `its destination is an address of node3, on kube-ipvs0`. */
export function localPhrase(side: Side, inverted: boolean, { destination, node, scene }: Place): string {
  const devices = scene.network.nodes.get(node)?.ruleset.interfaces ?? []
  const device = devices.find(({ addresses }) => addresses.some(({ ip }) => ip === destination.ip))
  const on = side === 'destination' && device ? `, on ${device.name}` : ''
  return inverted ? `its ${side} is no address of ${node}` : `its ${side} is an address of ${node}${on}`
}

/** `new`, `related or established`, `translated in its destination`. */
export const connectionPhrase = (states: readonly string[], inverted: boolean): string =>
  `its connection is ${inverted ? 'not ' : ''}${states.map((state) => stateWords.get(state.toLowerCase()) ?? state.toLowerCase()).join(' or ')}`

const stateWords: ReadonlyMap<string, string> = new Map([
  ['dnat', 'translated in its destination'],
  ['snat', 'translated in its source'],
])

/** Words for what a rule asks that kpx has no sentence for: the rule's own. */
export const quotedPhrase = (text: string): string => `\`${text}\` holds`

/** `1 in 3`, or a percentage where the share is no such part; `all`. */
export function ratio(share: number): string {
  if (share === 1) return 'all'
  const parts = Math.round(1 / share)
  return Math.abs(1 / parts - share) < 1e-6 ? `1 in ${parts}` : `${Number((share * 100).toFixed(1))}%`
}

/** `a, b and c`. */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
