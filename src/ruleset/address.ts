/**
 * IP addresses as numbers, so that a rule's match costs an integer comparison: IPv4 is an unsigned 32-bit `number`,
 * IPv6 a `bigint`. Text is canonical (RFC 5952) wherever kpx prints it.
 */
import ipaddr from 'ipaddr.js'

export type Ip = bigint | number
export type IpFamily = 'IPv4' | 'IPv6'

/** Addresses that share their first `length` bits. */
export interface Prefix {
  readonly address: Ip
  readonly length: number
}

export const familyOf = (ip: Ip): IpFamily => (typeof ip === 'number' ? 'IPv4' : 'IPv6')

const DOT = 46

/** Bits in an address of this family: 32 or 128. */
export const width = (ip: Ip): number => (typeof ip === 'number' ? 32 : 128)

export const isPrefixLength = (length: number, ip: Ip): boolean =>
  Number.isInteger(length) && length >= 0 && length <= width(ip)

/** Parses `10.96.0.1` or `fd00::1` (no brackets, no prefix length); anything else is `undefined`. */
export function parseIp(text: string): Ip | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text)
}

/** What stands before `end`. */
function parseIpv4(text: string, end = text.length): number | undefined {
  let value = 0
  let octet = -1
  let dots = 0
  for (let i = 0; i < end; i++) {
    const code = text.charCodeAt(i)
    const digit = code - 48
    if (digit >= 0 && digit <= 9) {
      octet = octet < 0 ? digit : octet * 10 + digit
      if (octet > 255) return undefined
    } else if (code === DOT && octet >= 0 && dots < 3) {
      value = value * 256 + octet
      octet = -1
      dots++
    } else {
      return undefined
    }
  }
  return dots === 3 && octet >= 0 ? value * 256 + octet : undefined
}

/** RFC 4291, 2.2, without zones. By hand, since ipaddr.js takes 5 us for it and 20 us for what is none. */
function parseIpv6(text: string): bigint | undefined {
  if (text.length > longestIpv6) return undefined
  const groups: number[] = []
  let gap = text.startsWith('::') ? 0 : -1
  for (let at = gap === 0 ? 2 : 0; at < text.length;) {
    const colon = text.indexOf(':', at)
    const end = colon < 0 ? text.length : colon
    if (!pushGroup(groups, text.slice(at, end), colon < 0)) return undefined
    at = end + 1
    if (colon < 0 || text[at] !== ':') continue
    if (gap >= 0) return undefined
    gap = groups.length
    at++
  }
  if (text.endsWith(':') && !text.endsWith('::')) return undefined
  if (gap < 0 ? groups.length !== 8 : groups.length > 7) return undefined
  // `::` stands for the groups that are missing
  const before = gap < 0 ? groups : groups.slice(0, gap)
  const after = groups.slice(before.length)
  return (joined(before) << BigInt(128 - 16 * before.length)) | joined(after)
}

const joined = (groups: readonly number[]): bigint =>
  groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n)

/** `ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255`. */
const longestIpv6 = 45

/** Hexadecimal digits, or at the end an IPv4 address, which is two groups. */
function pushGroup(groups: number[], text: string, last: boolean): boolean {
  if (last && text.includes('.')) {
    const ip = parseIpv4(text)
    if (ip !== undefined) groups.push(Math.floor(ip / 65536), ip % 65536)
    return ip !== undefined
  }
  if (!/^[\da-f]{1,4}$/i.test(text)) return false
  groups.push(Number.parseInt(text, 16))
  return true
}

export function formatIp(ip: Ip): string {
  if (typeof ip === 'number') {
    return `${Math.floor(ip / 16777216)}.${(ip >>> 16) & 255}.${(ip >>> 8) & 255}.${ip & 255}`
  }
  const parts: number[] = []
  for (let shift = 112n; shift >= 0n; shift -= 16n) parts.push(Number((ip >> shift) & 0xffffn))
  return new ipaddr.IPv6(parts).toRFC5952String()
}

/** `10.96.0.1:80` or `[fd00::1]:80`. */
export const formatIpPort = (ip: Ip, port: number): string =>
  typeof ip === 'number' ? `${formatIp(ip)}:${port}` : `[${formatIp(ip)}]:${port}`

/** Parses `10.96.0.1`, `fd00::1` or `[fd00::1]`. */
export const parseBracketedIp = (text: string): Ip | undefined =>
  parseIp(text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text)

/** Parses `10.96.0.1:80` or `[fd00::1]:80`. */
export function parseIpPort(text: string): { ip: Ip; port: number } | undefined {
  const colon = text.lastIndexOf(':')
  if (colon < 0) return undefined
  const port = portFrom(text, colon + 1)
  const ipv4 = parseIpv4(text, colon)
  if (ipv4 !== undefined) return port === undefined ? undefined : { ip: ipv4, port }
  const host = text.slice(0, colon)
  const bracketed = host.startsWith('[') && host.endsWith(']')
  if (host.includes(':') && !bracketed) return undefined
  const ip = parseIp(bracketed ? host.slice(1, -1) : host)
  return ip === undefined || port === undefined ? undefined : { ip, port }
}

/** A decimal port, 0 to 65535. */
export const parsePort = (text: string): number | undefined => portFrom(text, 0)

function portFrom(text: string, start: number): number | undefined {
  const port = text.length - start > 5 ? undefined : decimalFrom(text, start)
  return port !== undefined && port <= 65535 ? port : undefined
}

/** Digits, and nothing else, from `start` on. */
function decimalFrom(text: string, start: number): number | undefined {
  let value = 0
  for (let i = start; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return undefined
    value = value * 10 + digit
  }
  return start < text.length ? value : undefined
}

/** Parses `10.0.0.0/8`, a bare address (a prefix of full length), or a contiguous dotted mask `10.0.0.0/255.0.0.0`. */
export function parsePrefix(text: string): Prefix | undefined {
  const slash = text.indexOf('/')
  if (slash < 0) {
    const address = parseIp(text)
    return address === undefined ? undefined : { address, length: width(address) }
  }
  const address = parseIpv4(text, slash) ?? parseIp(text.slice(0, slash))
  if (address === undefined) return undefined
  const length = decimalFrom(text, slash + 1) ?? maskLength(text.slice(slash + 1), width(address))
  return length === undefined || !isPrefixLength(length, address) ? undefined : { address, length }
}

function maskLength(text: string, bitsOfAddress: number): number | undefined {
  const mask = parseIp(text)
  if (mask === undefined || width(mask) !== bitsOfAddress) return undefined
  const bits = mask.toString(2).padStart(bitsOfAddress, '0')
  return /^1*0*$/.test(bits) ? bits.lastIndexOf('1') + 1 : undefined
}

export const formatPrefix = (prefix: Prefix): string => `${formatIp(prefix.address)}/${prefix.length}`

/** Whether `ip` lies in `prefix`; never across families. */
export function contains(prefix: Prefix, ip: Ip): boolean {
  const { address, length } = prefix
  if (typeof ip === 'number') {
    if (typeof address !== 'number') return false
    return length === 0 || (ip ^ address) >>> (32 - length) === 0
  }
  return typeof address === 'bigint' && (ip ^ address) >> BigInt(128 - length) === 0n
}

/** 127.0.0.0/8 and ::1/128. */
export const loopback: readonly Prefix[] = [
  { address: 0x7f000000, length: 8 },
  { address: 1n, length: 128 },
]

export const isLoopback = (ip: Ip): boolean => loopback.some((prefix) => contains(prefix, ip))
