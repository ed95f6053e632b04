/** Which version of itself a tool names: `nft --version`, `iptables --version`, `ipset --version`. */
import { LineLog, forEachLine } from './lines.ts'
import type { LineReport, SourceFile } from './source.ts'

export interface DecodedToolVersion {
  /** `1.0.6`; undefined where the file names none. */
  readonly version: string | undefined
  readonly report: () => LineReport
}

export function decodeToolVersion(source: SourceFile): DecodedToolVersion {
  let version: string | undefined
  const log = new LineLog(source)
  log.lines = forEachLine(source.text, (start, end, line) => {
    const text = source.text.slice(start, end)
    const named = /^(?:ip6?tables|ipset|nftables) v(\d+(?:\.\d+)*)(?=[\s,]|$)/.exec(text)?.[1]
    if (text === '') log.ignore(line, 'blank line')
    else if (text.startsWith('Warning: ')) log.ignore(line, 'a warning')
    else if (named === undefined) log.unknown(line, start, end, 'it names no version of a tool that kpx knows')
    else version ??= named
  })
  return { version, report: () => log.report() }
}
