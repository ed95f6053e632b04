/**
 * Which lines of a file belong to each of many lists (the rules of a chain, the entries of a set). Tools print a list's lines one
 * after the other, so that a list is one run of lines, or a few; they are kept in columns of numbers, for an array or an object for
 * each of 100,000 chains would cost more than reading the file.
 */
import { forEachLineIn } from './lines.ts'

export class LineLists {
  /** Row of the first and of the last run of each list; -1 while there is none. */
  readonly #first: number[] = []
  readonly #last: number[] = []
  readonly #start: number[] = []
  readonly #end: number[] = []
  readonly #line: number[] = []
  /** Row of the next run of the same list. */
  readonly #next: number[] = []
  /** The list and the number of the last line that was added. */
  #lastList = -1
  #lastLine = 0

  /** Returns its number. */
  addList(): number {
    this.#first.push(-1)
    return this.#last.push(-1) - 1
  }

  add(list: number, start: number, end: number, line: number): void {
    const last = this.#last[list] ?? -1
    if (list === this.#lastList && line === this.#lastLine + 1) this.#end[last] = end
    else this.#addRun(list, last, start, end, line)
    this.#lastList = list
    this.#lastLine = line
  }

  #addRun(list: number, last: number, start: number, end: number, line: number): void {
    const row = this.#start.length
    this.#start.push(start)
    this.#end.push(end)
    this.#line.push(line)
    this.#next.push(-1)
    if (last < 0) this.#first[list] = row
    else this.#next[last] = row
    this.#last[list] = row
  }

  /** `text` is the file's, in which the lines lie. */
  forEach(list: number, text: string, visit: (start: number, end: number, line: number) => void): void {
    for (let row = this.#first[list] ?? -1; row >= 0; row = this.#next[row] ?? -1) {
      forEachLineIn(text, this.#start[row] ?? 0, this.#end[row] ?? 0, this.#line[row] ?? 0, visit)
    }
  }
}
