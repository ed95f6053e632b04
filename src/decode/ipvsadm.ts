/** `ipvsadm -Sn` (commands that make the table again) and `ipvsadm -Ln` (the table). Facts: ipvsadm 1.26 to 1.31, ipvsadm.c. */
import { parseIpPort } from '../ruleset/address.ts'
import type { RealServer } from '../ruleset/ipvs.ts'
import type { Protocol } from '../ruleset/ruleset.ts'
import { type IpvsOptions, numberOf, readIpvsOptions, virtualServerOf } from './ipvsadm-options.ts'
import type { SourceFile } from './source.ts'
import { type DecodedIpvs, type IpvsLine, type VirtualServerKey, decodeVirtualServers } from './virtual-servers.ts'
import { splitWords } from './words.ts'

export const decodeIpvsadmSave = (source: SourceFile): DecodedIpvs => decodeVirtualServers(source, readSaved)

export const decodeIpvsadmList = (source: SourceFile): DecodedIpvs => decodeVirtualServers(source, readListed)

export const firewallMark = {
  unknown: 'firewall-mark virtual server: only those with an address are modelled',
} as const

const notNumeric = { unknown: 'not a numeric address and port: record it with -n (ipvsadm -Ln, ipvsadm -Sn)' } as const

function readSaved(text: string): IpvsLine {
  const [command = '', ...rest] = splitWords(text).list
  if (command.startsWith('#')) return { ignored: 'comment' }
  const virtual = command === '-A' || command === '--add-service'
  if (!virtual && command !== '-a' && command !== '--add-server') return { unknown: 'neither -A nor -a' }
  const options = readIpvsOptions(rest)
  if (typeof options === 'string') return { unknown: options }
  if (options.has('-f')) return firewallMark
  const service = savedService(options)
  if (!service) return notNumeric
  return virtual ? virtualLine(service, options) : savedReal(service, options)
}

function virtualLine(service: VirtualServerKey, options: IpvsOptions): IpvsLine {
  const virtual = virtualServerOf(service, options)
  return typeof virtual === 'string' ? { unknown: virtual } : { virtual }
}

const serviceOptions: readonly (readonly [string, Protocol])[] = [
  ['-t', 'TCP'],
  ['-u', 'UDP'],
  ['--sctp-service', 'SCTP'],
]

function savedService(options: IpvsOptions): VirtualServerKey | undefined {
  for (const [option, protocol] of serviceOptions) {
    const address = parseIpPort(options.get(option) ?? '')
    if (address) return { protocol, ...address }
  }
  return undefined
}

/** -g is the default; -S prints it for real servers on the node itself too, and only -L tells those apart. */
function savedForward(options: IpvsOptions): RealServer['forward'] {
  if (options.has('-m')) return 'Masq'
  return options.has('-i') ? 'Tunnel' : 'Route'
}

function savedReal(of: VirtualServerKey, options: IpvsOptions): IpvsLine {
  const address = parseIpPort(options.get('-r') ?? '')
  if (!address) return notNumeric
  const weight = numberOf(options.get('-w')) ?? 1
  if (Number.isNaN(weight)) return { unknown: `weight ${options.get('-w')} is not a number` }
  return { of, real: { ...address, forward: savedForward(options), weight } }
}

/** The heading lines of -Ln and of /proc/net/ip_vs. */
const headings = ['IP Virtual Server version', 'Prot LocalAddress:Port', '-> RemoteAddress:Port']
export const isHeading = (text: string): boolean => headings.some((heading) => text.startsWith(heading))

const protocols: ReadonlySet<string> = new Set<Protocol>(['SCTP', 'TCP', 'UDP'])
export const isProtocol = (word: string | undefined): word is Protocol => protocols.has(word ?? '')

function readListed(text: string): IpvsLine {
  if (isHeading(text)) return { ignored: 'heading' }
  const [protocol = '', place = '', ...rest] = splitWords(text).list
  if (protocol === 'FWM') return firewallMark
  if (protocol !== '->' && !isProtocol(protocol)) return { unknown: 'neither a virtual nor a real server' }
  const address = parseIpPort(place)
  if (!address) return notNumeric
  return protocol === '->' ? realLine(address, rest) : listedVirtual({ protocol, ...address }, rest)
}

/** `rr (mh-port) persistent 600 mask 255.255.255.0 pe sip ops`. */
function listedVirtual(service: VirtualServerKey, [scheduler, ...words]: readonly string[]): IpvsLine {
  if (scheduler === undefined || !Number.isNaN(numberOf(scheduler))) return otherColumns
  const flags = words[0]?.startsWith('(') ? words.shift()?.slice(1, -1) : undefined
  const options = readIpvsOptions(words)
  if (typeof options === 'string') return { unknown: options }
  options.set('-s', scheduler)
  if (flags !== undefined) options.set('-b', flags)
  return virtualLine(service, options)
}

const otherColumns = {
  unknown: 'not the columns of ipvsadm -Ln (was it recorded with --stats, --rate or --thresholds?)',
} as const

const forwards: ReadonlySet<string> = new Set<RealServer['forward']>(['Local', 'Masq', 'Route', 'Tunnel'])
const isForward = (word: string | undefined): word is RealServer['forward'] => forwards.has(word ?? '')

/** `Masq 1 0 0`: forwarding method, weight and numbers of connections; --tun-info has one column more before the weight. */
export function realLine(address: Pick<RealServer, 'ip' | 'port'>, [forward, ...columns]: readonly string[]): IpvsLine {
  const weight = columns.map(numberOf).find((number) => !Number.isNaN(number))
  if (!isForward(forward) || weight === undefined || columns.length < 3) return otherColumns
  return { real: { ...address, forward, weight } }
}
