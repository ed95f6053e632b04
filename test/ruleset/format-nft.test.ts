import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { decodeNftText } from '../../src/decode/nft/text.ts'
import { parseNftRule } from '../../src/decode/nft/rule.ts'
import { formatNftExpression, formatNftRule } from '../../src/ruleset/format-nft.ts'
import { root } from '../kpx.ts'
import { arbitraryFamily, arbitraryRule } from '../decode/nft-arbitrary.ts'
import { recordings } from '../decode/recordings.ts'

/** Rule lines of native tables, as nft printed them. */
const printed = ['firewalls', 'sets', 'statements'].map((name) => ({
  name,
  text: readFileSync(join(root, 'test/decode/nft-rulesets', `${name}.txt`), 'utf8'),
}))

describe('formatNftRule', () => {
  for (const source of [...printed, ...recordings('nft-list-ruleset.txt')]) {
    it(`prints every native rule of ${source.name} as nft did`, () => {
      for (const table of decodeNftText(source).tables.filter(({ tool }) => tool === 'nft')) {
        for (const chain of table.chains.values()) {
          for (const { body, text } of chain.rules) {
            expect(body.tool === 'nft' && formatNftRule(body, table.family)).to.equal(text)
          }
        }
      }
    })
  }

  it('is the inverse of parseNftRule', () => {
    fc.assert(
      fc.property(arbitraryRule, arbitraryFamily, (rule, family) => {
        expect(parseNftRule(formatNftRule(rule, family), family)).to.deep.equal(rule)
      }),
      { numRuns: 2000 },
    )
  })

  it('quotes what has blanks or punctuation, whatever it begins with', () => {
    for (const text of ['meta time < "@a 00:00:00"', 'meta cgroup "a}"', 'ip saddr @a\ufeff,b']) {
      const rule = parseNftRule(text, 'ip')
      expect(rule.tool === 'nft' && formatNftRule(rule)).to.equal(text)
    }
  })

  it('prints the default of the family as plain reject', () => {
    const rule = { tool: 'nft', statements: [{ reject: { type: 'icmp', expr: 'port-unreachable' } }] } as const
    expect(formatNftRule(rule, 'ip')).to.equal('reject')
    expect(formatNftRule(rule, 'inet')).to.equal('reject with icmp port-unreachable')
    expect(formatNftRule(rule)).to.equal('reject')
  })

  it('formats an expression alone', () => {
    expect(formatNftExpression({ concat: ['10.96.0.1', 'tcp', { range: [80, 90] }] })).to.equal(
      '10.96.0.1 . tcp . 80-90',
    )
    expect(formatNftExpression({ '&': [{ meta: { key: 'mark' } }, 0x4000] })).to.equal('meta mark & 0x00004000')
  })
})
