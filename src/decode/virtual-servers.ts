/** What ipvsadm -Sn, ipvsadm -Ln and /proc/net/ip_vs have in common: lines of virtual servers and their real servers. */
import type { RealServer, VirtualServer } from '../ruleset/ipvs.ts'
import type { At } from '../ruleset/ruleset.ts'
import { LineLog, forEachLine } from './lines.ts'
import type { Cut, LineReport, SourceFile } from './source.ts'

export interface DecodedIpvs {
  readonly virtualServers: VirtualServer[]
  readonly cut?: Cut
  /** The first line that cannot be read: what it lists is missing. */
  readonly lost?: At
  readonly report: () => LineReport
}

export type VirtualServerLine = Omit<VirtualServer, 'at' | 'cut' | 'servers' | 'text'>

/** Which virtual server a line of ipvsadm -Sn names. */
export type VirtualServerKey = Pick<VirtualServer, 'ip' | 'port' | 'protocol'>

/** What one line says. A real server without `of` belongs to the virtual server above it. */
export type IpvsLine =
  | { readonly virtual: VirtualServerLine }
  | { readonly real: Omit<RealServer, 'at' | 'text'>; readonly of?: VirtualServerKey }
  | { readonly ignored: string }
  | { readonly unknown: string }

type VirtualServerDraft = VirtualServer & { servers: RealServer[]; cut?: At }

/** Reads a file line by line with `read`, which is given a line without indent and trailing blanks. */
export function decodeVirtualServers(source: SourceFile, read: (text: string) => IpvsLine): DecodedIpvs {
  const log = new LineLog(source)
  const collection = new VirtualServerCollection()
  let lost: At | undefined
  log.lines = forEachLine(source.text, (start, end, line, terminated) => {
    const text = source.text.slice(start, end).trimEnd()
    const at = { file: source.name, line }
    if (text === '') return log.ignore(line, 'blank line')
    if (!terminated) log.cut = { ...at, why: 'the last line does not end' }
    const said = terminated ? read(text) : { unknown: 'the file ends in the middle of this line' }
    if ('ignored' in said) return log.ignore(line, said.ignored)
    const why = 'unknown' in said ? said.unknown : collection.add(said, at, text)
    if (why === undefined) return
    log.unknown(line, start, end, why)
    lost ??= at
    collection.lose(at)
  })
  const virtualServers = [...collection.byKey.values()]
  return { virtualServers, ...(log.cut && { cut: log.cut }), ...(lost && { lost }), report: () => log.report() }
}

class VirtualServerCollection {
  readonly byKey = new Map<string, VirtualServerDraft>()
  /** The virtual server of the line above; none after a line that may have been one and cannot be read. */
  #last: VirtualServerDraft | undefined

  /** Says why a line cannot be used. */
  add(line: Extract<IpvsLine, { real: unknown } | { virtual: unknown }>, at: At, text: string): string | undefined {
    if ('virtual' in line) {
      const key = keyOf(line.virtual)
      if (this.byKey.has(key)) return 'this virtual server was already listed'
      this.#last = { at, text, ...line.virtual, servers: [] }
      this.byKey.set(key, this.#last)
      return undefined
    }
    const server = line.of ? this.byKey.get(keyOf(line.of)) : this.#last
    if (!server) return 'a real server of a virtual server that is not known'
    server.servers.push({ at, text, ...line.real })
    this.#last = server
    return undefined
  }

  /** The line at `at` may have been a real server of the virtual server above it, or the next virtual server. */
  lose(at: At): void {
    if (this.#last) this.#last.cut ??= at
    this.#last = undefined
  }
}

const keyOf = ({ ip, port, protocol }: VirtualServerKey): string => `${protocol} ${ip} ${port} ${typeof ip}`
