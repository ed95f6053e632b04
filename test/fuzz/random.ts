/** Numbers by chance that are the same on every machine: the same seed and index make the same input again. */
export class Random {
  #state: number

  constructor(seed: number, index = 0) {
    this.#state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) >>> 0
    // inputs of neighbouring indexes begin with unlike numbers
    for (let i = 0; i < 4; i++) this.#next()
  }

  /** An integer from 0 to `end - 1`; 0 where there is nothing to choose from. */
  below(end: number): number {
    return Math.floor(this.#next() * end)
  }

  /** True once in `times`. */
  oneIn(times: number): boolean {
    return this.below(times) === 0
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T
  }

  /** Mostly small, now and then up to `most`: 1, 2, 4, ... are equally likely to be the limit. */
  skewed(most: number): number {
    return 1 + this.below(Math.min(most, 2 ** this.below(1 + Math.ceil(Math.log2(most)))))
  }

  /** mulberry32, from 0 up to 1. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
