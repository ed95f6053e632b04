/** What rules are made of, by chance: addresses, ports, devices and marks that the lab's packets have or nearly have. */
import { Random } from '../fuzz/random.ts'
import { places } from './network.ts'
import type { Family, Places } from './network.ts'

export type Protocol = 'tcp' | 'udp'

export const ports = [53, 80, 443, 8080, 30080, 30443] as const

const marks = ['0x1', '0x2', '0x4000', '0x8000', '0x4001'] as const

/** What kube-proxy marks with packets that are to be masqueraded. */
export const masqueradeMark = '0x4000'

export class Words extends Random {
  readonly family: Family
  readonly places: Places
  #pinned: Protocol | undefined
  readonly #used = new Set<string>()

  constructor(family: Family, seed: number, index: number) {
    super(seed, index)
    this.family = family
    this.places = places[family]
  }

  /** Of the other family. */
  other(): Words {
    return new Words(this.family === 'ip' ? 'ip6' : 'ip', this.below(2 ** 31), 0)
  }

  /** True so often, of 100. */
  percent(chance: number): boolean {
    return this.below(100) < chance
  }

  protocol(): Protocol {
    return this.#pinned ?? this.pick(['tcp', 'tcp', 'udp'] as const)
  }

  /** All that is made there is about one protocol: nft takes no rule that is about two. */
  ofOneProtocol<T>(make: () => T): T {
    this.#pinned = this.protocol()
    const made = make()
    this.#pinned = undefined
    return made
  }

  port(): number {
    return this.pick(ports)
  }

  /** `80`, `53:443`. */
  portRange(): readonly [number, number] {
    const [a, b] = [this.port(), this.port()]
    return [Math.min(a, b), Math.max(a, b)]
  }

  source(): string {
    const { clients, own, pods } = this.places
    return this.pick([...clients, ...pods, ...own])
  }

  destination(): string {
    const { clients, own, pods, remote, services } = this.places
    return this.pick([...services, ...services, ...pods, ...own, ...remote, ...clients])
  }

  /** An address or a network of either side. */
  sourcePrefix(): string {
    return this.percent(50) ? this.pick(this.places.prefixes) : this.whole(this.source())
  }

  destinationPrefix(): string {
    return this.percent(50) ? this.pick(this.places.prefixes) : this.whole(this.destination())
  }

  /** A network of one address. */
  whole(address: string): string {
    return `${address}/${this.places.width}`
  }

  /** Where packets may be translated to. */
  endpoint(): string {
    const { clients, own, pods, remote } = this.places
    return this.pick([...pods, ...pods, ...remote, ...own.slice(0, 1), ...clients.slice(0, 1)])
  }

  /** True the first time only: of two counters that every packet moves, one tells what the other says. */
  once(what: string): boolean {
    return !this.#used.has(what) && this.#used.add(what).size > 0
  }

  device(): string {
    return this.pick(['eth0', 'cni0', 'cali1', 'lo', 'eth1'])
  }

  mark(): string {
    return this.pick(marks)
  }

  some<T>(list: readonly T[], most: number): T[] {
    const count = 1 + this.below(most)
    return [...new Set(Array.from({ length: count }, () => this.pick(list)))]
  }

  weighted<T>(table: readonly (readonly [weight: number, what: T])[]): T {
    let at = this.below(table.reduce((sum, [weight]) => sum + weight, 0))
    for (const [weight, what] of table) {
      if (at < weight) return what
      at -= weight
    }
    return this.pick(table)[1]
  }
}
