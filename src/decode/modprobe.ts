/** Which modules a kernel has for those that were asked for, as `modprobe --show-depends --all NAME...` tells (kmod 30). */
import { LineLog, forEachLine } from './lines.ts'
import type { LineReport, SourceFile } from './source.ts'

export interface DecodedModprobe {
  /** Built in, or a file that can be loaded; also those that they need. */
  readonly found: ReadonlySet<string>
  /** By name, the line that says so. */
  readonly missing: ReadonlyMap<string, { readonly line: number; readonly text: string }>
  readonly report: () => LineReport
}

export function decodeModprobe(source: SourceFile): DecodedModprobe {
  const found = new Set<string>()
  const missing = new Map<string, { line: number; text: string }>()
  const log = new LineLog(source)
  log.lines = forEachLine(source.text, (start, end, line) => {
    const text = source.text.slice(start, end)
    const own = there.exec(text)
    const lacking = notThere.exec(text)?.[1]
    if (text === '') log.ignore(line, 'blank line')
    else if (own) found.add(underscored(own[1] ?? own[2] ?? ''))
    else if (lacking !== undefined) missing.set(underscored(lacking), { line, text })
    else log.unknown(line, start, end, 'it says of no module whether it is there')
  })
  return { found, missing, report: () => log.report() }
}

/** `insmod /lib/modules/6.1.0/kernel/net/netfilter/ipvs/ip_vs.ko.xz`, `builtin nft_ct`. */
const there = /^(?:insmod \S*\/([\w-]+)\.ko(?:\.\w+)?(?: .*)?|builtin ([\w-]+))$/
const notThere = /^modprobe: (?:WARNING|FATAL): Module (\S+) not found/

/** The kernel takes both for the same. */
const underscored = (name: string): string => name.replaceAll('-', '_')
