/** Which nodes are looked at just now, in words for whoever waits. */

/** Nodes that are named; the others are counted. */
const mostNamed = 3

export class Looking {
  readonly #of: number
  readonly #tell: (text: string) => void
  readonly #waiting = new Set<string>()
  #done = 0

  /** `of` is how many there are. */
  constructor(of: number, tell: (text: string) => void) {
    this.#of = of
    this.#tell = tell
  }

  /** Waits for one of them, which is counted once it is seen as a whole: else another way may lead there. */
  async during(node: string, look: () => Promise<boolean>): Promise<void> {
    this.#waiting.add(node)
    this.#told()
    const isWhole = await look()
    this.#waiting.delete(node)
    if (isWhole) this.#done++
    this.#told()
  }

  #told(): void {
    const names = [...this.#waiting]
    const more = names.length - mostNamed
    const named = names.slice(0, mostNamed).join(', ') + (more > 0 ? ` and ${more} more` : '')
    const counted = `${this.#done} of ${this.#of} nodes looked at`
    this.#tell(names.length === 0 ? counted : `${counted}; waiting for ${named}`)
  }
}
