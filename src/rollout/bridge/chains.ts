/** The bridge's chains and maps, made as its addresses need them: what is done alike is one chain, however many addresses want it. */
import type { Expectation } from '../../cluster/expected/expectation.ts'
import type { NodeProxy } from '../../cluster/expected/node-proxy.ts'
import { formatIp } from '../../ruleset/address.ts'
import type { IpFamily } from '../../ruleset/address.ts'
import type { Served } from './served.ts'
import { prefixSet, sentBy, words } from './words.ts'

/** What a map's keys are: Services' addresses, or NodePorts, whatever the node's address is. */
export type Place = 'address' | 'node-port'

/** An address and port, or a NodePort, for which things are looked up. */
interface Key {
  readonly place: Place
  readonly text: string
}

export class Chains {
  readonly #family: IpFamily
  readonly #proxy: NodeProxy
  readonly #mark: string
  /** Names by rules. */
  readonly #names = new Map<string, string>()
  readonly #verdicts: Readonly<Record<Place, Map<string, string>>> = { address: new Map(), 'node-port': new Map() }
  /** By the name of the map and the key, endpoints. */
  readonly #targets = new Map<string, Map<string, readonly string[]>>()

  constructor(family: IpFamily, proxy: NodeProxy, mark: string) {
    this.#family = family
    this.#proxy = proxy
    this.#mark = mark
  }

  /** Where two Services have one address and port, the first has it. */
  add({ expected, frontend: { ip, port }, protocol, ranges }: Served): void {
    const at = `${protocol.toLowerCase()} . ${port}`
    const key: Key = ip === null ? { place: 'node-port', text: at } : { place: 'address', text: `${ip} . ${at}` }
    const verdicts = this.#verdicts[key.place]
    if (verdicts.has(key.text)) return
    const verdict = this.#byClient(expected, key)
    const { ip: family } = words[this.#family]
    const admitted = ranges && [`${family} saddr != ${prefixSet(ranges)} drop`, verdict]
    verdicts.set(key.text, admitted ? this.#goto('admitted', admitted) : verdict)
  }

  #byClient(expected: Served['expected'], key: Key): string {
    const all = Array.from(expected, ([kind, one]) => ({ kind, verdict: this.#verdict(one, key) }))
    const last = all.at(-1)?.verdict ?? 'return'
    const others = all.slice(0, all.findLastIndex(({ verdict }) => verdict !== last) + 1)
    if (others.length === 0) return last
    const rules = others.map(({ kind, verdict }) => `${sentBy(kind, this.#family, this.#proxy)}${verdict}`)
    return this.#goto('by-client', [...rules, last])
  }

  #verdict({ masquerade, targets, verdict }: Expectation, key: Key): string {
    if (verdict === 'drop') return 'drop'
    const values = [...new Set(targets.map(({ ip, port }) => `${formatIp(ip)} . ${port}`))]
    if (values.length === 0) return 'return'
    const { ip } = words[this.#family]
    const choice = `${this.keysOf(key.place)} . numgen random mod ${values.length} map @${this.#mapOf(values, key)}`
    const delivery = this.#goto('to', [`dnat ${ip} addr . port to ${choice}`])
    // where it is not known whether kube-proxy masquerades: with the node's address answers come back for sure
    if (masquerade === false) return delivery
    return this.#goto('masqueraded', [`meta mark set meta mark | ${this.#mark}`, delivery])
  }

  /** The first that has these for the key, or nothing yet: an address has other endpoints for some clients by traffic policies alone. */
  #mapOf(values: readonly string[], { place, text }: Key): string {
    for (let number = 1; ; number++) {
      const name = `${place}-targets-${number}`
      const own = this.#targets.get(name) ?? new Map<string, readonly string[]>()
      const known = own.get(text) ?? values
      this.#targets.set(name, own.set(text, known))
      if (known.join() === values.join()) return name
    }
  }

  #goto(what: string, rules: readonly string[]): string {
    const text = rules.join('\n')
    const name = this.#names.get(text) ?? `${what}-${this.#names.size + 1}`
    this.#names.set(text, name)
    return `goto ${name}`
  }

  keysOf(place: Place): string {
    return `${place === 'address' ? `${words[this.#family].ip} daddr . ` : ''}meta l4proto . th dport`
  }

  /** Names and rules. */
  get chains(): (readonly [string, readonly string[]])[] {
    return Array.from(this.#names, ([text, name]) => [name, text.split('\n')])
  }

  verdicts(place: Place): string[] {
    return Array.from(this.#verdicts[place], ([key, verdict]) => `${key} : ${verdict}`)
  }

  /** Names, types and elements of maps from which endpoints are chosen at random. */
  get targets(): { readonly name: string; readonly type: string; readonly elements: string[] }[] {
    const { ip } = words[this.#family]
    return Array.from(this.#targets, ([name, lists]) => ({
      name,
      type: `typeof ${this.keysOf(name.startsWith('address') ? 'address' : 'node-port')} . numgen random mod 1 : ${ip} daddr . th dport`,
      elements: [...lists].flatMap(([key, values]) => values.map((value, index) => `${key} . ${index} : ${value}`)),
    }))
  }
}
