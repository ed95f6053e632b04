/**
 * iptables-save's dump as tables. One pass over the bytes finds tables, chains and where each rule's line lies; a chain's
 * rules become values when they are first read. Grammar: iptables 1.8, iptables-save.c and xtables-save.c.
 */
import { Recent } from '../recent.ts'
import type { FilledTemplate, IptablesRule } from '../ruleset/iptables.ts'
import type { At, Found, Rule, Table, UnknownRule } from '../ruleset/ruleset.ts'
import type { ChainSource, IptablesChain } from './iptables-chain.ts'
import type { IptablesChains } from './iptables-chains.ts'
import type { DumpOrigin, IncompatibleTable } from './iptables-header.ts'
import { type TableDraft, IptablesIndex } from './iptables-index.ts'
import { IptablesLine } from './iptables-line.ts'
import type { LineSource } from './iptables-line.ts'
import { unknown } from './iptables-rule.ts'
import { IptablesRuleReader } from './iptables-shape.ts'
import { shorten } from './lines.ts'
import type { DecodedTables, SourceFile, UnknownLine } from './source.ts'

export interface DecodedIptables extends DecodedTables {
  readonly incompatible: readonly IncompatibleTable[]
}

/** Family and tool are what the file's name suggests; a header line inside the file knows better. */
export function decodeIptablesSave(
  source: SourceFile,
  family: 'ip' | 'ip6',
  tool: 'iptables-legacy' | 'iptables-nft' | 'unknown',
): DecodedIptables {
  const reader = new RuleReader(source, { family, tool: tool === 'unknown' ? undefined : tool })
  const { incompatible, log, tables } = reader.index
  return {
    tables: tables.map((draft) => makeTable(draft, source.name, reader)),
    ...(log.cut && { cut: log.cut }),
    incompatible,
    report: () => log.report(reader.unknownLines()),
  }
}

function makeTable(
  { chains, cut, family, last, line, name, ordered, tool }: TableDraft,
  file: string,
  reader: RuleReader,
): Table {
  if (cut !== undefined) {
    // Rules are printed chain by chain in the order of the declarations, so the dump is whole up to the chain of its last
    // rule. Where the rules do not keep that order, nothing is certain.
    chains.cut = { from: ordered ? Math.max(last, 0) : 0, at: { file, line: cut } }
  }
  const search = (text: string) => reader.search(chains, text)
  return { family, name, tool, at: { file, line }, chains, sets: new Map(), search }
}

/** Rules that are kept as values: the chains of most Services have far fewer, and a big dump has many more. */
const mostKept = 1_000

/** Makes rules of the lines that the index found. */
class RuleReader implements ChainSource, LineSource {
  readonly index: IptablesIndex
  readonly text: string
  readonly #file: string
  readonly #reader: IptablesRuleReader
  readonly #recent = new Recent<IptablesChain, readonly Rule[]>(mostKept, ({ length }) => length)

  constructor(source: SourceFile, origin: DumpOrigin) {
    this.text = source.text
    this.#file = source.name
    this.#reader = new IptablesRuleReader(source.text)
    this.index = new IptablesIndex(source, origin, this)
    this.index.read()
  }

  at(line: number): At {
    return { file: this.#file, line }
  }

  /** A dump of 300,000 rules as values would take a gigabyte: chains that were not asked for again are read again. */
  rulesOf(chain: IptablesChain): readonly Rule[] {
    return this.#recent.get(chain) ?? this.#recent.add(chain, this.#read(chain))
  }

  #read(chain: IptablesChain): Rule[] {
    const rules: Rule[] = []
    chain.lines.forEach(chain.order, this.text, (start, end, line) => {
      rules.push(new IptablesLine(this, start, end, line))
    })
    if (chain.policyLine) rules.push(this.#policyRule(chain.policyLine))
    return rules
  }

  filled(start: number, end: number, line: number): FilledTemplate | string {
    return line === this.index.cutRule ? cutRule : this.#reader.filled(start, end)
  }

  body(start: number, end: number, line: number): IptablesRule | UnknownRule {
    return line === this.index.cutRule ? unknown(cutRule) : this.#reader.read(start, end)
  }

  /** Looks at the characters only: rules without the text are not made. */
  search(chains: IptablesChains, wanted: string): Found[] {
    const found: Found[] = []
    for (let chain = 0; chain < chains.size; chain++) {
      chains.rules.forEach(chain, this.text, (start, end, line) => {
        if (!this.text.slice(start, end).includes(wanted)) return
        found.push({ chain: chains.nameOf(chain), rule: new IptablesLine(this, start, end, line) })
      })
    }
    return found
  }

  unknownLines(): UnknownLine[] {
    const found: UnknownLine[] = []
    for (const { chains } of this.index.tables) {
      for (let chain = 0; chain < chains.size; chain++) {
        chains.rules.forEach(chain, this.text, (start, end, line) => {
          const why = this.filled(start, end, line)
          if (typeof why === 'string') found.push({ line, text: shorten(this.text.slice(start, end)), why })
        })
      }
    }
    return found
  }

  /** A base chain whose policy cannot be read ends in something unknown, not in accept. */
  #policyRule({ start, end, line }: { start: number; end: number; line: number }): Rule {
    const text = this.text.slice(start, end)
    return { at: this.at(line), text, body: unknown('the policy of this chain cannot be read') }
  }
}

const cutRule = 'the dump ends in the middle of this line'
