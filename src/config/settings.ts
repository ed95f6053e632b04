/** A configuration's values by the paths of their fields: those of the file or flags, and the defaults. */
import type { Backend } from './field.ts'
import { asText, lineOf } from './value.ts'
import type { Value } from './value.ts'

/** Where a value comes from; `node`: a default that each node replaces by its own. */
export type Origin = 'default' | 'file' | 'flag' | 'node'

interface Setting {
  readonly value: Value
  readonly origin: Origin
}

export class Settings {
  readonly #settings = new Map<string, Setting>()
  /** kube-proxy's own minor. */
  readonly minor: number

  constructor(minor: number) {
    this.minor = minor
  }

  set(path: string, value: Value, origin: Origin): void {
    this.#settings.set(path, { value, origin })
  }

  get(path: string): Setting | undefined {
    return this.#settings.get(path)
  }

  /** The text of a field, empty where it has none. */
  text(path: string): string {
    return asText(this.#settings.get(path)?.value)
  }

  /** Any value on one line; empty where it has none. */
  line(path: string): string {
    const value = this.#settings.get(path)?.value
    return value === undefined ? '' : lineOf(value)
  }

  /** Nanoseconds of a duration, 0 where there is none. */
  nanoseconds(path: string): bigint {
    const value = this.#settings.get(path)?.value
    return typeof value === 'bigint' ? value : 0n
  }

  get gates(): ReadonlyMap<string, boolean> {
    const value = this.#settings.get('featureGates')?.value
    return value instanceof Map ? (value as ReadonlyMap<string, boolean>) : new Map()
  }

  /** Whose periods and bits count: iptables' for every mode that is neither ipvs nor nftables. */
  get backend(): Backend {
    const mode = this.text('mode')
    return mode === 'ipvs' || mode === 'nftables' ? mode : 'iptables'
  }

  entries(): IterableIterator<[string, Setting]> {
    return this.#settings.entries()
  }
}
