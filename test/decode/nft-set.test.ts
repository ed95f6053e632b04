import { expect } from 'chai'
import { decodeNftText } from '../../src/decode/nft/text.ts'
import type { DecodedTables } from '../../src/decode/source.ts'
import type { Table } from '../../src/ruleset/ruleset.ts'
import { adds, fileOf } from './recordings.ts'

const decode = (...lines: string[]): DecodedTables => decodeNftText(fileOf(...lines))

function tableOf({ tables }: DecodedTables, index = 0): Table {
  const table = tables[index]
  if (!table) throw new Error(`no table ${index}`)
  return table
}

describe('sets of nft text', () => {
  const setOf = (...lines: string[]) => {
    const decoded = decode('table ip t {', '\tset s {', ...lines, '\t}', '}')
    expect(decoded.report().unknown).to.deep.equal([])
    return tableOf(decoded).sets.get('s')
  }

  it('properties', () => {
    const set = setOf(
      '\t\ttype ipv4_addr . inet_service',
      '\t\tsize 65535\t# count 3',
      '\t\tflags dynamic,timeout',
      '\t\ttimeout 2h59m59s996ms',
      '\t\tcomment "x"',
    )
    expect(set).to.deep.equal({
      name: 's',
      type: ['ipv4_addr', 'inet_service'],
      size: 65535,
      flags: ['timeout'],
      timeout: 10799,
      comment: 'x',
      elements: [],
    })
  })

  it('typeof is the types that it stands for', () => {
    expect(setOf('\t\ttypeof ip daddr . tcp dport . meta l4proto : meta mark')).to.deep.include({
      type: ['ipv4_addr', 'inet_service', 'inet_proto'],
      map: 'mark',
    })
  })

  it('elements with properties, over several lines', () => {
    const set = setOf(
      '\t\ttype ipv4_addr',
      '\t\telements = { 10.0.0.1 timeout 5m expires 4m58s860ms comment "a, }",',
      '\t\t\t     10.0.0.2 counter packets 3 bytes 7,',
      '\t\t\t     10.0.0.0/8, 10.0.0.3-10.0.0.9, *,',
      '\t\t\t     10.0.0.4 limit rate over 5/second burst 5 packets }',
    )
    expect(set?.elements).to.deep.equal([
      { elem: { val: '10.0.0.1', timeout: 300, expires: 298, comment: 'a, }' } },
      { elem: { val: '10.0.0.2', counter: { packets: 3, bytes: 7 } } },
      { prefix: { addr: '10.0.0.0', len: 8 } },
      { range: ['10.0.0.3', '10.0.0.9'] },
      '*',
      { elem: { val: '10.0.0.4', conditions: ['limit'] } },
    ])
  })

  it('verdict and data maps; protocols by number', () => {
    const map = setOf(
      '\t\ttype ipv4_addr . inet_proto . inet_service : verdict',
      '\t\telements = { 10.0.0.1 . 6 . 80 comment "shop/idle:http" : goto reject-chain,',
      '\t\t\t     10.0.0.1 . udp . 53 : drop }',
    )
    expect(map?.elements).to.deep.equal([
      [
        { elem: { val: { concat: ['10.0.0.1', 'tcp', 80] }, comment: 'shop/idle:http' } },
        { goto: { target: 'reject-chain' } },
      ],
      [{ concat: ['10.0.0.1', 'udp', 53] }, { drop: null }],
    ])
    expect(
      setOf('\t\ttype inet_service : ipv4_addr . inet_service', '\t\telements = { 80 : 10.0.0.1 . 8080 }')?.elements,
    ).to.deep.equal([[80, { concat: ['10.0.0.1', 8080] }]])
  })

  it('an element that cannot be read is kept as text and reported', () => {
    const decoded = decode(
      'table ip t {',
      '\tset s {',
      '\t\ttype ipv4_addr',
      '\t\telements = { 10.0.0.1,',
      '\t\t\t10.0.0.2 frobnicate 5 }',
      '\t}',
      '}',
    )
    expect(tableOf(decoded).sets.get('s')?.elements).to.deep.equal([
      '10.0.0.1',
      { other: '\t10.0.0.2 frobnicate 5 }'.trim() },
    ])
    expect(decoded.report().unknown.map(({ line }) => line)).to.deep.equal([5])
    expect(adds(decoded.report())).to.equal(true)
  })

  it('elements and types that nest without end are unknown', () => {
    const nested = '('.repeat(100_000)
    const inSet = (...lines: string[]) => decode('table ip t {', '\tset s {', ...lines, '\t}', '}')
    const whys = (decoded: DecodedTables) => decoded.report().unknown.map(({ why }) => why)
    expect(whys(inSet('\t\ttype mark', `\t\telements = { ${nested}1 }`))).to.deep.equal(['it is nested too deeply'])
    expect(whys(inSet(`\t\ttypeof ${nested}meta mark`))).to.deep.equal(['kpx knows no such line in a set'])
  })

  it('objects are ignored with a reason', () => {
    const decoded = decode(
      'table ip t {',
      '\tcounter c {',
      '\t\tpackets 0 bytes 0',
      '\t}',
      '\tct timeout x {',
      '\t\tpolicy = { established : 120 }',
      '\t}',
      '}',
    )
    expect(decoded.report().ignored.map(({ line }) => line)).to.deep.equal([2, 3, 4, 5, 6, 7])
    expect(decoded.report().unknown).to.deep.equal([])
  })
})
