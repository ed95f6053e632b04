import { expect } from 'chai'
import fc from 'fast-check'
import { style } from '../../src/view/style.ts'
import { table } from '../../src/view/table.ts'
import type { Column } from '../../src/view/table.ts'

const columns: Column[] = [
  { header: 'Service', shrink: true },
  { header: 'port', align: 'right' },
  { header: 'node', wide: true },
  { header: 'pod', shrink: true, min: 6 },
]
const rows = [
  ['shop/web', '80', 'node1', 'shop/web-1'],
  ['shop/db', '5432', 'node2', ''],
]

describe('table', () => {
  it('has upper-case headers, two blanks between columns and nothing at the ends', () => {
    expect(table(columns, rows, { width: 100, wide: false })).to.equal(
      ['SERVICE   PORT  POD', 'shop/web    80  shop/web-1', 'shop/db   5432', ''].join('\n'),
    )
  })

  it('shows wide columns only when asked', () => {
    expect(table(columns, rows, { width: 100, wide: true })).to.contain('PORT  NODE   POD')
  })

  it('shortens the widest shrinking column first', () => {
    const [, first] = table(columns, rows, { width: 25, wide: false }).split('\n')
    expect(first).to.equal('shop/web    80  sho...b-1')
  })

  it('does not shorten below the minimum: where that is not enough, each row is a block', () => {
    expect(table(columns, rows, { width: 21, wide: false })).to.contain('sh...eb    80  s...-1\n')
    expect(table(columns, rows, { width: 20, wide: false })).to.equal(
      ['SERVICE  shop/web', 'PORT     80', 'POD      shop/web-1', '', 'SERVICE  shop/db', 'PORT     5432', ''].join(
        '\n',
      ),
    )
  })

  it('breaks the words of a block where they fit better, and indents', () => {
    const text = table([{ header: 'why' }, { header: 'rule' }], [['a b c d e f', 'one-long-word and more']], {
      width: 16,
      wide: false,
      indent: '  ',
    })
    expect(text).to.equal('  WHY\n    a b c d e f\n  RULE\n    one-long-word\n    and more\n')
  })

  it('shortens nothing without a width, and keeps a long rule whole below its row', () => {
    const rule: Column[] = [
      { header: 'chain', shrink: true, min: 4 },
      { header: 'rule', below: true },
    ]
    const long = [['KUBE-SERVICES', '-A KUBE-SERVICES -j ACCEPT']]
    expect(table(rule, long, { width: Infinity, wide: false })).to.equal(
      'CHAIN          RULE\nKUBE-SERVICES  -A KUBE-SERVICES -j ACCEPT\n',
    )
    expect(table(rule, long, { width: 24, wide: false })).to.equal(
      'CHAIN\nKUBE-SERVICES\n    -A KUBE-SERVICES -j\n    ACCEPT\n',
    )
  })

  it('makes every cell safe and keeps it on one line', () => {
    const text = table([{ header: 'a' }], [['x\u001b[2J\ny']], { width: 100, wide: false })
    expect(text).to.equal('A\nx\\x1b[2J\\ny\n')
  })

  it('lays painted cells out by what is seen of them', () => {
    const painted = table([{ header: 'a' }, { header: 'b' }], [[{ text: 'ok', paint: style(true).good }, 'x']], {
      width: 100,
      wide: false,
    })
    expect(painted).to.equal('A   B\n\u001b[32mok\u001b[39m  x\n')
  })

  it('fits whenever all columns may shrink to their minimum', () => {
    const shrinking: Column[] = ['a', 'b', 'c'].map((header) => ({ header, shrink: true, min: 3 }))
    const cell = fc.string({ unit: 'grapheme-ascii', maxLength: 60 })
    const data = fc.array(fc.array(cell, { maxLength: 4 }))
    fc.assert(
      fc.property(data, fc.integer({ min: 13, max: 80 }), (some, width) => {
        const lines = table(shrinking, some, { width, wide: false }).split('\n')
        expect(lines).to.have.length(some.length + 2)
        for (const line of lines) expect(line.length).to.be.at.most(width)
      }),
    )
  })
})

describe('style', () => {
  it('paints data after making it safe, and does not paint without colour', () => {
    expect(style(true).bad('a\u001b[0m')).to.equal('\u001b[31ma\\x1b[0m\u001b[39m')
    expect(style(false).bad('a\u001b[0m')).to.equal('a\\x1b[0m')
  })
})
