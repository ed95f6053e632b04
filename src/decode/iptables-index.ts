/** The first pass over an iptables dump: which tables and chains there are and where the lines of their rules lie. */
import type { Table } from '../ruleset/ruleset.ts'
import { type DumpOrigin, type IncompatibleTable, readHeader } from './iptables-header.ts'
import { builtInHook } from './iptables-hooks.ts'
import type { BaseDeclaration, ChainSource } from './iptables-chain.ts'
import { IptablesChains } from './iptables-chains.ts'
import { LineLog, forEachLine, isBlank, wordEnd } from './lines.ts'
import type { SourceFile } from './source.ts'

export interface TableDraft {
  readonly name: string
  readonly family: 'ip' | 'ip6'
  readonly tool: Table['tool']
  readonly line: number
  readonly chains: IptablesChains
  /** The number of the last rule's chain; -1 before the first rule. */
  last: number
  lastName: string
  /** The rules so far came chain by chain in the order of the declarations. */
  ordered: boolean
  /** The line at which the table ended without COMMIT. */
  cut: number | undefined
}

/** `[start, end)` of the text. */
interface Place {
  readonly start: number
  readonly end: number
}

const HASH = 35
const STAR = 42
const SPACE = 32
const DASH = 45
const COLON = 58
const BRACKET = 91
const A = 65
const N = 78
const P = 80

/** Characters. iptables' own are shorter; a dump that lost its line ends is one. */
const longestComment = 500
const noComment = 'longer than any comment of iptables: the dump may have lost its line ends'

export class IptablesIndex {
  readonly tables: TableDraft[] = []
  readonly incompatible: IncompatibleTable[] = []
  readonly log: LineLog
  /** The number of a last line that is a rule without its line end. */
  cutRule: number | undefined

  readonly #source: SourceFile
  readonly #chainSource: ChainSource
  readonly #all: string
  #origin: DumpOrigin
  #table: TableDraft | undefined
  /** Of each table its tool, family and name. */
  readonly #dumped = new Set<string>()
  /** A header was read, and its table not yet. */
  #announced = false
  /** Why the lines up to the next COMMIT are not read: their table is a second one of its name. */
  #skip: string | undefined

  constructor(source: SourceFile, origin: DumpOrigin, chainSource: ChainSource) {
    this.#source = source
    this.#chainSource = chainSource
    this.#all = source.text
    this.log = new LineLog(source)
    this.#origin = origin
  }

  read(): void {
    this.log.lines = forEachLine(this.#all, (start, end, line, terminated) => {
      if (terminated) this.#line(start, end, line)
      else this.#lastLine(start, end, line)
    })
    this.#endTable(this.log.lines)
    if (this.#announced) this.#setCut(this.log.lines, 'the table that the last header announces is missing')
  }

  #line(start: number, end: number, line: number): void {
    const first = this.#all.charCodeAt(start)
    if (first === DASH && this.#table && this.#continues(this.#table, start, end, line)) return
    if (start === end) this.log.ignore(line, 'blank line')
    else if (first === HASH && end - start > longestComment) this.log.unknown(line, start, end, noComment)
    else if (first === HASH) this.#comment(this.#text(start, end), line)
    else if (first === STAR) this.#startTable(start, end, line)
    else if (this.#skip !== undefined) this.#skipped(start, end, line, this.#skip)
    else if (!this.#table) this.log.unknown(line, start, end, 'outside of a table')
    else if (first === COLON) this.#chain(this.#table, start + 1, start, end, line)
    else if (first === DASH || first === BRACKET) this.#command(this.#table, start, end, line)
    else if (this.#equals(start, end, 'COMMIT')) this.#table = undefined
    else this.#unreadable(this.#table, start, end, line)
  }

  /** A rule of the same chain as the one before, or of the chain declared after that: what most lines of a dump are. */
  #continues(table: TableDraft, start: number, end: number, line: number): boolean {
    const { chains, last, lastName } = table
    if (last >= 0 && this.#isRuleOf(lastName, start, end)) {
      chains.rules.add(last, start, end, line)
      return true
    }
    if (last + 1 === chains.size || !this.#isRuleOf(chains.nameOf(last + 1), start, end)) return false
    this.#addRule(table, last + 1, start, end, line)
    return true
  }

  /** Whether the line begins with `-A CHAIN `. */
  #isRuleOf(name: string, start: number, end: number): boolean {
    const after = start + 3 + name.length
    return (
      after < end &&
      this.#all.charCodeAt(after) === SPACE &&
      this.#all.charCodeAt(start + 1) === A &&
      this.#all.charCodeAt(start + 2) === SPACE &&
      this.#all.startsWith(name, start + 3)
    )
  }

  /** A last line without line end is whole only where nothing more can belong to it. */
  #lastLine(start: number, end: number, line: number): void {
    const text = this.#text(start, end)
    if (text === '' || text === 'COMMIT' || text.startsWith('# Completed')) return this.#line(start, end, line)
    this.#setCut(line, 'the last line does not end')
    if (text.length > longestComment) return this.log.unknown(line, start, end, noComment)
    if (text.startsWith('#')) return this.log.ignore(line, 'comment')
    const table = this.#table
    const chain = table ? this.#chainOf(table, start, end) : -1
    if (!table || chain < 0) return this.log.unknown(line, start, end, 'the dump ends in the middle of this line')
    this.cutRule = line
    this.#addRule(table, chain, start, end, line)
  }

  /** The declared chain that a cut rule names, unless the cut goes through the name; -1 where there is none. */
  #chainOf({ chains }: TableDraft, start: number, end: number): number {
    const name = this.#ruleChain(start, end)
    return name && name.end < end ? chains.find(this.#all, name.start, name.end) : -1
  }

  #comment(text: string, line: number): void {
    const comment = readHeader(text, this.#origin)
    this.log.ignore(line, comment.why)
    this.#announced = false
    if (comment.origin) {
      this.#endTable(line)
      this.#announced = true
      this.#origin = comment.origin
    }
    if (comment.incompatible !== undefined) {
      const at = { file: this.#source.name, line }
      this.incompatible.push({ family: this.#origin.family, name: comment.incompatible, at })
    }
  }

  #startTable(start: number, end: number, line: number): void {
    this.#endTable(line)
    this.#announced = false
    const name = this.#text(start + 1, end).trim()
    // Where nothing tells: most distributions with iptables 1.8 have its nft variant.
    const { family, tool = 'iptables-nft' } = this.#origin
    if (name === '') return this.log.unknown(line, start, end, 'a table without a name')
    const key = `${tool} ${family} ${name}`
    if (this.#dumped.has(key)) {
      this.#skip = `table ${name} was already dumped in this file; the first one is used`
      this.log.unknown(line, start, end, this.#skip)
      return
    }
    this.#dumped.add(key)
    this.#table = {
      name,
      family,
      tool,
      line,
      chains: new IptablesChains(this.#all, this.#chainSource),
      last: -1,
      lastName: '',
      ordered: true,
      cut: undefined,
    }
    this.tables.push(this.#table)
  }

  #skipped(start: number, end: number, line: number, why: string): void {
    this.log.unknown(line, start, end, why)
    if (this.#equals(start, end, 'COMMIT')) this.#skip = undefined
  }

  /** The table that is still open at `line` has no COMMIT. */
  #endTable(line: number): void {
    if (this.#table) {
      this.#table.cut = line
      this.#setCut(line, `table ${this.#table.name} has no COMMIT`)
    }
    this.#table = undefined
    this.#skip = undefined
  }

  #setCut(line: number, why: string): void {
    this.log.cut ??= { file: this.#source.name, line, why }
  }

  /** `NAME POLICY [packets:bytes]`, after the colon of iptables-save or the `-P ` or `-N ` of `iptables -S`. */
  #chain(table: TableDraft, nameStart: number, start: number, end: number, line: number): void {
    const nameEnd = wordEnd(this.#all, nameStart, end)
    const policyStart = this.#skipBlanks(nameEnd, end)
    const newChain = this.#all.charCodeAt(start) === DASH && this.#all.charCodeAt(start + 1) === N
    const policy = newChain ? '-' : this.#text(policyStart, wordEnd(this.#all, policyStart, end))
    if (nameEnd === nameStart || policy === '') return this.log.unknown(line, start, end, 'not a chain with its policy')
    const name = { start: nameStart, end: nameEnd }
    if (policy !== '-') this.#builtIn(table, name, policy, start, end, line)
    else if (table.chains.add(nameStart, nameEnd, line) < 0) this.#declaredBefore(name, start, end, line)
  }

  #declaredBefore(name: Place, start: number, end: number, line: number): void {
    this.log.unknown(line, start, end, `chain ${this.#text(name.start, name.end)} was already declared`)
  }

  /** A chain with a policy. */
  #builtIn(table: TableDraft, place: Place, policy: string, start: number, end: number, line: number): void {
    const name = this.#text(place.start, place.end)
    const hook = builtInHook(table.name, name, table.tool)
    const known = policy === 'ACCEPT' || policy === 'DROP'
    const base = hook && {
      hook: { ...hook, policy: policy === 'DROP' ? ('drop' as const) : ('accept' as const) },
      policyLine: known ? undefined : { start, end, line },
    }
    if (table.chains.add(place.start, place.end, line, base) < 0) this.#declaredBefore(place, start, end, line)
    else if (!hook)
      this.log.unknown(line, start, end, `the kernel has no built-in chain ${name} in table ${table.name}`)
    else if (!known) this.log.unknown(line, start, end, `policy ${policy} is neither ACCEPT nor DROP`)
  }

  /** `-A CHAIN ...`, and the `-P CHAIN POLICY` and `-N CHAIN` of `iptables -S`. */
  #command(table: TableDraft, start: number, end: number, line: number): void {
    const name = this.#ruleChain(start, end)
    const letter = this.#all.charCodeAt(start + 1)
    if (name) this.#rule(table, name, start, end, line)
    else if (this.#all.charCodeAt(start) !== DASH || !isBlank(this.#all.charCodeAt(start + 2)))
      this.#unreadable(table, start, end, line)
    else if (letter === P || letter === N) this.#chain(table, start + 3, start, end, line)
    else this.#unreadable(table, start, end, line)
  }

  #rule(table: TableDraft, name: Place, start: number, end: number, line: number): void {
    const chain = table.chains.find(this.#all, name.start, name.end)
    this.#addRule(table, chain < 0 ? this.#undeclared(table, name, line) : chain, start, end, line)
  }

  /** iptables-save declares every chain first; a file edited by hand may not. The kernel's own chains accept by default. */
  #undeclared({ chains, name: table, tool }: TableDraft, name: Place, line: number): number {
    const hook = builtInHook(table, this.#text(name.start, name.end), tool)
    const base: BaseDeclaration | undefined = hook && { hook: { ...hook, policy: 'accept' } }
    return chains.add(name.start, name.end, line, base)
  }

  #addRule(table: TableDraft, chain: number, start: number, end: number, line: number): void {
    if (chain < table.last) table.ordered = false
    table.last = chain
    table.lastName = table.chains.nameOf(chain)
    table.chains.rules.add(chain, start, end, line)
  }

  /** Where the chain name of `-A CHAIN` or `[1:2] -A CHAIN` lies. */
  #ruleChain(start: number, end: number): Place | undefined {
    let at = start
    if (this.#all.charCodeAt(at) === BRACKET) at = this.#skipBlanks(wordEnd(this.#all, at, end), end)
    if (
      this.#all.charCodeAt(at) !== DASH ||
      this.#all.charCodeAt(at + 1) !== A ||
      !isBlank(this.#all.charCodeAt(at + 2))
    )
      return undefined
    const name = this.#skipBlanks(at + 2, end)
    const nameEnd = wordEnd(this.#all, name, end)
    return nameEnd > name ? { start: name, end: nameEnd } : undefined
  }

  #skipBlanks(start: number, end: number): number {
    let at = start
    while (at < end && isBlank(this.#all.charCodeAt(at))) at++
    return at
  }

  /** Among rules a line that cannot be read may have been a rule of the chain before it. */
  #unreadable(table: TableDraft, start: number, end: number, line: number): void {
    if (table.last >= 0) table.chains.rules.add(table.last, start, end, line)
    else this.log.unknown(line, start, end, 'neither a chain nor a rule')
  }

  #equals(start: number, end: number, word: string): boolean {
    return end - start >= word.length && this.#text(start, end).trimEnd() === word
  }

  #text(start: number, end: number): string {
    return this.#all.slice(start, end)
  }
}
