/** Reading by shape is a faster way to what parseIptablesRule says, never another answer. */
import { expect } from 'chai'
import fc from 'fast-check'
import { parseIptablesRule } from '../../src/decode/iptables-rule.ts'
import { IptablesRuleReader } from '../../src/decode/iptables-shape.ts'
import { recordings } from './recordings.ts'

/** Reads every line twice, so that the second time its shape is known. */
function expectAlike(lines: readonly string[]): void {
  const all = [...lines, ...lines]
  const reader = new IptablesRuleReader(`${all.join('\n')}\n`)
  let start = 0
  for (const line of all) {
    const end = start + line.length
    const rule = parseIptablesRule(line)
    const filled = reader.filled(start, end)
    expect(typeof filled === 'string' ? filled : undefined, line).to.equal(
      rule.tool === 'unknown' ? rule.why : undefined,
    )
    expect(reader.read(start, end), line).to.deep.equal(rule)
    start = end + 1
  }
}

const words = fc.constantFrom(
  ...'-A X -p tcp 17 -m comment recent --comment --name --mark -5 ! -j -g DNAT -c 12 [1:2] -s 10.0.0.1/32 --dport 80'.split(
    ' ',
  ),
  '"-j"',
  '"a b"',
  '""',
  '"a\\"b"',
  'x"y',
  '"open',
)
const blanks = fc.constantFrom(' ', ' ', ' ', '  ', '\t')
const line = fc
  .tuple(fc.boolean(), fc.array(fc.tuple(words, blanks), { minLength: 1, maxLength: 40 }))
  .map(([isRule, parts]) => `${isRule ? '-A X ' : ''}${parts.map(([word, blank]) => word + blank).join('')}`.trim())

describe('rules read by their shape', () => {
  it('are those of the line alone, for every recorded rule with and without counters', () => {
    for (const { text } of recordings('tables-save')) {
      const rules = text.split('\n').filter((one) => one.startsWith('-A'))
      expectAlike(rules)
      expectAlike(rules.map((rule, i) => `[${i}:${i * 60}] ${rule}`))
    }
  })

  it('are those of the line alone, whatever words follow one another', () => {
    fc.assert(fc.property(fc.array(line, { maxLength: 12 }), expectAlike), { numRuns: 2000 })
  })

  it('do not share the counters of iptables -S -v, nor values that stand in quotes', () => {
    expectAlike(['-A X -c 1 2 -j Y', '-A X -c 3 4 -j Y', '-A X -m "comment" --comment a', '-A X -m "mark" --comment a'])
    expectAlike([
      '-A X -m comment --comment "a" -j Y',
      '-A X -m comment --comment a -j Y',
      '-A X -m comment --comment "-j" -j Y',
    ])
  })

  it('end where iptables ends a word, and take a backslash for what it stands for', () => {
    expectAlike(['-A X -m comment --comment "ab" -j Y', String.raw`-A X -m comment --comment "a\\b" -j Y`])
    expectAlike(['-A X -s 10.0.0.1 -j Y', '-A X -s 10.0.0.1\t10.0.0.2 -j Y', '-A X -s 10.0.0.1\t-j Y'])
  })
})
