/** The lines of a file as ranges of its text, so that a dump of 50 MB is walked without a string for each of them. */
import type { Cut, IgnoredLine, LineReport, SourceFile, UnknownLine } from './source.ts'

const CR = 13
const TAB = 9
const SPACE = 32

/** A junk file may be one line of megabytes; a report that repeats it helps nobody. Characters. */
const longestText = 1000

/** `[start, end)` leaves out indent, CR and LF; `terminated` is false for a last line without LF: it may be cut. */
export type VisitLine = (start: number, end: number, line: number, terminated: boolean) => void

/** Calls `visit` for every line and returns how many there are; a trailing LF does not begin another line. */
export function forEachLine(text: string, visit: VisitLine): number {
  return forEachLineIn(text, 0, text.length, 1, visit)
}

/** The same for whole lines in `[from, to)`, of which the first has the number `first`; returns the number of the last. */
export function forEachLineIn(text: string, from: number, to: number, first: number, visit: VisitLine): number {
  let line = first - 1
  for (let start = from; start < to;) {
    const newline = text.indexOf('\n', start)
    const next = newline < 0 ? text.length : newline + 1
    let end = newline < 0 ? text.length : newline
    while (end > start && text.charCodeAt(end - 1) === CR) end--
    while (start < end && isBlank(text.charCodeAt(start))) start++
    visit(start, end, ++line, newline >= 0)
    start = next
  }
  return line
}

export const isBlank = (code: number): boolean => code === SPACE || code === TAB

/** The first index in `[start, end)` that holds a blank, or `end`. */
export function wordEnd(text: string, start: number, end: number): number {
  let at = start
  while (at < end && !isBlank(text.charCodeAt(at))) at++
  return at
}

/** Collects what could not be read, and makes the report: whatever was not ignored or unknown was recognised. */
export class LineLog {
  readonly #source: SourceFile
  readonly #ignored: IgnoredLine[] = []
  readonly #unknown: { line: number; start: number; end: number; why: string }[] = []
  lines = 0
  /** The first place. */
  cut: Cut | undefined

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
    const { name, text } = this.#source
    const early = this.#unknown.map(({ line, start, end, why }) => ({
      line,
      text: shorten(text.slice(start, end)),
      why,
    }))
    const unknown = [...early, ...late].sort((a, b) => a.line - b.line)
    const recognised = this.lines - this.#ignored.length - unknown.length
    const cut = this.cut && { cut: this.cut }
    return { file: name, ...cut, lines: this.lines, recognised, ignored: this.#ignored, unknown }
  }
}

export const shorten = (text: string): string => (text.length > longestText ? `${text.slice(0, longestText)}...` : text)
