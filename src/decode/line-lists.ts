/**
 * Which lines of a file belong to each of many lists (the rules of a chain, the entries of a set), in columns of numbers:
 * an array or an object for each of 100,000 chains would cost more than reading the file.
 */
export interface LineList {
  /** Row of the first and of the last line; -1 while there is none. */
  first: number
  last: number
}

export const emptyList = (): LineList => ({ first: -1, last: -1 })

export class LineLists {
  readonly #start: number[] = []
  readonly #end: number[] = []
  readonly #line: number[] = []
  /** Row of the next line of the same list. */
  readonly #next: number[] = []

  add(list: LineList, start: number, end: number, line: number): void {
    const row = this.#start.length
    this.#start.push(start)
    this.#end.push(end)
    this.#line.push(line)
    this.#next.push(-1)
    if (list.last < 0) list.first = row
    else this.#next[list.last] = row
    list.last = row
  }

  forEach(list: LineList, visit: (start: number, end: number, line: number) => void): void {
    for (let row = list.first; row >= 0; row = this.#next[row] ?? -1) {
      visit(this.#start[row] ?? 0, this.#end[row] ?? 0, this.#line[row] ?? 0)
    }
  }
}
