/** How long nothing is heard of the other side. Time in which this process was too busy to listen does not count. */
export class Silence {
  readonly #patience: number
  readonly #timer: NodeJS.Timeout
  #due: number

  /** Begins at once; `onEnd` is called after so many milliseconds of it. */
  constructor(patience: number, onEnd: () => void) {
    this.#patience = patience
    this.#due = performance.now() + patience
    this.#timer = setTimeout(() => (this.#isLate() ? this.start() : onEnd()), patience)
  }

  /** Begins anew. */
  start(): void {
    this.#due = performance.now() + this.#patience
    this.#timer.refresh()
  }

  end(): void {
    clearTimeout(this.#timer)
  }

  /** A timer that fires late was kept waiting by what the process did, as were the answers. */
  #isLate(): boolean {
    return performance.now() - this.#due > this.#patience / 10
  }
}
