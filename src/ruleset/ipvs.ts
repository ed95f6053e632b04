/** IPVS virtual servers as ipvsadm and /proc/net/ip_vs tell them, and ipvsadm -Sn's lines again. */
import { type Ip, formatIpPort } from './address.ts'
import type { At, Protocol } from './ruleset.ts'

export interface RealServer {
  readonly at: At
  readonly text: string
  readonly ip: Ip
  readonly port: number
  readonly forward: 'Local' | 'Masq' | 'Route' | 'Tunnel'
  /** 0 means draining: no new connections. */
  readonly weight: number
}

export interface VirtualServer {
  readonly at: At
  readonly text: string
  readonly protocol: Protocol
  readonly ip: Ip
  readonly port: number
  /** `rr`, `wrr`, `sh`, ... */
  readonly scheduler: string
  /** Persistence timeout in seconds, when the service is persistent. */
  readonly persistent?: number
  /** Prefix length of the persistence mask, when it is not the whole address. */
  readonly mask?: number
  /** Persistence engine, e.g. `sip`; never shown by /proc/net/ip_vs. */
  readonly persistenceEngine?: string
  /** Scheduler flags, e.g. `mh-port`; never shown by /proc/net/ip_vs. */
  readonly flags: readonly string[]
  /** One packet scheduling (`ops`). */
  readonly onePacket: boolean
  readonly servers: readonly RealServer[]
  /** A line that cannot be read, or the end of a cut file: real servers may be missing. */
  readonly cut?: At
}

/** The device that kube-proxy binds Service addresses to in ipvs mode (pkg/proxy/ipvs/proxier.go). */
export const ipvsDevice = 'kube-ipvs0'

/** kube-router's own, that it binds Services' addresses to (pkg/controllers/proxy, KubeDummyIf). */
export const kubeRouterDevice = 'kube-dummy-if'

export interface VirtualServers {
  readonly servers: readonly VirtualServer[]
  /** A line that cannot be read, or the end of a cut file: virtual servers may be missing. */
  readonly cut?: At
}

const serviceOption = { SCTP: '--sctp-service', TCP: '-t', UDP: '-u' } as const

/** `-A -t 10.96.0.1:443 -s rr -p 600`, as ipvsadm 1.31 -Sn prints a virtual server. */
export function formatVirtualServer(server: VirtualServer): string {
  const words = ['-A', serviceOption[server.protocol], formatIpPort(server.ip, server.port), '-s', server.scheduler]
  if (server.persistent !== undefined) words.push('-p', String(server.persistent))
  if (server.mask !== undefined) words.push('-M', formatMask(server.ip, server.mask))
  if (server.persistenceEngine !== undefined) words.push('--pe', server.persistenceEngine)
  if (server.onePacket) words.push('-o')
  if (server.flags.length > 0) words.push('-b', server.flags.join(','))
  return words.join(' ')
}

/** `-a -t 10.96.0.1:443 -r 10.200.0.1:6443 -m -w 1`. */
export function formatRealServer(server: VirtualServer, real: RealServer): string {
  const forward = { Local: '-g', Masq: '-m', Route: '-g', Tunnel: '-i' }[real.forward]
  const service = [serviceOption[server.protocol], formatIpPort(server.ip, server.port)]
  return ['-a', ...service, '-r', formatIpPort(real.ip, real.port), forward, '-w', String(real.weight)].join(' ')
}

function formatMask(ip: Ip, length: number): string {
  if (typeof ip === 'bigint') return String(length)
  const mask = length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0
  return [24, 16, 8, 0].map((shift) => (mask >>> shift) & 255).join('.')
}
