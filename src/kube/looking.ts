/** Which nodes are looked at just now, in words for whoever waits. */

/** Nodes that are named; the others are counted. */
const mostNamed = 3

export class Looking {
  readonly #of: number
  readonly #tell: (text: string) => void
  readonly #waiting = new Set<string>()
  readonly #done = new Set<string>()

  /** `of` is how many there are. */
  constructor(of: number, tell: (text: string) => void) {
    this.#of = of
    this.#tell = tell
  }

  /** Waits for one of them, anew where another way leads there. */
  async during(node: string, look: () => Promise<void>): Promise<void> {
    this.#done.delete(node)
    this.#waiting.add(node)
    this.#told()
    await look()
    this.#waiting.delete(node)
    this.#done.add(node)
    this.#told()
  }

  #told(): void {
    const names = [...this.#waiting]
    const more = names.length - mostNamed
    const named = names.slice(0, mostNamed).join(', ') + (more > 0 ? ` and ${more} more` : '')
    const counted = `${this.#done.size} of ${this.#of} nodes looked at`
    this.#tell(names.length === 0 ? counted : `${counted}; waiting for ${named}`)
  }
}
