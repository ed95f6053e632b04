/**
 * A cache of what was asked for lately, in two generations of about `limit` in weight: what was not asked for while one of them
 * filled is forgotten. A single value may weigh more than that.
 */
export class Recent<K, V> {
  readonly #limit: number
  #young = new Map<K, V>()
  #old = new Map<K, V>()
  #weight = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** `weigh` is in the unit of the limit. */
  get(key: K, make: () => V, weigh: (value: V) => number): V {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const value = this.#old.get(key) ?? make()
    if (this.#weight > this.#limit) {
      this.#old = this.#young
      this.#young = new Map()
      this.#weight = 0
    }
    this.#young.set(key, value)
    this.#weight += weigh(value)
    return value
  }
}
