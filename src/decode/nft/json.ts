/** `nft -j list ruleset`: libnftables' JSON. */
import { formatNftRule } from '../../ruleset/format-nft.ts'
import type { NftSet } from '../../ruleset/nft.ts'
import type { BaseHook, Chain, Found, Rule, Table, TableFamily } from '../../ruleset/ruleset.ts'
import { shorten } from '../lines.ts'
import type { DecodedTables, LineReport, SourceFile, UnknownLine } from '../source.ts'
import { baseHookOfJson } from './base-chain.ts'
import { jsonElements, jsonExpression } from './json-expression.ts'
import { type JsonLayout, layoutOf } from './json-lines.ts'
import { jsonRule } from './json-rule.ts'
import { type JsonObject, isObject, kindOf, numberOf, stringOf, stringify, stringsOf } from './json-value.ts'
import { datatypesOf } from '../../ruleset/nft-datatype.ts'
import { keeperOf } from './keeper.ts'
import { elementTypes, foundElements, makeSet } from './set.ts'
import { whyUnreadable } from './tokens.ts'

/**
 * Never throws. JSON that does not parse has no tables and is `cut`. A rule's `at` is the line in which its object starts (nft
 * prints everything on one), its text is the rule as nft would print it.
 */
export function decodeNftJson(source: SourceFile): DecodedTables {
  let json: unknown
  try {
    json = JSON.parse(source.text)
  } catch (error) {
    const why = `this is not JSON: ${error instanceof Error ? error.message : String(error)}`
    const lines = countLines(source.text)
    return { tables: [], cut: { file: source.name, line: Math.max(lines, 1), why }, report: () => refused(source, why) }
  }
  const objects = isObject(json) ? json['nftables'] : undefined
  if (!Array.isArray(objects)) {
    return {
      tables: [],
      report: () => refused(source, 'this JSON is not what nft -j prints: it has no array "nftables"'),
    }
  }
  const layout = layoutOf(source.text, objects.length)
  if (layout.depth > deepest) {
    return { tables: [], report: () => refused(source, 'this JSON is nested deeper than any that nft prints') }
  }
  return new JsonReader(source).read(objects, layout)
}

/** nft's goes down to 15 or so; what is deeper was made to exhaust the stack of its reader. */
const deepest = 64

function countLines(text: string): number {
  let lines = 0
  for (let at = 0; at < text.length; lines++) {
    const found = text.indexOf('\n', at)
    at = found < 0 ? text.length : found + 1
  }
  return lines
}

function refused(source: SourceFile, why: string): LineReport {
  const lines = source.text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const unknown = lines.map((text, i) => ({ line: i + 1, text, why }))
  return { file: source.name, lines: lines.length, recognised: 0, ignored: [], unknown }
}

interface JsonTable {
  readonly family: TableFamily
  readonly name: string
  readonly line: number
  readonly dormant: boolean
  readonly chains: Map<string, JsonChain>
  readonly sets: Map<string, NftSet>
  /** In which line a set's object starts. */
  readonly setLines: Map<NftSet, number>
}

interface JsonChain {
  readonly name: string
  readonly line: number
  readonly base?: BaseHook
  readonly rules: { readonly line: number; readonly rule: JsonObject }[]
}

const families = new Set(['arp', 'bridge', 'inet', 'ip', 'ip6', 'netdev'])
const isFamily = (word: unknown): word is TableFamily => typeof word === 'string' && families.has(word)

/** Objects that decide nothing by themselves, as in the text. */
const passive = new Set(
  [
    'counter',
    'ct expectation',
    'ct helper',
    'ct timeout',
    'flowtable',
    'limit',
    'metainfo',
    'quota',
    'secmark',
    'synproxy',
  ].concat(['tunnel']),
)

class JsonReader {
  readonly #source: SourceFile
  readonly #tables = new Map<string, JsonTable>()
  readonly #unknown: UnknownLine[] = []
  /** Objects of the table that is listed a second time are not read. */
  readonly #duplicates = new Set<string>()

  constructor(source: SourceFile) {
    this.#source = source
  }

  read(objects: readonly unknown[], { lineOf }: JsonLayout): DecodedTables {
    objects.forEach((object, i) => this.#readObject(object, lineOf(i)))
    const tables = [...this.#tables.values()].map((table) => this.#table(table))
    return { tables, report: () => this.#report(tables) }
  }

  #readObject(object: unknown, line: number): void {
    const kind = isObject(object) ? kindOf(object) : undefined
    if (!kind || !isObject(kind[1])) return this.#unread(object, line, 'this is no object of nft')
    const [name, value] = kind
    if (passive.has(name)) return
    if (!isFamily(value['family']))
      return this.#unread(object, line, `"${String(value['family'])}" is no family of tables`)
    if (name === 'table') return this.#readTable(value, value['family'], line)
    const table = this.#tableOf(value, value['family'], line)
    if (name === 'chain') this.#readChain(table, value, line)
    else if (name === 'rule') this.#readRule(table, value, line)
    else if (name === 'set' || name === 'map') this.#readSet(table, value, line)
    else if (name === 'element') this.#unread(object, line, 'elements outside of their set')
    else this.#unread(object, line, `kpx knows no object "${name}"`)
  }

  #readTable(value: JsonObject, family: TableFamily, line: number): void {
    const name = String(value['name'])
    const key = `${family} ${name}`
    if (this.#tables.has(key)) {
      this.#duplicates.add(key)
      return this.#unread({ table: value }, line, `table ${key} occurs twice; kpx reads the first`)
    }
    const dormant = stringsOf(value['flags']).includes('dormant')
    this.#tables.set(key, { family, name, line, dormant, chains: new Map(), sets: new Map(), setLines: new Map() })
  }

  /** The table that an object names; `nft -j list chain` does not list the table itself. */
  #tableOf(value: JsonObject, family: TableFamily, line: number): JsonTable {
    const name = String(value['table'])
    const key = `${family} ${name}`
    let table = this.#tables.get(key)
    if (!table) {
      table = { family, name, line, dormant: false, chains: new Map(), sets: new Map(), setLines: new Map() }
      this.#tables.set(key, table)
    }
    return table
  }

  #readChain(table: JsonTable, value: JsonObject, line: number): void {
    const name = String(value['name'])
    if (table.chains.has(name)) return this.#unread({ chain: value }, line, `chain ${name} occurs twice`)
    const base = baseHookOfJson(value)
    if (!base && value['hook'] !== undefined)
      this.#unread({ chain: value }, line, 'kpx cannot read where this chain is attached')
    table.chains.set(name, { name, line, ...(base ? { base } : {}), rules: [] })
  }

  #readRule(table: JsonTable, value: JsonObject, line: number): void {
    const name = String(value['chain'])
    if (this.#duplicates.has(`${table.family} ${table.name}`)) {
      return this.#unread({ rule: value }, line, `its table occurs twice; kpx reads the first`)
    }
    let chain = table.chains.get(name)
    if (!chain) {
      chain = { name, line, rules: [] }
      table.chains.set(name, chain)
    }
    chain.rules.push({ line, rule: value })
  }

  #readSet(table: JsonTable, value: JsonObject, line: number): void {
    const name = String(value['name'])
    if (table.sets.has(name)) return this.#unread({ set: value }, line, `set ${name} occurs twice`)
    try {
      const set = jsonSet(name, value)
      table.sets.set(name, set)
      table.setLines.set(set, line)
    } catch (error) {
      this.#unread({ set: value }, line, `set ${name} cannot be read: ${whyUnreadable(error)}`)
    }
  }

  #table(table: JsonTable): Table {
    const { family, name } = table
    const chains = new Map<string, Chain>()
    for (const chain of table.chains.values()) chains.set(chain.name, this.#chain(table, chain))
    const tool = keeperOf(family, name, table.chains.values(), false)
    const search = (text: string) => this.#search(table, text)
    return { family, name, tool, at: { file: this.#source.name, line: table.line }, chains, sets: table.sets, search }
  }

  #search({ chains, family, setLines }: JsonTable, text: string): Found[] {
    const file = this.#source.name
    const rules = [...chains.values()].flatMap((chain) =>
      chain.rules
        .filter(({ rule }) => stringify(rule).includes(text))
        .map(({ line, rule }) => ({ chain: chain.name, rule: readRule(rule, family, { file, line }) }))
        .filter(({ rule }) => rule.text.includes(text)),
    )
    const elements = [...setLines].flatMap(([set, line]) => foundElements(set, set.elements, { file, line }, text))
    return [...rules, ...elements]
  }

  #chain({ dormant, family }: JsonTable, chain: JsonChain): Chain {
    const file = this.#source.name
    let rules: readonly Rule[] | undefined
    return {
      name: chain.name,
      at: { file, line: chain.line },
      ...(chain.base && !dormant ? { base: chain.base } : {}),
      get rules() {
        return (rules ??= chain.rules.map(({ line, rule }) => readRule(rule, family, { file, line })))
      },
    }
  }

  #unread(object: unknown, line: number, why: string): void {
    this.#unknown.push({ line, text: stringify(object).slice(0, 200), why })
  }

  /** At most one entry for a line, however many objects it holds. */
  #report(tables: readonly Table[]): LineReport {
    const rules = tables.flatMap((table) => [...table.chains.values()].flatMap((chain) => unknownRules(chain)))
    const unknown = onePerLine([...this.#unknown, ...rules])
    const lines = countLines(this.#source.text)
    return { file: this.#source.name, lines, recognised: lines - unknown.length, ignored: [], unknown }
  }
}

function onePerLine(entries: readonly UnknownLine[]): UnknownLine[] {
  const counts = new Map<number, number>()
  for (const { line } of entries) counts.set(line, (counts.get(line) ?? 0) + 1)
  const firsts = new Map(entries.toReversed().map((entry) => [entry.line, entry]))
  return [...firsts.values()]
    .map(({ line, text, why }) => {
      const more = (counts.get(line) ?? 1) - 1
      return { line, text, why: more === 0 ? why : `${why} (and ${more} more in this line)` }
    })
    .toSorted((a, b) => a.line - b.line)
}

function readRule(value: JsonObject, family: TableFamily, at: Rule['at']): Rule {
  try {
    const body = jsonRule(value, family)
    return { at, text: body.tool === 'nft' ? formatNftRule(body, family) : stringify(value['expr']), body }
  } catch (error) {
    return { at, text: stringify(value['expr']), body: { tool: 'unknown', why: whyUnreadable(error) } }
  }
}

function unknownRules(chain: Chain): UnknownLine[] {
  return chain.rules.flatMap(({ at, body, text }) =>
    body.tool === 'unknown' ? [{ line: at.line, text: shorten(text), why: body.why }] : [],
  )
}

function jsonSet(name: string, value: JsonObject): NftSet {
  const [map, timeout, size, comment] = [
    jsonMapType(value['map']),
    numberOf(value['timeout']),
    numberOf(value['size']),
    stringOf(value['comment']),
  ]
  const head = {
    name,
    type: jsonType(value['type']),
    flags: stringsOf(value['flags']),
    ...(map === undefined ? {} : { map }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(size === undefined ? {} : { size }),
    ...(comment === undefined ? {} : { comment }),
  }
  const types = elementTypes(head)
  return makeSet(head, () => {
    try {
      return jsonElements(value['elem'], types.key, types.data)
    } catch (error) {
      return [{ other: `elements that cannot be read: ${whyUnreadable(error)}` }]
    }
  })
}

/** A name, a list of names, or since nft 1.1.2 `{"typeof": expression}`. */
function jsonType(value: unknown): readonly string[] {
  return isObject(value) && 'typeof' in value ? datatypesOf(jsonExpression(value['typeof'])) : stringsOf(value)
}

function jsonMapType(value: unknown): string | undefined {
  const types = jsonType(value)
  return types.length === 0 ? undefined : types.join(' . ')
}
