/**
 * iptables-save's dump as tables. One pass over the bytes finds tables, chains and where each rule's line lies; a chain's
 * rules become values when they are first read. Grammar: iptables 1.8, iptables-save.c and xtables-save.c.
 */
import type { At, Chain, Rule, Table } from '../ruleset/ruleset.ts'
import type { IncompatibleTable } from './iptables-header.ts'
import { type ChainDraft, type TableDraft, IptablesIndex } from './iptables-index.ts'
import { parseIptablesRule, unknown } from './iptables-rule.ts'
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
  const index = new IptablesIndex(source, family, tool)
  index.read()
  const rules = new RuleReader(source, index)
  const drafts = index.tables
  return {
    tables: drafts.map((draft) => makeTable(draft, source.name, rules)),
    ...(index.cut && { cut: index.cut }),
    incompatible: index.incompatible,
    report: () => index.log.report(rules.unknownLines(drafts)),
  }
}

function makeTable(draft: TableDraft, file: string, rules: RuleReader): Table {
  const cutAt = draft.cut === undefined ? undefined : { file, line: draft.cut }
  const chains = new Map<string, Chain>()
  for (const chain of draft.chains.values()) {
    chains.set(chain.name, makeChain(chain, file, rules, isCut(draft, chain) ? cutAt : undefined))
  }
  const { family, name, tool } = draft
  return { family, name, tool, at: { file, line: draft.line }, chains, sets: new Map() }
}

/**
 * Rules are printed chain by chain in the order of the declarations, so the dump is whole up to the chain of its last
 * rule. Where the rules do not keep that order, nothing is certain.
 */
const isCut = ({ cut, last, ordered }: TableDraft, chain: ChainDraft): boolean =>
  cut !== undefined && (!ordered || chain.order >= (last?.order ?? 0))

function makeChain(draft: ChainDraft, file: string, reader: RuleReader, cut: At | undefined): Chain {
  let rules: readonly Rule[] | undefined
  return {
    name: draft.name,
    at: { file, line: draft.line },
    ...(draft.base && { base: draft.base }),
    get rules() {
      return (rules ??= reader.read(draft))
    },
    ...(cut && { cut }),
  }
}

/** Makes rules of the lines that the index found. */
class RuleReader {
  readonly #source: SourceFile
  readonly #index: IptablesIndex

  constructor(source: SourceFile, index: IptablesIndex) {
    this.#source = source
    this.#index = index
  }

  read(chain: ChainDraft): Rule[] {
    const rules: Rule[] = []
    this.#index.rules.forEach(chain, (start, end, line) => rules.push(this.#rule(start, end, line)))
    if (chain.policyLine) rules.push(this.#policyRule(chain.policyLine))
    return rules
  }

  /** Reads every rule without keeping it: a dump of 300,000 rules as values would take a gigabyte. */
  unknownLines(tables: readonly TableDraft[]): UnknownLine[] {
    const found: UnknownLine[] = []
    for (const table of tables) {
      for (const chain of table.chains.values()) {
        this.#index.rules.forEach(chain, (start, end, line) => {
          const { body, text } = this.#rule(start, end, line)
          if (body.tool === 'unknown') found.push({ line, text: shorten(text), why: body.why })
        })
      }
    }
    return found
  }

  #rule(start: number, end: number, line: number): Rule {
    const text = this.#source.bytes.toString('utf8', start, end)
    const body =
      line === this.#index.cutRule ? unknown('the dump ends in the middle of this line') : parseIptablesRule(text)
    return { at: { file: this.#source.name, line }, text, body }
  }

  /** A base chain whose policy cannot be read ends in something unknown, not in accept. */
  #policyRule({ start, end, line }: { start: number; end: number; line: number }): Rule {
    const text = this.#source.bytes.toString('utf8', start, end)
    return { at: { file: this.#source.name, line }, text, body: unknown('the policy of this chain cannot be read') }
  }
}
