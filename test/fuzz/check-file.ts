/** What holds of every decoder, whatever the bytes. */
import { isDeepStrictEqual } from 'node:util'
import { expect } from 'chai'
import { isDecoded, reportsOf } from '../../src/decode/index.ts'
import { decodeIpSetSave } from '../../src/decode/ipset-save.ts'
import { decodeIptablesSave } from '../../src/decode/iptables-save.ts'
import { parseIptablesRule } from '../../src/decode/iptables-rule.ts'
import { isExpressionStart } from '../../src/decode/nft/expression.ts'
import { decodeNftJson } from '../../src/decode/nft/json.ts'
import { parseNftRule } from '../../src/decode/nft/rule.ts'
import { decodeNftText } from '../../src/decode/nft/text.ts'
import { cursor } from '../../src/decode/nft/tokens.ts'
import { sniff } from '../../src/decode/sniff.ts'
import type { LineReport, SourceFile } from '../../src/decode/source.ts'
import { formatNftRule } from '../../src/ruleset/format-nft.ts'
import { formatIptablesRule } from '../../src/ruleset/iptables.ts'
import type { IptablesRule } from '../../src/ruleset/iptables.ts'
import type { Rule, Table } from '../../src/ruleset/ruleset.ts'
import { adds } from '../decode/recordings.ts'

export const reportsOfAny = (source: SourceFile): readonly LineReport[] => reportsOf(source) ?? []

export function checkFile(source: SourceFile): void {
  for (const report of reportsOfAny(source)) checkReport(report, source)
  const sniffed = sniff(source.text)
  if (sniffed !== undefined) expect(isDecoded(sniffed), sniffed).to.equal(true)
  for (const table of tablesOf(source)) checkTable(table)
  if (source.name.startsWith('ipset')) {
    for (const set of decodeIpSetSave(source).ipsets.values()) expect(set.entries).to.be.an('array')
  }
}

function checkReport(report: LineReport, { text }: SourceFile): void {
  expect(adds(report), 'every line is accounted for once').to.equal(true)
  expect(report.lines, 'lines').to.equal(text.split('\n').length - (isEnded(text) ? 1 : 0))
  for (const list of [report.unknown, report.ignored]) {
    const numbers = list.map(({ line }) => line)
    expect(new Set(numbers).size, 'lines that are told twice').to.equal(numbers.length)
    expect(
      numbers.every((line) => line >= 1 && line <= report.lines),
      'lines of the file',
    ).to.equal(true)
  }
}

/** Nothing follows the last line end. */
const isEnded = (text: string): boolean => text === '' || text.endsWith('\n')

function tablesOf(source: SourceFile): readonly Table[] {
  if (source.name.includes('tables-save')) return decodeIptablesSave(source, 'ip', 'unknown').tables
  if (source.name === 'nft-list-ruleset.txt') return decodeNftText(source).tables
  return source.name === 'nft-list-ruleset.json' ? decodeNftJson(source).tables : []
}

function checkTable(table: Table): void {
  for (const chain of table.chains.values()) for (const rule of chain.rules) checkRule(rule, table)
  for (const set of table.sets.values()) expect(set.elements).to.be.an('array')
}

/** What was understood is said again in words that mean the same; of JSON, whatever is no rule of nft stays what it is. */
function checkRule({ at, body, text: printed }: Rule, { family }: Table): void {
  if (body.tool === 'iptables' && hasPlainNames(body)) {
    const again = parseIptablesRule(formatIptablesRule(body))
    // chai is slow where all is well
    if (!isDeepStrictEqual(again, body)) expect(again).to.deep.equal(body)
  } else if (body.tool === 'nft') {
    const text = formatNftRule(body, family)
    if (at.file.endsWith('.json')) return
    const again = parseNftRule(text, family)
    const saidAgain = again.tool === 'nft' ? formatNftRule(again, family) : again.why
    if (saidAgain !== text && !quotesGrammar(printed)) expect(saidAgain).to.equal(text)
  }
}

/** nft prints no quotes around words that begin an expression: `mark == "jhash"`. */
const quotesGrammar = (text: string): boolean =>
  Array.from(text.matchAll(/"([^"]+)"/g)).some(([, words = '']) => isExpressionStart(cursor(words)))

/** iptables prints no quotes around the names of chains, matches and targets, and takes none with blanks. */
const hasPlainNames = ({ chain, matches, target }: IptablesRule): boolean =>
  [chain, ...matches.map(({ name }) => name), target?.name ?? 'none'].every((name) => /^[^\s"]+$/.test(name))
