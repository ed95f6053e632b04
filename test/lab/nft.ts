/** Tables of nft by chance: kube-proxy's rules, or an ordinary firewall's, or both. As lines for `nft -f`. */
import { nftMatchesBy } from './nft-match.ts'
import type { NftHook, NftPlace } from './nft-match.ts'
import { addNftServices } from './nft-services.ts'
import { nftRuleBy } from './nft-statement.ts'
import type { Family } from './network.ts'
import type { Service } from './services.ts'
import type { Words } from './words.ts'

interface Kept {
  readonly keyword: 'map' | 'set'
  readonly about: string
  readonly elements: string[]
}

export class NftTable {
  readonly #head: string
  readonly #kept = new Map<string, Kept>()
  readonly #chains = new Map<string, { readonly base: string | undefined; readonly rules: string[] }>()

  constructor(family: Family | 'inet', name: string) {
    this.#head = `table ${family} ${name}`
  }

  addressType(family: Family): string {
    return `type ipv${family === 'ip' ? 4 : 6}_addr`
  }

  /** The rules of a chain, which is made where it is missing; `base` says where it hangs. */
  chain(name: string, base?: string): string[] {
    const known = this.#chains.get(name)
    if (known) return known.rules
    const made = { base, rules: [] }
    this.#chains.set(name, made)
    return made.rules
  }

  has(chain: string): boolean {
    return this.#chains.has(chain)
  }

  set(name: string, about: string, elements: readonly string[]): void {
    this.#kept.set(name, { keyword: 'set', about, elements: [...new Set(elements)] })
  }

  map(name: string, about: string): void {
    this.#kept.set(name, { keyword: 'map', about, elements: [] })
  }

  element(name: string, key: string, value: string): void {
    const elements = this.#kept.get(name)?.elements
    if (elements?.every((element) => !element.startsWith(`${key} : `)) === true) elements.push(`${key} : ${value}`)
  }

  lines(): string[] {
    const kept = [...this.#kept].flatMap(([name, { about, elements, keyword }]) => [
      `\t${keyword} ${name} {`,
      ...about.split('; ').map((line) => `\t\t${line}`),
      ...(elements.length > 0 ? [`\t\telements = { ${elements.join(', ')} }`] : []),
      '\t}',
    ])
    const chains = [...this.#chains].flatMap(([name, { base, rules }]) => [
      `\tchain ${name} {`,
      ...(base === undefined ? [] : [`\t\t${base}`]),
      ...rules.map((rule) => `\t\t${rule}`),
      '\t}',
    ])
    return [`${this.#head} {`, ...kept, ...chains, '}']
  }
}

const filterPriorities: Readonly<Record<NftHook, readonly string[]>> = {
  prerouting: ['raw', 'mangle', 'dstnat - 5', 'filter', '-400', 'dstnat + 5', '-200'],
  input: ['mangle', 'filter', 'security', 'filter + 10'],
  forward: ['mangle', 'filter', 'security', 'filter - 1'],
  output: ['raw', 'mangle', 'filter', 'security', '-400', '-99', '-200'],
  postrouting: ['mangle', 'filter', 'srcnat - 1', 'srcnat + 1'],
}

const natPriorities: Readonly<Record<NftHook, readonly string[]>> = {
  prerouting: ['dstnat', 'dstnat', 'dstnat - 1', '-90'],
  input: ['100', '110'],
  forward: [],
  output: ['-100', '-100', '-50'],
  postrouting: ['srcnat', 'srcnat', 'srcnat + 5'],
}

export function nftBy(words: Words, services: readonly Service[]): NftTable[] {
  const tables: NftTable[] = []
  const hasServices = words.percent(60)
  if (hasServices) {
    const table = new NftTable(words.family, 'kube-proxy')
    addNftServices(table, services, words)
    tables.push(table)
  }
  if (!hasServices || words.percent(60)) tables.push(firewall(words, 'firewall'))
  if (words.percent(15)) tables.push(firewall(words, 'other'))
  return words.percent(50) ? tables : tables.toReversed()
}

function firewall(words: Words, name: string): NftTable {
  const family = words.percent(50) ? 'inet' : words.family
  const table = new NftTable(family, name)
  addSets(table, words)
  for (const hook of ['prerouting', 'input', 'forward', 'output', 'postrouting'] as const) {
    if (words.percent(50))
      addBase(
        table,
        words,
        { family, hook, type: hook === 'output' && words.percent(15) ? 'route' : 'filter' },
        words.pick(filterPriorities[hook]),
      )
    if (hook !== 'forward' && words.percent(40))
      addBase(table, words, { family, hook, type: 'nat' }, words.pick(natPriorities[hook]))
  }
  return table
}

function addSets(table: NftTable, words: Words): void {
  const { family } = words
  const [number, type] = [family === 'ip' ? 4 : 6, table.addressType(family)]
  const many = (one: () => string): string[] => Array.from({ length: 1 + words.below(4) }, one)
  table.set(
    `addresses${number}`,
    `${type}; flags interval`,
    [
      ...new Set([
        ...many(() => words.destination()),
        ...(words.percent(50) ? ['10.250.0.0/16', 'fd00:250::/32'].slice(number / 4 - 1, number / 4) : []),
      ]),
    ].filter((one) => one.includes(':') === (family === 'ip6')),
  )
  table.set(
    'ports',
    'type inet_service; flags interval',
    words.some(['53', '80', '443', '8000-9000', '30000-32767'], 3),
  )
  table.set(
    `frontends${number}`,
    `${type} . inet_proto . inet_service`,
    many(() => `${words.destination()} . ${words.protocol()} . ${words.port()}`),
  )
  table.set(`seen${number}`, `${type}; flags dynamic,timeout; timeout 1m`, [])
  table.map(`marks${number}`, `${type} : mark`)
  table.map(`endpoints${number}`, `${type} . inet_service : ipv${number}_addr . inet_service`)
  for (const ip of many(() => words.destination())) {
    table.element(`marks${number}`, ip, words.mark())
    table.element(`endpoints${number}`, `${ip} . ${words.port()}`, `${words.endpoint()} . ${words.port()}`)
  }
}

function addBase(table: NftTable, words: Words, place: NftPlace, priority: string): void {
  const { hook, type } = place
  const isStrict = type === 'filter' && words.percent(15) && (hook === 'input' || hook === 'forward')
  const name = `${type}_${hook}`
  table.chain(name, `type ${type} hook ${hook} priority ${priority}; policy ${isStrict ? 'drop' : 'accept'};`)
  addRules(table, words, place, name, 0)
}

/** Rules of a chain, and now and then chains that they jump to: each for one hook, and never back. */
function addRules(table: NftTable, words: Words, place: NftPlace, chain: string, depth: number): void {
  const rules = table.chain(chain)
  for (let i = 1 + words.below(4); i > 0; i--) {
    if (depth > 1 || !words.percent(20)) {
      rules.push(nftRuleBy(words, place))
      continue
    }
    const target = `${chain}_${words.below(3)}`
    const isKnown = table.has(target)
    rules.push(
      [
        ...words.ofOneProtocol(() => nftMatchesBy(words, place, 2)),
        `${words.percent(25) ? 'goto' : 'jump'} ${target}`,
      ].join(' '),
    )
    if (!isKnown) addRules(table, words, place, target, depth + 1)
  }
}
