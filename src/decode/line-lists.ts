/**
 * Which lines of a file belong to each of many lists (the rules of a chain, the entries of a set). Tools print a list's lines one
 * after the other, so that a list is one run of lines, or a few; they are kept in columns of numbers, for an array or an object for
 * each of 100,000 chains would cost more than reading the file.
 */
import { forEachLineIn } from './lines.ts'

export interface LineList {
  /** Row of the first and of the last run; -1 while there is none. */
  first: number
  last: number
}

export const emptyList = (): LineList => ({ first: -1, last: -1 })

export class LineLists {
  readonly #start: number[] = []
  readonly #end: number[] = []
  readonly #line: number[] = []
  /** Row of the next run of the same list. */
  readonly #next: number[] = []
  /** The list and the number of the last line that was added. */
  #lastList: LineList | undefined
  #lastLine = 0

  add(list: LineList, start: number, end: number, line: number): void {
    if (list === this.#lastList && line === this.#lastLine + 1) this.#end[list.last] = end
    else this.#addRun(list, start, end, line)
    this.#lastList = list
    this.#lastLine = line
  }

  #addRun(list: LineList, start: number, end: number, line: number): void {
    const row = this.#start.length
    this.#start.push(start)
    this.#end.push(end)
    this.#line.push(line)
    this.#next.push(-1)
    if (list.last < 0) list.first = row
    else this.#next[list.last] = row
    list.last = row
  }

  /** `text` is the file's, in which the lines lie. */
  forEach(list: LineList, text: string, visit: (start: number, end: number, line: number) => void): void {
    for (let row = list.first; row >= 0; row = this.#next[row] ?? -1) {
      forEachLineIn(text, this.#start[row] ?? 0, this.#end[row] ?? 0, this.#line[row] ?? 0, visit)
    }
  }
}
