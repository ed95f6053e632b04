/** /proc/net/ip_vs: the same table as ipvsadm's, in hexadecimal. Facts: Linux 6.1, ip_vs_ctl.c ip_vs_info_seq_show(). */
import { type Ip, parseIp, width } from '../ruleset/address.ts'
import type { VirtualServer } from '../ruleset/ipvs.ts'
import { maskLength, parseHex, swapBytes } from './hex.ts'
import { firewallMark, isHeading, isProtocol, realLine } from './ipvsadm.ts'
import type { SourceFile } from './source.ts'
import { type DecodedIpvs, type IpvsLine, type VirtualServerKey, decodeVirtualServers } from './virtual-servers.ts'
import { isDecimal, splitWords } from './words.ts'

/** Persistence is in seconds; the file has jiffies, whose rate jiffiesPerSecond() guesses. */
export function decodeProcNetIpVs(source: SourceFile): DecodedIpvs {
  const decoded = decodeVirtualServers(source, readLine)
  const rate = jiffiesPerSecond(decoded.virtualServers.flatMap(({ persistent = [] }) => persistent))
  return { ...decoded, virtualServers: decoded.virtualServers.map((server) => inSeconds(server, rate)) }
}

function readLine(text: string): IpvsLine {
  if (isHeading(text)) return { ignored: 'heading' }
  const [protocol = '', place = '', ...rest] = splitWords(text).list
  if (protocol === 'FWM') return firewallMark
  if (protocol !== '->' && !isProtocol(protocol)) return { unknown: 'neither a virtual nor a real server' }
  const address = parseHexIpPort(place)
  if (!address) return { unknown: `${place} is not an address and port in hexadecimal` }
  return protocol === '->' ? realLine(address, rest) : virtualLine({ protocol, ...address }, rest)
}

/** `rr  persistent 150000 FFFFFFFF` or `rr ops `; `persistent` keeps jiffies here. */
function virtualLine(service: VirtualServerKey, [scheduler, ...words]: readonly string[]): IpvsLine {
  if (scheduler === undefined) return { unknown: 'a virtual server without a scheduler' }
  const onePacket = words[0] === 'ops'
  if (onePacket) words.shift()
  const virtual = { ...service, scheduler, flags: [], onePacket }
  if (words.length === 0) return { virtual }
  const [word, jiffies = '', netmask = ''] = words
  const mask = parseHex(netmask, 8)
  if (word !== 'persistent' || !isDecimal(jiffies) || mask === undefined) return { unknown: 'not "persistent N MASK"' }
  const length = prefixLength(service.ip, mask)
  if (length === undefined) return { unknown: `mask ${netmask} is not contiguous` }
  return { virtual: { ...virtual, persistent: Number(jiffies), ...(length < width(service.ip) && { mask: length }) } }
}

/** `0A601401:2328` (the order of the text, unlike /proc/net/tcp) or `[fd00:0096:...:0003]:0050`. */
function parseHexIpPort(text: string): { ip: Ip; port: number } | undefined {
  const colon = text.lastIndexOf(':')
  const host = text.slice(0, Math.max(colon, 0))
  const ip = host.startsWith('[') && host.endsWith(']') ? parseIp(host.slice(1, -1)) : parseHex(host, 8)
  const port = parseHex(text.slice(colon + 1), 4)
  return ip === undefined || port === undefined ? undefined : { ip, port }
}

/** IPv6 keeps the prefix length itself in the field, which the kernel prints through ntohl(): swapped on little-endian. */
function prefixLength(ip: Ip, mask: number): number | undefined {
  if (typeof ip === 'number') return maskLength(mask)
  const length = mask <= width(ip) ? mask : swapBytes(mask)
  return length <= width(ip) ? length : undefined
}

/** CONFIG_HZ of the kernels that nodes run, the most usual first. */
const rates = [250, 1000, 100, 300] as const

/** Kubernetes' default of service.spec.sessionAffinityConfig.clientIP.timeoutSeconds, and its maximum. */
const defaultAffinity = 10800
const longestAffinity = 86400

/**
 * The file does not tell the kernel's HZ. A rate that gives some server Kubernetes' default and none more than its
 * maximum is taken for it; otherwise the first one with which all are whole seconds within the maximum; otherwise 250.
 */
function jiffiesPerSecond(timeouts: readonly number[]): number {
  const possible = rates.filter((rate) =>
    timeouts.every((jiffies) => jiffies % rate === 0 && jiffies / rate <= longestAffinity),
  )
  return possible.find((rate) => timeouts.includes(defaultAffinity * rate)) ?? possible[0] ?? rates[0]
}

const inSeconds = ({ persistent, ...server }: VirtualServer, rate: number): VirtualServer =>
  persistent === undefined ? server : { ...server, persistent: Math.round(persistent / rate) }
