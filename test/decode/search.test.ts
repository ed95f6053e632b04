/** Searching a table finds what a look at all of its rules and elements finds. */
import { expect } from 'chai'
import { decodeIptablesSave } from '../../src/decode/iptables-save.ts'
import { decodeNftJson } from '../../src/decode/nft/json.ts'
import { decodeNftText } from '../../src/decode/nft/text.ts'
import type { SourceFile } from '../../src/decode/source.ts'
import type { Table } from '../../src/ruleset/ruleset.ts'
import { fileOf, recordings } from './recordings.ts'

const texts = ['10.244.0.2', '10.96.0.1', 'fd00:10:96::', '30517', 'KUBE-MARK-MASQ', 'nothing of this kind']

const rulesFound = (table: Table, text: string) =>
  table.search(text).flatMap((found) => ('rule' in found ? [[found.chain, found.rule] as const] : []))

const rulesWith = (table: Table, text: string) =>
  [...table.chains.values()].flatMap(({ name, rules }) =>
    rules.filter((rule) => rule.text.includes(text)).map((rule) => [name, rule] as const),
  )

const decodeNft = (source: SourceFile) =>
  source.name.endsWith('.json') ? decodeNftJson(source) : decodeNftText(source)

describe('searching a table', () => {
  for (const source of [...recordings('tables-save'), ...recordings('nft-list-ruleset')]) {
    it(`finds the rules of ${source.name}`, () => {
      const isNft = source.name.includes('nft-list')
      const { tables } = isNft ? decodeNft(source) : decodeIptablesSave(source, 'ip', 'unknown')
      for (const table of tables) {
        for (const text of texts) expect(rulesFound(table, text)).to.deep.equal(rulesWith(table, text))
      }
    })
  }

  it('finds elements with the line that they stand in, and leaves their neighbours out', () => {
    const table = decodeNftText(
      fileOf(
        'table ip t {',
        '\tmap m {',
        '\t\ttype ipv4_addr . inet_service : verdict',
        '\t\telements = { 10.0.0.1 . 80 comment "a" : goto x, 10.0.0.2 . 80 : drop,',
        '\t\t\t     10.0.0.1 . 81 : drop }',
        '\t}',
        '}',
      ),
    ).tables[0]
    const found = table?.search('10.0.0.1').map((one) => ('set' in one ? [one.set.name, one.at.line, one.text] : []))
    expect(found).to.deep.equal([
      ['m', 4, '10.0.0.1 . 80 comment "a" : goto x'],
      ['m', 5, '10.0.0.1 . 81 : drop'],
    ])
  })

  it('finds in JSON the elements that it finds in text', () => {
    const elementsOf = (tables: readonly Table[], text: string) =>
      tables
        .flatMap((table) => table.search(text).flatMap((one) => ('set' in one ? [`${one.set.name} ${one.text}`] : [])))
        .sort()
    for (const json of recordings('nft-list-ruleset.json').filter(({ name }) => name.includes('nftables'))) {
      const text = recordings('nft-list-ruleset.txt').find(({ name }) => name === json.name.replace('.json', '.txt'))
      const expected = text ? elementsOf(decodeNftText(text).tables, '10.96.0.1') : []
      expect(expected.length, json.name).to.be.greaterThan(1)
      expect(elementsOf(decodeNftJson(json).tables, '10.96.0.1')).to.deep.equal(expected)
    }
  })
})
