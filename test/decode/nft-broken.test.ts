import { expect } from 'chai'
import fc from 'fast-check'
import { decodeNftText } from '../../src/decode/nft/text.ts'
import type { DecodedTables } from '../../src/decode/source.ts'
import type { Chain, Table } from '../../src/ruleset/ruleset.ts'
import { adds, fileOf, recording, textFile } from './recordings.ts'

const decode = (...lines: string[]): DecodedTables => decodeNftText(fileOf(...lines))

function tableOf({ tables }: DecodedTables, index = 0): Table {
  const table = tables[index]
  if (!table) throw new Error(`no table ${index}`)
  return table
}

function chainOf(decoded: DecodedTables, name: string): Chain {
  const chain = tableOf(decoded).chains.get(name)
  if (!chain) throw new Error(`no chain ${name}`)
  return chain
}

describe('broken nft text', () => {
  const whole = [
    'table ip t {',
    '\tchain a {',
    '\t\tip daddr 10.0.0.1 accept',
    '\t\tip daddr 10.0.0.2 drop',
    '\t}',
    '}',
  ]

  it('a file that ends inside a chain', () => {
    const decoded = decode(...whole.slice(0, 4))
    expect(decoded.cut).to.deep.equal({ file: 'file', line: 4, why: 'the file ends inside chain a of table ip t' })
    expect(chainOf(decoded, 'a')).to.deep.include({ cut: { file: 'file', line: 4 } })
    expect(chainOf(decoded, 'a').rules.map(({ body }) => body.tool)).to.deep.equal(['nft', 'nft'])
  })

  it('a file that ends inside a line: the line means nothing', () => {
    const decoded = decodeNftText(textFile(whole.slice(0, 4).join('\n').slice(0, -5)))
    const last = chainOf(decoded, 'a').rules.at(-1)
    expect(last).to.deep.include({
      text: 'ip daddr 10.0.0.2',
      body: { tool: 'unknown', why: 'the file ends in the middle of this line' },
    })
    expect(decoded.report().unknown.map(({ line }) => line)).to.deep.equal([4])
  })

  it('a file that ends inside the elements of a set', () => {
    const decoded = decodeNftText(
      textFile('table ip t {\n\tset s {\n\t\ttype ipv4_addr\n\t\telements = { 10.0.0.1,\n\t\t\t10.0.0.2'),
    )
    expect(decoded.cut?.why).to.equal('the file ends inside set s of table ip t')
    expect(tableOf(decoded).sets.get('s')?.elements).to.deep.equal(['10.0.0.1', { other: '10.0.0.2' }])
    const closed = decodeNftText(textFile('table ip t {\n\tset s {\n\t\ttype ipv4_addr\n\t\telements = { 10.0.0.1 }'))
    expect(tableOf(closed).sets.get('s')?.elements).to.deep.equal(['10.0.0.1'])
  })

  it('a file that ends between chains', () => {
    const decoded = decode(...whole.slice(0, 5))
    expect(decoded.cut?.why).to.equal('the file ends inside table ip t')
    expect(chainOf(decoded, 'a')).not.to.have.property('cut')
  })

  it('two dumps, the first of them cut', () => {
    const decoded = decode(...whole.slice(0, 4), 'table ip6 t {', '}')
    expect(decoded.cut?.why).to.equal('line 5 begins a table inside chain a of table ip t')
    expect(decoded.tables.map(({ family }) => family)).to.deep.equal(['ip', 'ip6'])
    expect(chainOf(decoded, 'a').rules).to.have.length(2)
  })

  it('a table that occurs twice is read once', () => {
    const decoded = decode(...whole, ...whole, 'table ip6 t {', '}')
    expect(decoded.tables.map(({ family }) => family)).to.deep.equal(['ip', 'ip6'])
    expect(decoded.report().unknown.map(({ line }) => line)).to.deep.equal([7, 8, 9, 10, 11, 12])
    expect(decoded.report().unknown[0]?.why).to.equal('table ip t occurs twice; kpx reads the first')
  })

  it('a chain that lost its brace', () => {
    const decoded = decode('table ip t {', '\tchain a {', '\t\taccept', '\tchain b {', '\t\tdrop', '\t}', '}')
    expect([...tableOf(decoded).chains.keys()]).to.deep.equal(['a', 'b'])
    expect(chainOf(decoded, 'a')).to.have.property('cut')
    expect(chainOf(decoded, 'b').rules).to.have.length(1)
  })

  it('an anonymous chain is unknown, and ends where it ends', () => {
    const decoded = decode(
      'table ip t {',
      '\tchain a {',
      '\t\taccept',
      '\t\tip ttl 5 jump {',
      '\t\t\tdrop',
      '\t\t}',
      '\t\tdrop',
      '\t}',
      '}',
    )
    expect(decoded.cut).to.equal(undefined)
    expect(chainOf(decoded, 'a').rules.map(({ body }) => body.tool)).to.deep.equal([
      'nft',
      'unknown',
      'unknown',
      'unknown',
      'nft',
    ])
    expect(decoded.report().unknown.map(({ line }) => line)).to.deep.equal([4, 5, 6])
  })

  it('junk between the lines is unknown', () => {
    const decoded = decode('junk', ...whole.slice(0, 3), '\t\t\u0000\u0001 what', ...whole.slice(3), '}', '\tmore')
    expect(decoded.report().unknown.map(({ line }) => line)).to.deep.equal([1, 5, 9, 10])
    expect(chainOf(decoded, 'a').rules.map(({ body }) => body.tool)).to.deep.equal(['nft', 'unknown', 'nft'])
    expect(adds(decoded.report())).to.equal(true)
  })

  it('an empty file is an empty ruleset', () => {
    const decoded = decodeNftText(textFile(''))
    expect([decoded.cut, decoded.tables, decoded.report().lines]).to.deep.equal([undefined, [], 0])
  })

  it('every line is accounted for, whatever happened to the file', () => {
    const bytes = Buffer.from(recording('k1.37-nftables/nodes/node2/nft-list-ruleset.txt').text)
    const place = fc.nat(bytes.length - 1)
    const damage = fc.record({
      end: place,
      holes: fc.array(fc.tuple(place, fc.nat(255)), { maxLength: 20 }),
      lost: fc.array(place, { maxLength: 5 }),
    })
    fc.assert(
      fc.property(damage, ({ end, holes, lost }) => {
        const damaged = Buffer.from(bytes)
        for (const [at, byte] of holes) damaged[at] = byte
        const lines = damaged.subarray(0, end).toString('latin1').split('\n')
        const kept = lines.filter((_, i) => !lost.includes(i)).join('\n')
        const report = decodeNftText({ name: 'damaged', text: kept }).report()
        expect(adds(report)).to.equal(true)
        expect(new Set(report.unknown.map(({ line }) => line)).size).to.equal(report.unknown.length)
      }),
      { numRuns: 300 },
    )
  })
})
