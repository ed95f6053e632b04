/** sysctls as `sysctl NAME...` or `sysctl -a` prints them, in dots or (recorded from /proc/sys) in slashes. */
import { LineLog, forEachLine } from './lines.ts'
import type { LineReport, SourceFile } from './source.ts'

export interface DecodedSysctls {
  /** `net/ipv4/ip_forward` -> `1`. */
  readonly sysctls: ReadonlyMap<string, string>
  readonly report: () => LineReport
}

export function decodeSysctl(source: SourceFile): DecodedSysctls {
  const sysctls = new Map<string, string>()
  const log = new LineLog(source)
  log.lines = forEachLine(source.text, (start, end, line) => {
    const text = source.text.slice(start, end)
    const equals = text.indexOf('=')
    const name = text.slice(0, Math.max(equals, 0)).trim()
    if (text === '') log.ignore(line, 'blank line')
    else if (text.startsWith('#') || text.startsWith(';')) log.ignore(line, 'comment')
    else if (text.startsWith('sysctl: ')) log.ignore(line, 'sysctl could not read this key')
    else if (name === '' || name.includes(' ')) log.unknown(line, start, end, 'not "name = value"')
    else sysctls.set(slashes(name), text.slice(equals + 1).trim())
  })
  return { sysctls, report: () => log.report() }
}

/**
 * The first separator decides, as in procps' sysctl: after a dot the two are swapped, so that the VLAN interface of
 * `net.ipv4.conf.eth0/100.forwarding` keeps its dot.
 */
function slashes(name: string): string {
  const slash = name.indexOf('/')
  const dot = name.indexOf('.')
  if (dot < 0 || (slash >= 0 && slash < dot)) return name
  return name.replaceAll(/[./]/g, (separator) => (separator === '.' ? '/' : '.'))
}
