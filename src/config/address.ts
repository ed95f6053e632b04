/** Addresses as kube-proxy reads them in its configuration (net.ParseIP, net.ParseCIDR and net.SplitHostPort of Go). */
import { parseIp } from '../ruleset/address.ts'

/**
 * The family of an address, undefined for what is none. Leading zeros are allowed, as k8s.io/utils/net's parsers and Go before 1.17
 * allow them; an IPv4 address in IPv6's words (::ffff:10.0.0.1) is IPv4.
 */
export function ipFamily(text: string): 'IPv4' | 'IPv6' | undefined {
  const ip = parseIp(text.includes(':') ? text.replaceAll(/(^|:)0+(?=[\da-f])/gi, '$1') : text)
  if (ip === undefined) return undefined
  return typeof ip === 'number' || ip >> 32n === 0xffffn ? 'IPv4' : 'IPv6'
}

/** The family of `10.0.0.0/8`, undefined for what is no CIDR. Host bits may be set. */
export function cidrFamily(text: string): 'IPv4' | 'IPv6' | undefined {
  const slash = text.indexOf('/')
  if (slash < 0) return undefined
  const address = text.slice(0, slash)
  const length = text.slice(slash + 1)
  if (!/^\d+$/.test(length) || Number(length) > (address.includes(':') ? 128 : 32)) return undefined
  return ipFamily(address)
}

/** Host and port of `10.0.0.1:80` and `[::1]:80`; undefined for what cannot be split. */
export function splitHostPort(text: string): { readonly host: string; readonly port: string } | undefined {
  const [, bracketed, plain, port = ''] = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(text) ?? []
  const host = bracketed ?? plain
  return host === undefined ? undefined : { host, port }
}

/** The address itself, or with this port where it has none and is an IP. Until 1.35 a mapped IPv4 address got no brackets. */
export function withPort(text: string, port: number, minor: number): string {
  const family = splitHostPort(text) ? undefined : ipFamily(text)
  if (family === undefined) return text
  const brackets = text.includes(':') && (minor >= firstWithBrackets || family === 'IPv6')
  return brackets ? `[${text}]:${port}` : `${text}:${port}`
}

const firstWithBrackets = 36
