/**
 * A cache of what was asked for lately, in two generations of about `limit` in weight: what was not asked for while one of them
 * filled is forgotten. A single value may weigh more than that.
 */
export class Recent<K, V> {
  readonly #limit: number
  readonly #weigh: (value: V) => number
  #young = new Map<K, V>()
  #old = new Map<K, V>()
  #weight = 0

  /** `weigh` is in the unit of the limit. */
  constructor(limit: number, weigh: (value: V) => number) {
    this.#limit = limit
    this.#weigh = weigh
  }

  get(key: K): V | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    return old === undefined ? undefined : this.add(key, old)
  }

  add(key: K, value: V): V {
    if (this.#weight > this.#limit) {
      this.#old = this.#young
      this.#young = new Map()
      this.#weight = 0
    }
    this.#young.set(key, value)
    this.#weight += this.#weigh(value)
    return value
  }
}
