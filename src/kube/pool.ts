/** So many at a time: a cluster of 1,000 nodes is not asked all at once. */
export class Pool {
  readonly #size: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(size: number) {
    this.#size = size
  }

  /** Runs the work when one of the places is free. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#size) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#running++
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      // the place goes to the next one, and is not free in between
      if (next) next()
      else this.#running--
    }
  }
}
