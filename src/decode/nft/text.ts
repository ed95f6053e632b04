/** `nft list ruleset` as text. */
import type { At, Chain, Found, Rule, Table, TableFamily, UnknownRule } from '../../ruleset/ruleset.ts'
import type { NftSet } from '../../ruleset/nft.ts'
import { shorten } from '../lines.ts'
import type { DecodedTables, LineReport, SourceFile, UnknownLine } from '../source.ts'
import { keeperOf } from './keeper.ts'
import { parseNftRule } from './rule.ts'
import { type Line, type SetElements, elementTypes, foundElements, makeSet, parseElementLines } from './set.ts'
import { indexNftText } from './text-index.ts'
import type { ChainIndex, SetIndex, Span, TableIndex, TextIndex } from './text-structure.ts'

/** Never throws; what cannot be read is in the report, and a rule that cannot be read stays in its place as an UnknownRule. */
export function decodeNftText(source: SourceFile): DecodedTables {
  const index = indexNftText(source)
  const decoded = index.tables.map((table) => decodeTable(source, table))
  return {
    tables: decoded.map(({ table }) => table),
    ...(index.cut ? { cut: index.cut } : {}),
    report: () => report(source, index, decoded),
  }
}

interface DecodedTable {
  readonly table: Table
  readonly setElements: readonly (() => SetElements)[]
}

function decodeTable(source: SourceFile, index: TableIndex): DecodedTable {
  const { at, dormant, family, name, warned } = index
  const tool = keeperOf(family, name, index.chains.values(), warned)
  const chains = new Map<string, Chain>()
  for (const chain of index.chains.values()) chains.set(chain.name, decodeChain(source, family, chain, dormant))
  const sets = new Map<string, NftSet>()
  const setElements: (() => SetElements)[] = []
  for (const set of index.sets.values()) {
    const load = once(() => loadElements(source, set))
    setElements.push(load)
    sets.set(
      set.head.name,
      makeSet(set.head, () => load().elements),
    )
  }
  const search = (text: string): Found[] => [
    ...[...index.chains.values()].flatMap((chain) => searchChain(source, family, chain, text)),
    ...[...index.sets.values()].flatMap((set) => searchSet(source, set, text)),
  ]
  return { table: { family, name, tool, at, chains, sets, search }, setElements }
}

const spanHas = (source: SourceFile, { end, start }: Span, text: string): boolean =>
  source.text.slice(start, end).includes(text)

function searchChain(source: SourceFile, family: TableFamily, { name, rules }: ChainIndex, text: string): Found[] {
  if (!spanHas(source, rules, text)) return []
  const found = loadRules(source, family, rules).filter((rule) => rule.text.includes(text))
  return found.map((rule) => ({ chain: name, rule }))
}

function searchSet(source: SourceFile, { elements, head }: SetIndex, text: string): Found[] {
  const spans = elements.filter((span) => spanHas(source, span, text))
  return linesOfElements(source, spans).flatMap((line) => {
    if (!line.text.includes(text)) return []
    const found = parseElementLines([line], elementTypes(head)).elements
    return foundElements(head, found, { file: source.name, line: line.line }, text)
  })
}

/** A dormant table's base chains are not attached to their hooks (NFT_TABLE_F_DORMANT), so they are as good as plain chains. */
function decodeChain(source: SourceFile, family: TableFamily, index: ChainIndex, dormant: boolean): Chain {
  const { at, base, cut, name, rules } = index
  const load = once(() => loadRules(source, family, rules))
  return {
    name,
    at,
    ...(base && !dormant ? { base } : {}),
    ...(cut ? { cut } : {}),
    get rules() {
      return load()
    },
  }
}

function once<T>(load: () => T): () => T {
  let value: { readonly loaded: T } | undefined
  return () => (value ??= { loaded: load() }).loaded
}

function loadRules(source: SourceFile, family: TableFamily, span: Span): Rule[] {
  const rules: Rule[] = []
  let nested = 0
  for (const { cut, line, text } of linesOf(source, span)) {
    const at: At = { file: source.name, line }
    const opens = text.endsWith('{')
    if (opens) nested++
    rules.push({ at, text, body: cut ? cutRule : nested > 0 ? nestedRule : parseNftRule(text, family) })
    if (!opens && nested > 0 && text.trim() === '}') nested--
  }
  return rules
}

/** `jump { ... }`: nothing that writes Kubernetes' rules uses it. */
const nestedRule: UnknownRule = { tool: 'unknown', why: 'kpx does not read anonymous chains' }

const cutRule: UnknownRule = { tool: 'unknown', why: 'the file ends in the middle of this line' }

const loadElements = (source: SourceFile, { elements, head }: SetIndex): SetElements =>
  parseElementLines(linesOfElements(source, elements), elementTypes(head))

/** The brace that closes the elements proves that the last line is whole. */
const linesOfElements = (source: SourceFile, spans: readonly Span[]): Line[] =>
  spans
    .flatMap((span) => [...linesOf(source, span)])
    .map((line) => (line.text.endsWith('}') ? { line: line.line, text: line.text } : line))

/** The lines of a span that are not blank, without indent. The blank at the end of a line says something; see readRule(). */
function* linesOf({ text: all }: SourceFile, span: Span): Generator<Line> {
  let line = span.line
  for (let start = span.start; start < span.end; line++) {
    const found = all.indexOf('\n', start)
    const end = found < 0 ? all.length : found
    const text = unindent(all.slice(start, end))
    if (text.trim() !== '') yield found < 0 ? { line, text, cut: true } : { line, text }
    start = end + 1
  }
}

function unindent(text: string): string {
  let start = 0
  while (text[start] === '\t') start++
  return text.endsWith('\r') ? text.slice(start, -1) : text.slice(start)
}

function report(source: SourceFile, index: TextIndex, decoded: readonly DecodedTable[]): LineReport {
  const late = decoded.flatMap(({ setElements, table }) => [
    ...[...table.chains.values()].flatMap(unknownRules),
    ...setElements.flatMap((load) => load().unknown),
  ])
  const unknown = [...index.unknown, ...late]
    .sort((a, b) => a.line - b.line)
    .map((entry) => ({ ...entry, text: shorten(entry.text) }))
  const { cut, ignored, lines } = index
  const recognised = lines - ignored.length - unknown.length
  return { file: source.name, ...(cut && { cut }), lines, recognised, ignored, unknown }
}

function unknownRules(chain: Chain): UnknownLine[] {
  return chain.rules.flatMap(({ at, body, text }) =>
    body.tool === 'unknown' ? [{ line: at.line, text, why: body.why }] : [],
  )
}
