/** The tables below /proc/net that say one thing in each line. */
import { LineLog, forEachLine } from './lines.ts'
import type { LineReport, SourceFile } from './source.ts'

export type Said<T> = { readonly item: T } | { readonly ignored: string } | { readonly unknown: string }

export interface DecodedLines<T> {
  readonly items: readonly T[]
  /** Every line was read. */
  readonly whole: boolean
  readonly report: () => LineReport
}

/** `read` is given the words of a line. The kernel ends every line, so that one without an end is cut. */
export function decodeProcNetLines<T>(
  source: SourceFile,
  read: (words: readonly string[], line: number) => Said<T>,
): DecodedLines<T> {
  const log = new LineLog(source)
  const items: T[] = []
  let whole = true
  log.lines = forEachLine(source.text, (start, end, line, terminated) => {
    const text = source.text.slice(start, end).trimEnd()
    if (text === '') return log.ignore(line, 'blank line')
    if (!terminated) log.cut = { file: source.name, line, why: 'the last line does not end' }
    const said = terminated ? read(text.split(/\s+/), line) : { unknown: 'the file ends in the middle of this line' }
    if ('item' in said) items.push(said.item)
    else if ('ignored' in said) log.ignore(line, said.ignored)
    else {
      whole = false
      log.unknown(line, start, end, said.unknown)
    }
  })
  return { items, whole, report: () => log.report() }
}
