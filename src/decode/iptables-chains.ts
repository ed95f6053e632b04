/**
 * The chains of a table in the order of their declarations, kept as columns of numbers: where a chain's name and rules lie in the text.
 * They are found by name through a hash table of these numbers. A Map of 100,000 names takes longer to fill than the file to read.
 */
import type { At, Chains } from '../ruleset/ruleset.ts'
import { IptablesChain } from './iptables-chain.ts'
import type { BaseDeclaration, ChainSource } from './iptables-chain.ts'
import { LineLists } from './line-lists.ts'

export class IptablesChains implements Chains, ReadonlyMap<string, IptablesChain> {
  /** The lines of each chain's rules. */
  readonly rules = new LineLists()
  /** The table's dump ends in this chain or before it: it and those behind it may lack rules. */
  cut: { readonly from: number; readonly at: At } | undefined
  readonly #text: string
  readonly #source: ChainSource
  readonly #starts: number[] = []
  readonly #ends: number[] = []
  readonly #lines: number[] = []
  readonly #bases = new Map<number, BaseDeclaration>()
  readonly #made: (IptablesChain | undefined)[] = []
  /** Of a chain its number and 1, in the first free slot behind its hash; a power of two of slots, half of them free. */
  #slots = new Int32Array(64)

  constructor(text: string, source: ChainSource) {
    this.#text = text
    this.#source = source
  }

  get size(): number {
    return this.#starts.length
  }

  /** A chain whose name lies at `[start, end)` of the text. Returns its number; -1 where there is one of that name. */
  add(start: number, end: number, line: number, base?: BaseDeclaration): number {
    const slot = this.#slotOf(this.#text, start, end)
    if (this.#slots[slot] !== 0) return -1
    this.#starts.push(start)
    this.#ends.push(end)
    this.#lines.push(line)
    this.#made.push(undefined)
    const number = this.rules.addList()
    this.#slots[slot] = number + 1
    if (base) this.#bases.set(number, base)
    if (this.size * 2 > this.#slots.length) this.#grow()
    return number
  }

  /** The number of the chain of that name, which lies at `[start, end)` of any text; -1 where there is none. */
  find(text: string, start: number, end: number): number {
    return (this.#slots[this.#slotOf(text, start, end)] ?? 0) - 1
  }

  get bases(): IptablesChain[] {
    return Array.from(this.#bases.keys(), (number) => this.at(number))
  }

  nameOf(number: number): string {
    return this.#text.slice(this.#starts[number], this.#ends[number])
  }

  at(number: number): IptablesChain {
    return (this.#made[number] ??= this.#make(number))
  }

  #make(order: number): IptablesChain {
    const declaration = {
      name: this.nameOf(order),
      order,
      lines: this.rules,
      line: this.#lines[order] ?? 0,
      base: this.#bases.get(order),
      cut: this.cut && order >= this.cut.from ? this.cut.at : undefined,
    }
    return new IptablesChain(declaration, this.#source)
  }

  /** Where the chain of that name is among the slots, or would be. */
  #slotOf(text: string, start: number, end: number): number {
    const mask = this.#slots.length - 1
    let slot = hashOf(text, start, end) & mask
    for (let held = this.#slots[slot] ?? 0; held !== 0; held = this.#slots[slot] ?? 0) {
      if (this.#isNamed(held - 1, text, start, end)) break
      slot = (slot + 1) & mask
    }
    return slot
  }

  #isNamed(number: number, text: string, start: number, end: number): boolean {
    const from = this.#starts[number] ?? 0
    const length = end - start
    if ((this.#ends[number] ?? 0) - from !== length) return false
    for (let i = 0; i < length; i++) if (this.#text.charCodeAt(from + i) !== text.charCodeAt(start + i)) return false
    return true
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 4)
    for (let number = 0; number < this.size; number++) {
      const slot = this.#slotOf(this.#text, this.#starts[number] ?? 0, this.#ends[number] ?? 0)
      this.#slots[slot] = number + 1
    }
  }

  get(name: string): IptablesChain | undefined {
    const number = this.find(name, 0, name.length)
    return number < 0 ? undefined : this.at(number)
  }

  has(name: string): boolean {
    return this.find(name, 0, name.length) >= 0
  }

  *keys(): MapIterator<string> {
    for (let number = 0; number < this.size; number++) yield this.nameOf(number)
  }

  *values(): MapIterator<IptablesChain> {
    for (let number = 0; number < this.size; number++) yield this.at(number)
  }

  *entries(): MapIterator<[string, IptablesChain]> {
    for (const chain of this.values()) yield [chain.name, chain]
  }

  [Symbol.iterator](): MapIterator<[string, IptablesChain]> {
    return this.entries()
  }

  forEach(visit: (chain: IptablesChain, name: string, map: ReadonlyMap<string, IptablesChain>) => void): void {
    for (const chain of this.values()) visit(chain, chain.name, this)
  }
}

function hashOf(text: string, start: number, end: number): number {
  let hash = 0
  for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0
  return hash ^ (hash >>> 15)
}
