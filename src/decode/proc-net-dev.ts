/** /proc/net/dev: the names of the devices, beside what they counted. Facts: Linux 6.1, net/core/net-procfs.c dev_seq_show(). */
import { type DecodedLines, type Said, decodeProcNetLines } from './proc-net-lines.ts'
import type { SourceFile } from './source.ts'
import { isDecimal } from './words.ts'

export const decodeProcNetDev = (source: SourceFile): DecodedLines<string> => decodeProcNetLines(source, readDevice)

/** `eth0: 0 0 ...`; a full column leaves no blank behind the colon. */
function readDevice(words: readonly string[], line: number): Said<string> {
  if (line <= 2 && words.join(' ').includes('|')) return { ignored: 'heading' }
  const text = words.join(' ')
  const colon = text.indexOf(':')
  const counters = text
    .slice(colon + 1)
    .trim()
    .split(' ')
  if (colon < 1 || counters.length !== 16 || !counters.every(isDecimal)) return { unknown: 'not "device: 16 numbers"' }
  return { item: text.slice(0, colon) }
}
