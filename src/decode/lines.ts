/** The lines of a recorded file as byte ranges, so that a dump of 50 MB is walked without building its strings. */
import type { IgnoredLine, LineReport, SourceFile, UnknownLine } from './source.ts'

const LF = 10
const CR = 13
const TAB = 9
const SPACE = 32

/** A junk file may be one line of megabytes; a report that repeats it helps nobody. Characters. */
const longestText = 1000

/** `[start, end)` leaves out indent, CR and LF; `terminated` is false for a last line without LF: it may be cut. */
export type VisitLine = (start: number, end: number, line: number, terminated: boolean) => void

/** Calls `visit` for every line and returns how many there are; a trailing LF does not begin another line. */
export function forEachLine(bytes: Buffer, visit: VisitLine): number {
  let line = 0
  for (let start = byteOrderMark(bytes); start < bytes.length;) {
    const newline = bytes.indexOf(LF, start)
    const next = newline < 0 ? bytes.length : newline + 1
    let end = newline < 0 ? bytes.length : newline
    while (end > start && bytes[end - 1] === CR) end--
    while (start < end && isBlank(bytes[start])) start++
    visit(start, end, ++line, newline >= 0)
    start = next
  }
  return line
}

export const isBlank = (byte: number | undefined): boolean => byte === SPACE || byte === TAB

/** The first index in `[start, end)` that holds a blank, or `end`. */
export function wordEnd(bytes: Buffer, start: number, end: number): number {
  let at = start
  while (at < end && !isBlank(bytes[at])) at++
  return at
}

/** Editors of other systems put EF BB BF before UTF-8. */
const byteOrderMark = (bytes: Buffer): number => (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0)

/** Collects what could not be read, and makes the report: whatever was not ignored or unknown was recognised. */
export class LineLog {
  readonly #source: SourceFile
  readonly #ignored: IgnoredLine[] = []
  readonly #unknown: { line: number; start: number; end: number; why: string }[] = []
  lines = 0

  constructor(source: SourceFile) {
    this.#source = source
  }

  ignore(line: number, why: string): void {
    this.#ignored.push({ line, why })
  }

  unknown(line: number, start: number, end: number, why: string): void {
    this.#unknown.push({ line, start, end, why })
  }

  /** `late` are the unknown lines that only a full decode finds. */
  report(late: readonly UnknownLine[] = []): LineReport {
    const early = this.#unknown.map(({ line, start, end, why }) => ({ line, text: this.#text(start, end), why }))
    const unknown = [...early, ...late].sort((a, b) => a.line - b.line)
    const recognised = this.lines - this.#ignored.length - unknown.length
    return { file: this.#source.name, lines: this.lines, recognised, ignored: this.#ignored, unknown }
  }

  #text(start: number, end: number): string {
    return shorten(this.#source.bytes.toString('utf8', start, Math.min(end, start + 4 * longestText)))
  }
}

export const shorten = (text: string): string => (text.length > longestText ? `${text.slice(0, longestText)}…` : text)
