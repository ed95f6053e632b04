/** Connections as `conntrack -L` prints them (conntrack-tools; the same lines as /proc/net/nf_conntrack without its first two words). */
import { parseIp } from '../ruleset/address.ts'
import type { Ip } from '../ruleset/address.ts'
import { protocolOf } from '../ruleset/iptables.ts'
import type { Protocol } from '../ruleset/ruleset.ts'
import { LineLog, forEachLine } from './lines.ts'
import type { LineReport, SourceFile } from './source.ts'

/** A connection between ports. */
export interface Connection {
  readonly protocol: Protocol
  /** `ESTABLISHED`; undefined for UDP, which has none. */
  readonly state: string | undefined
  /** Seconds that it is kept without a packet. */
  readonly expires: number
  /** What the client sent to, and who answers: the same where nothing was translated. */
  readonly destination: { readonly ip: Ip; readonly port: number }
  readonly answering: { readonly ip: Ip; readonly port: number }
  /** No answer has come. */
  readonly unreplied: boolean
  /** Answers have come, and packets for more than two seconds (nf_conntrack_udp_packet(), net/netfilter/nf_conntrack_proto_udp.c). */
  readonly assured: boolean
  /** Seconds since it was made; undefined where the kernel keeps no timestamps (net.netfilter.nf_conntrack_timestamp). */
  readonly age: number | undefined
  /** From 1. */
  readonly line: number
  readonly text: string
}

export interface DecodedConntrack {
  readonly connections: readonly Connection[]
  readonly report: () => LineReport
}

export function decodeConntrack(source: SourceFile): DecodedConntrack {
  const connections: Connection[] = []
  const log = new LineLog(source)
  log.lines = forEachLine(source.text, (start, end, line) => {
    const text = source.text.slice(start, end)
    if (text === '') return log.ignore(line, 'blank line')
    if (text.startsWith('conntrack v')) return log.ignore(line, 'how many there are')
    if (!entry.test(text)) return log.unknown(line, start, end, 'no connection')
    const connection = connectionOf(text, line)
    if (connection) connections.push(connection)
    else log.ignore(line, 'a connection without ports')
  })
  return { connections, report: () => log.report() }
}

/** `tcp 6 117 TIME_WAIT src=... dst=... sport=... dport=... [ASSURED] mark=0 use=1`. */
const entry = /^(?:ipv[46] +\d+ +)?(\w+) +\d+ (?:(\d+) )?([A-Z_]+ )?src=/

function connectionOf(text: string, line: number): Connection | undefined {
  const [, name = '', expires = '0', state] = entry.exec(text) ?? []
  const protocol = protocolOf(name)
  const [, age] = / delta-time=(\d+)/.exec(text) ?? []
  const [to, back] = [...text.matchAll(/src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+)/g)]
  const [ip, answering] = [parseIp(to?.[2] ?? ''), parseIp(back?.[1] ?? '')]
  if (protocol === undefined || ip === undefined || answering === undefined) return undefined
  return {
    protocol,
    state: state?.trim(),
    expires: Number(expires),
    destination: { ip, port: Number(to?.[4]) },
    answering: { ip: answering, port: Number(back?.[3]) },
    unreplied: text.includes('[UNREPLIED]'),
    assured: text.includes('[ASSURED]'),
    age: age === undefined ? undefined : Number(age),
    line,
    text: text.trimEnd(),
  }
}
