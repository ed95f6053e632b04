/**
 * The structure of `nft list ruleset`, found in one pass: tables, their chains and sets, and where the lines of
 * rules and elements are. No rule and no element is read here.
 */
import type { At, TableFamily } from '../../ruleset/ruleset.ts'
import type { Cut, IgnoredLine, SourceFile, UnknownLine } from '../source.ts'
import { parseBaseChain } from './base-chain.ts'
import { emptySetHead, readSetLine } from './set.ts'
import type { ChainIndex, SetIndex, Span, TableIndex, TextIndex } from './text-structure.ts'
import { splitWords, unquote } from './tokens.ts'

export function indexNftText(source: SourceFile): TextIndex {
  return new TextReader(source).read()
}

/** The innermost block that is open. All lines of a refused block are unknown; without a table it is a whole table. */
type Open =
  /** `nested` counts the anonymous chains (`jump { ... }`) that are open in it. */
  | { readonly kind: 'chain'; readonly table: TableIndex; readonly chain: ChainIndex; readonly nested: number }
  | { readonly kind: 'elements'; readonly table: TableIndex; readonly set: SetIndex; readonly span: Span }
  | { readonly kind: 'object'; readonly table: TableIndex; readonly why: string }
  | { readonly kind: 'refused'; readonly table?: TableIndex; readonly why: string }
  | { readonly kind: 'set'; readonly table: TableIndex; readonly set: SetIndex }
  | { readonly kind: 'table'; readonly table: TableIndex }
  | { readonly kind: 'top' }

const top: Open = { kind: 'top' }

const families = new Set(['arp', 'bridge', 'inet', 'ip', 'ip6', 'netdev'])
const isFamily = (word: string | undefined): word is TableFamily => word !== undefined && families.has(word)

/** Objects that rules refer to by name; what a rule does with them is in the rule. */
const objectKinds = new Set(['counter', 'ct', 'flowtable', 'limit', 'quota', 'secmark', 'synproxy', 'tunnel'])

const tab = 9
const carriageReturn = 13
const blank = 32
const openBrace = 123
const closeBrace = 125

class TextReader {
  readonly #file: string
  readonly #all: string
  readonly #tables: TableIndex[] = []
  /** Of each table its family and name. */
  readonly #listed = new Set<string>()
  readonly #ignored: IgnoredLine[] = []
  readonly #unknown: UnknownLine[] = []
  #open: Open = top
  #line = 0
  /** nft has just said that iptables-nft keeps the next table. */
  #warned = false
  #cut: Cut | undefined

  constructor({ name, text }: SourceFile) {
    this.#file = name
    this.#all = text
  }

  read(): TextIndex {
    const all = this.#all
    let start = 0
    while (start < all.length) {
      const found = all.indexOf('\n', start)
      const end = found < 0 ? all.length : found
      this.#line++
      this.#readLine(start, end)
      start = end + 1
    }
    if (this.#open.kind !== 'top') this.#closeEarly('the file ends inside')
    else if (this.#endsInsideLine()) this.#cut ??= { ...this.#at(), why: 'the file ends in the middle of this line' }
    const cut = this.#cut ? { cut: this.#cut } : {}
    return { tables: this.#tables, lines: this.#line, ignored: this.#ignored, unknown: this.#unknown, ...cut }
  }

  /** A last line without its end, but for the brace that is one whole line. */
  #endsInsideLine(): boolean {
    const last = this.#all.at(-1)
    return last !== undefined && last !== '\n' && last !== '}'
  }

  /** A line, without its newline. */
  #readLine(lineStart: number, lineEnd: number): void {
    let start = lineStart
    let end = lineEnd
    while (start < end && isBlank(this.#all.charCodeAt(start))) start++
    while (end > start && isBlank(this.#all.charCodeAt(end - 1))) end--
    if (start === end) return
    const closes = this.#all.charCodeAt(start) === closeBrace && this.#isOnlyBrace(start, end)
    if (this.#open.kind === 'refused' && !(start === lineStart && this.#startsWith(start, 'table '))) {
      this.#readRefused(this.#open, start, end, closes ? start - lineStart : undefined)
    } else if (closes) this.#close(start, start === lineStart)
    else if (this.#all.charCodeAt(end - 1) === openBrace || this.#mayOpen(start, end)) this.#readOpening(start, end)
    else this.#readContent(start, end)
  }

  /** `}` alone or with nft -a's remark behind it. */
  #isOnlyBrace(start: number, end: number): boolean {
    return end === start + 1 || (this.#open.kind !== 'elements' && this.#all.charCodeAt(start + 1) === blank)
  }

  /** `table`, `chain`, `set` and `map` lines have `# handle N` behind the brace with nft -a. */
  #mayOpen(start: number, end: number): boolean {
    const { kind } = this.#open
    return (kind === 'top' || kind === 'table') && this.#text(start, end).includes('{ # handle')
  }

  #startsWith(start: number, text: string): boolean {
    return this.#all.startsWith(text, start)
  }

  #text(start: number, end: number): string {
    return this.#all.slice(start, end)
  }

  #at(): At {
    return { file: this.#file, line: this.#line }
  }

  /** Where the next line starts. */
  #afterLine(at: number): number {
    const found = this.#all.indexOf('\n', at)
    return found < 0 ? this.#all.length : found + 1
  }

  /** A line that ends in `{`. */
  #readOpening(start: number, end: number): void {
    const words = splitWords(this.#text(start, end))
    const [kind = '', name = ''] = words
    const brace = words.indexOf('{')
    const open = this.#open
    if (kind === 'table' && brace >= 2) this.#openTable(words.slice(0, brace))
    else if (open.kind === 'top') this.#readContent(start, end)
    else if (brace === 2 && (kind === 'chain' || kind === 'set' || kind === 'map'))
      this.#openMember(kind, unquote(name), start)
    else if (open.kind === 'chain') {
      this.#readContent(start, end)
      this.#open = { ...open, nested: open.nested + 1 }
    } else if (open.kind !== 'table') this.#readContent(start, end)
    else if (objectKinds.has(kind)) this.#openObject(kind, open.table)
    else this.#refuse(`${kind} ${name}`, 'kpx knows no such block', open.table)
  }

  /** `words` are `table`, the family (left out for ip by old versions) and the name. */
  #openTable(words: readonly string[]): void {
    if (this.#open.kind !== 'top') this.#closeEarly(`line ${this.#line} begins a table inside`)
    const family = words.length === 2 ? 'ip' : words[1]
    const name = unquote(words.at(-1) ?? '')
    const warned = this.#warned
    this.#warned = false
    if (!isFamily(family)) return this.#refuse(words.join(' '), `"${family ?? ''}" is no family of tables`)
    if (this.#listed.has(`${family} ${name}`)) {
      return this.#refuse(words.join(' '), `table ${family} ${name} occurs twice; kpx reads the first`)
    }
    const table = { family, name, at: this.#at(), chains: new Map(), sets: new Map(), warned, dormant: false }
    this.#tables.push(table)
    this.#listed.add(`${family} ${name}`)
    this.#open = { kind: 'table', table }
  }

  /** A chain, set or map. It cannot begin inside another one, so if it does, the other was never closed. */
  #openMember(kind: string, name: string, start: number): void {
    if (this.#open.kind !== 'table') this.#closeEarly(`line ${this.#line} begins a ${kind} inside`)
    if (this.#open.kind !== 'table') return this.#unread(`${kind} ${name}`, 'outside of every table')
    const { table } = this.#open
    const members = kind === 'chain' ? table.chains : table.sets
    if (members.has(name))
      return this.#refuse(`${kind} ${name}`, `${kind} ${name} occurs twice; kpx reads the first`, table)
    if (kind !== 'chain') {
      const set: SetIndex = { head: emptySetHead(name), elements: [] }
      table.sets.set(name, set)
      this.#open = { kind: 'set', table, set }
      return
    }
    const rules = this.#afterLine(start)
    const chain: ChainIndex = { name, at: this.#at(), rules: { start: rules, end: rules, line: this.#line + 1 } }
    table.chains.set(name, chain)
    this.#open = { kind: 'chain', table, chain, nested: 0 }
  }

  #openObject(kind: string, table: TableIndex): void {
    const why = `a ${kind === 'ct' ? 'ct object' : kind} decides nothing by itself; the rules that use it are read`
    this.#ignored.push({ line: this.#line, why })
    this.#open = { kind: 'object', table, why }
  }

  #readContent(start: number, end: number): void {
    const open = this.#open
    if (open.kind === 'chain') this.#readChainLine(open.chain, open.table.family, start, end)
    else if (open.kind === 'elements') this.#readElements(open.span, end)
    else if (open.kind === 'set') this.#readSetLine(open, start, end)
    else if (open.kind === 'table') this.#readTableLine(open.table, this.#text(start, end))
    else if (open.kind === 'object') this.#ignored.push({ line: this.#line, why: open.why })
    else this.#readTopLine(this.#text(start, end))
  }

  #readTopLine(text: string): void {
    if (!text.startsWith('#')) return this.#unread(text, 'outside of every table')
    const managed = text.includes('is managed by iptables')
    if (managed) this.#warned = true
    this.#ignored.push({ line: this.#line, why: managed ? 'says which tool keeps the next table' : 'a remark' })
  }

  #readTableLine(table: TableIndex, text: string): void {
    if (text.startsWith('comment ')) return
    if (!text.startsWith('flags ')) return this.#unread(text, 'kpx knows no such line in a table')
    if (text.includes('dormant')) table.dormant = true
  }

  /** Lines before the first rule may say where the chain is attached; all others are rules, read later. */
  #readChainLine(chain: ChainIndex, family: TableFamily, start: number, end: number): void {
    const first = chain.rules.end === chain.rules.start
    if (first && !chain.base && this.#startsWith(start, 'type ')) {
      const base = parseBaseChain(this.#text(start, end), family)
      if (base) chain.base = base
      else this.#unread(this.#text(start, end), 'kpx cannot read where this chain is attached')
      this.#beginRules(chain.rules, end)
    } else if (first && this.#startsWith(start, 'comment "')) this.#beginRules(chain.rules, end)
    else chain.rules.end = end
  }

  /** Rules begin in the next line. */
  #beginRules(rules: Span, end: number): void {
    rules.start = this.#afterLine(end)
    rules.end = rules.start
    rules.line = this.#line + 1
  }

  #readSetLine(
    { set, table }: { readonly set: SetIndex; readonly table: TableIndex },
    start: number,
    end: number,
  ): void {
    if (!this.#startsWith(start, 'elements')) {
      const text = this.#text(start, end)
      if (!readSetLine(set.head, text)) this.#unread(text, 'kpx knows no such line in a set')
      return
    }
    const brace = this.#all.indexOf('{', start)
    if (brace < 0 || brace >= end) return this.#unread(this.#text(start, end), 'the elements do not begin')
    const span = { start: brace + 1, end, line: this.#line }
    set.elements.push(span)
    this.#open = { kind: 'elements', table, set, span }
    this.#readElements(span, end)
  }

  /** Elements end with the line that ends in a brace; all others end in a comma. */
  #readElements(span: Span, end: number): void {
    span.end = end
    const open = this.#open
    if (open.kind === 'elements' && this.#all.charCodeAt(end - 1) === closeBrace) {
      this.#open = { kind: 'set', table: open.table, set: open.set }
    }
  }

  /** A brace in the first column closes the table even if the brace of something in it is missing. */
  #close(start: number, firstColumn: boolean): void {
    const open = this.#open
    if (open.kind === 'top') return this.#unread('}', 'closes nothing')
    if (open.kind === 'elements' && !firstColumn) return this.#readElements(open.span, start + 1)
    if (open.kind === 'chain' && open.nested > 0 && !firstColumn) {
      open.chain.rules.end = start + 1
      this.#open = { ...open, nested: open.nested - 1 }
      return
    }
    if (open.kind === 'object') this.#ignored.push({ line: this.#line, why: open.why })
    if (open.kind === 'table') this.#open = top
    else if (firstColumn) {
      this.#closeEarly(`line ${this.#line} ends the table inside`)
      this.#open = top
    } else this.#leave()
  }

  /** Back to the table around what is open. */
  #leave(): void {
    const table = this.#open.kind === 'top' ? undefined : this.#open.table
    this.#open = table ? { kind: 'table', table } : top
  }

  /** Something that should have been closed is still open. */
  #closeEarly(what: string): void {
    const open = this.#open
    const at = this.#at()
    if (open.kind === 'chain') open.chain.cut = at
    this.#cut ??= { ...at, why: `${what} ${describe(open)}` }
    this.#leave()
  }

  /** Starts a block whose lines are all unknown. */
  #refuse(text: string, why: string, table?: TableIndex): void {
    this.#unread(text, why)
    this.#open = table ? { kind: 'refused', table, why } : { kind: 'refused', why }
  }

  /** `indent` of the brace that closes something, if this line is one. */
  #readRefused({ table, why }: Extract<Open, { kind: 'refused' }>, start: number, end: number, indent?: number): void {
    this.#unread(this.#text(start, end), why)
    if (indent === 0) this.#open = top
    else if (indent !== undefined && table) this.#leave()
  }

  #unread(text: string, why: string): void {
    this.#unknown.push({ line: this.#line, text, why })
  }
}

function describe(open: Open): string {
  if (open.kind === 'top' || !open.table) return 'a table'
  const table = `table ${open.table.family} ${open.table.name}`
  if (open.kind === 'chain') return `chain ${open.chain.name} of ${table}`
  return open.kind === 'set' || open.kind === 'elements' ? `set ${open.set.head.name} of ${table}` : table
}

const isBlank = (code: number): boolean => code === blank || code === tab || code === carriageReturn
