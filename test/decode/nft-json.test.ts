import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { decodeNftJson } from '../../src/decode/nft/json.ts'
import { decodeNftText } from '../../src/decode/nft/text.ts'
import type { DecodedTables, SourceFile } from '../../src/decode/source.ts'
import type { NftStatement } from '../../src/ruleset/nft.ts'
import type { Table } from '../../src/ruleset/ruleset.ts'
import { root } from '../kpx.ts'
import { adds, recording, recordings, textFile } from './recordings.ts'

const printed = (name: string): SourceFile => ({
  name,
  text: readFileSync(join(root, 'test/decode/nft-rulesets', name), 'utf8'),
})

/** What text and JSON must agree on. */
const comparable = ({ chains, family, name, sets, tool }: Table) => ({
  family,
  name,
  tool,
  chains: [...chains.values()].map((chain) => ({
    name: chain.name,
    base: chain.base,
    rules: chain.rules.map(({ body }) => body),
  })),
  sets: [...sets.values()],
})

const native = ({ tables }: DecodedTables) => tables.filter(({ tool }) => tool === 'nft').map(comparable)

const keepers = ({ tables }: DecodedTables) => tables.map(({ family, name, tool }) => `${family} ${name} ${tool}`)

describe('decodeNftJson', () => {
  for (const name of ['firewalls', 'sets', 'statements']) {
    it(`agrees with the text of ${name}`, () => {
      const json = decodeNftJson(printed(`${name}-json.txt`))
      expect(json.report().unknown).to.deep.equal([])
      expect(native(json)).to.deep.equal(native(decodeNftText(printed(`${name}.txt`))))
    })
  }

  for (const source of recordings('nft-list-ruleset.json')) {
    it(`agrees with the text beside ${source.name}`, () => {
      const json = decodeNftJson(source)
      const text = decodeNftText(recording(source.name.replace('.json', '.txt')))
      expect(json.report()).to.deep.include({ unknown: [], lines: 1 })
      expect(native(json)).to.deep.equal(native(text))
      expect(keepers(json)).to.have.members(keepers(text))
    })
  }
})

const base = { family: 'ip', table: 't' }

const decode = (...objects: unknown[]) => decodeNftJson(textFile(JSON.stringify({ nftables: objects })))

function statements(expr: unknown[], family = 'ip'): readonly NftStatement[] {
  const rule = { family, table: 't', chain: 'c', expr }
  const body = decode({ rule }).tables[0]?.chains.get('c')?.rules[0]?.body
  return body?.tool === 'nft' ? body.statements : []
}

const setOf = (set: object) => decode({ set: { ...base, name: 's', ...set } }).tables[0]?.sets.get('s')

describe('JSON of other versions of nft', () => {
  it('flags may be a string or an array', () => {
    expect(statements([{ masquerade: { flags: 'fully-random' } }])).to.deep.equal([
      { masquerade: { flags: ['fully-random'] } },
    ])
    expect(statements([{ masquerade: { flags: ['random', 'persistent'] } }])).to.deep.equal([
      { masquerade: { flags: ['persistent', 'random'] } },
    ])
    expect(statements([{ masquerade: null }, { redirect: null }, { reject: null }])).to.deep.equal([
      { masquerade: {} },
      { redirect: {} },
      { reject: { type: 'icmp', expr: 'port-unreachable' } },
    ])
    expect(setOf({ type: 'ipv4_addr', flags: 'interval' })?.flags).to.deep.equal(['interval'])
  })

  it('ct state may be a list, a set or a string, under == or in', () => {
    const left = { ct: { key: 'state' } }
    const match = (op: string, right: unknown) => statements([{ match: { op, left, right } }])
    const several = [{ match: { op: 'in', left, right: { set: ['established', 'related'] } } }]
    expect(match('in', ['established', 'related'])).to.deep.equal(several)
    expect(match('==', ['established', 'related'])).to.deep.equal(several)
    expect(match('in', { set: ['established', 'related'] })).to.deep.equal(several)
    expect(match('==', 'new')).to.deep.equal(match('in', 'new'))
    expect(match('==', '@states')).to.deep.equal([{ match: { op: '==', left, right: '@states' } }])
  })

  it('chains of one operator may be flat', () => {
    const flags = { payload: { protocol: 'tcp', field: 'flags' } }
    const of = (mask: unknown) => statements([{ match: { op: '==', left: { '&': [flags, mask] }, right: 'syn' } }])
    const nested = of({ '|': [{ '|': ['fin', 'syn'] }, 'rst'] })
    expect(nested[0]).to.have.nested.property('match.left')
    expect(of({ '|': ['fin', 'syn', 'rst'] })).to.deep.equal(nested)
    expect(of(['fin', 'syn', 'rst'])).to.deep.equal(nested)
  })

  it('ct addresses with the family in the key or beside it', () => {
    const of = (ct: object) => statements([{ match: { op: '==', left: { ct }, right: '10.0.0.1' } }])
    expect(of({ key: 'ip daddr', dir: 'original' })).to.deep.equal(of({ key: 'daddr', dir: 'original', family: 'ip' }))
  })

  it('named objects, numbers as text, maps that are updated', () => {
    expect(statements([{ counter: 'c' }, { limit: 'l' }, { quota: 'q' }])).to.deep.equal([
      { counter: 'c' },
      { limit: { name: 'l' } },
      { other: 'quota name "q"' },
    ])
    const elem = { payload: { protocol: 'ip', field: 'saddr' } }
    const data = { payload: { protocol: 'tcp', field: 'dport' } }
    const update = [{ set: { op: 'update', elem, data, set: '@m' } }]
    expect(statements([{ map: { op: 'update', elem, data, map: '@m' } }])).to.deep.equal(update)
    expect(statements(['update @m { ip saddr : tcp dport }'])).to.deep.equal(update)
    expect(
      statements([{ match: { op: '==', left: { meta: { key: 'l4proto' } }, right: '6' } }]),
    ).to.have.nested.property('[0].match.right', 'tcp')
  })

  it('types of sets as a name, a list or typeof; no elements, or none', () => {
    const typeof_ = {
      typeof: { concat: [{ payload: { protocol: 'ip', field: 'daddr' } }, { meta: { key: 'l4proto' } }] },
    }
    expect(setOf({ type: typeof_ })?.type).to.deep.equal(['ipv4_addr', 'inet_proto'])
    expect(setOf({ type: 'ipv4_addr' })).to.deep.equal(setOf({ type: ['ipv4_addr'], elem: [] }))
    expect(
      setOf({ type: 'inet_proto', elem: [6, { elem: { val: 17, comment: 'x', counter: { packets: 1, bytes: 2 } } }] })
        ?.elements,
    ).to.deep.equal(['tcp', { elem: { val: 'udp', comment: 'x', counter: { packets: 1, bytes: 2 } } }])
  })

  it('rules may come before or between chains', () => {
    const rule = (chain: string, verdict: string) => ({ rule: { ...base, chain, expr: [{ [verdict]: null }] } })
    const chain = (name: string) => ({ chain: { ...base, name } })
    const decoded = decode(
      { table: { family: 'ip', name: 't' } },
      chain('a'),
      rule('a', 'accept'),
      chain('b'),
      rule('b', 'drop'),
      rule('a', 'return'),
    )
    const texts = [...(decoded.tables[0]?.chains.values() ?? [])].map(({ rules }) => rules.map(({ text }) => text))
    expect(texts).to.deep.equal([['accept', 'return'], ['drop']])
  })

  it('a statement that kpx does not know is carried, not dropped', () => {
    expect(statements([{ teleport: { to: 'mars' } }, { drop: null }])).to.deep.equal([
      { other: '{"teleport":{"to":"mars"}}' },
      { drop: null },
    ])
    expect(statements([{ xt: null }])).to.deep.equal([{ other: '{"xt":null}' }])
  })
})

describe('broken nft JSON', () => {
  it('that does not parse is cut, with what JSON.parse said', () => {
    const { name, text } = recording('k1.37-nftables/nodes/node1/nft-list-ruleset.json')
    const decoded = decodeNftJson({ name, text: text.slice(0, 20000) })
    expect(decoded.tables).to.deep.equal([])
    expect(decoded.cut).to.deep.include({ file: name, line: 1 })
    expect(decoded.cut?.why).to.match(/^this is not JSON: .+/)
    expect(adds(decoded.report())).to.equal(true)
    expect(decoded.report().unknown).to.have.length(1)
  })

  it('that is not of nft is unknown', () => {
    const decoded = decodeNftJson(textFile('{\n"kind": "List"\n}\n'))
    expect(decoded.cut).to.equal(undefined)
    expect(decoded.report().unknown.map(({ line }) => line)).to.deep.equal([1, 2, 3])
  })

  it('a table that occurs twice is read once', () => {
    const table = { table: { family: 'ip', name: 't' } }
    const rule = { rule: { ...base, chain: 'c', expr: [{ accept: null }] } }
    const decoded = decode(
      table,
      { chain: { ...base, name: 'c' } },
      rule,
      table,
      { chain: { ...base, name: 'c' } },
      rule,
    )
    expect(decoded.tables[0]?.chains.get('c')?.rules).to.have.length(1)
    expect(decoded.report()).to.deep.include({ lines: 1, recognised: 0 })
    expect(decoded.report().unknown[0]?.why).to.equal(
      'table ip t occurs twice; kpx reads the first (and 2 more in this line)',
    )
  })

  it('places are lines when there are several', () => {
    const text = JSON.stringify(
      { nftables: [{ metainfo: { version: '1' } }, { table: { family: 'ip', name: 'a"[{' } }, { frob: {} }] },
      null,
      1,
    )
    const decoded = decodeNftJson(textFile(text))
    const line = text.split('\n').findIndex((entry) => entry.includes('"table"'))
    expect(decoded.tables[0]?.at.line).to.equal(line)
    expect(decoded.report().unknown).to.have.length(1)
    expect(adds(decoded.report())).to.equal(true)
  })

  it('nesting without end is survived', () => {
    const deep = `${'{"&":[1,'.repeat(50_000)}1${']}'.repeat(50_000)}`
    const rule = `{"rule":{"family":"ip","table":"t","chain":"c","expr":[{"match":{"op":"==","left":${deep},"right":1}}]}}`
    const set = `{"set":{"family":"ip","table":"t","name":"s","type":"mark","elem":[${deep}]}}`
    for (const object of [rule, set, `{"frob":${deep}}`, deep]) {
      const decoded = decodeNftJson(textFile(`{"nftables":[${object}]}`))
      expect(decoded.tables).to.deep.equal([])
      expect(decoded.report().unknown[0]?.why).to.equal('this JSON is nested deeper than any that nft prints')
      expect(adds(decoded.report())).to.equal(true)
    }
  })

  it('flags without end are unknown, and nothing else is', () => {
    const flags = { '|': Array.from({ length: 1000 }, () => 'syn') }
    const match = { match: { op: '==', left: { payload: { protocol: 'tcp', field: 'flags' } }, right: flags } }
    const inTable = { family: 'ip', table: 't' }
    const decoded = decode(
      { rule: { ...inTable, chain: 'c', expr: [match] } },
      { rule: { ...inTable, chain: 'c', expr: [{ drop: null }] } },
      { set: { ...inTable, name: 's', type: 'mark', elem: [flags] } },
      { set: { ...inTable, name: 'typed', type: { typeof: flags } } },
    )
    expect(decoded.tables[0]?.chains.get('c')?.rules.map(({ body }) => body.tool)).to.deep.equal(['unknown', 'nft'])
    expect(decoded.tables[0]?.sets.get('s')?.elements).to.deep.equal([
      { other: 'elements that cannot be read: it is nested too deeply' },
    ])
    expect(decoded.tables[0]?.sets.has('typed')).to.equal(false)
    expect(decoded.report().unknown[0]?.why).to.equal(
      'set typed cannot be read: it is nested too deeply (and 1 more in this line)',
    )
  })

  it('any JSON inside the array is survived', () => {
    const kinds = ['table', 'chain', 'rule', 'set', 'map', 'counter', 'x']
    const object = fc.oneof(
      fc.jsonValue(),
      fc
        .tuple(
          fc.constantFrom(...kinds),
          fc.dictionary(
            fc.constantFrom('family', 'name', 'table', 'chain', 'expr', 'elem', 'type', 'flags', 'hook'),
            fc.oneof(fc.constant('ip'), fc.jsonValue()),
          ),
        )
        .map(([kind, value]) => ({ [kind]: value })),
    )
    fc.assert(
      fc.property(fc.array(object), (objects) => {
        const decoded = decode(...objects)
        for (const { sets } of decoded.tables) for (const set of sets.values()) expect(set.elements).to.be.an('array')
        expect(adds(decoded.report())).to.equal(true)
      }),
    )
  })
})
