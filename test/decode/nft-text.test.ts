import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { decodeNftText } from '../../src/decode/nft/text.ts'
import type { DecodedTables } from '../../src/decode/source.ts'
import type { Chain, Table } from '../../src/ruleset/ruleset.ts'
import { root } from '../kpx.ts'
import { adds, fileOf, recording, recordings, textFile } from './recordings.ts'

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

/** A table of one base chain. */
const hooked = (family: string, name: string, chain: string, hook: string): Table =>
  tableOf(decode(`table ${family} ${name} {`, `\tchain ${chain} {`, `\t\ttype ${hook}`, '\t}', '}'))

const baseOf = (family: string, hook: string) => hooked(family, 't', 'c', hook).chains.get('c')?.base

describe('decodeNftText', () => {
  for (const source of recordings('nft-list-ruleset.txt')) {
    it(`understands every line of ${source.name}`, () => {
      const decoded = decodeNftText(source)
      expect(decoded.cut).to.equal(undefined)
      expect(decoded.report().unknown).to.deep.equal([])
      expect(adds(decoded.report())).to.equal(true)
    })
  }

  it('finds the tables, chains, sets and places of a recording', () => {
    const decoded = decodeNftText(recording('k1.37-nftables/nodes/node1/nft-list-ruleset.txt'))
    expect(decoded.tables.map(({ family, name, tool }) => `${family} ${name} ${tool}`)).to.deep.equal([
      'ip mangle iptables-nft',
      'ip filter iptables-nft',
      'ip6 mangle iptables-nft',
      'ip6 nat iptables-nft',
      'ip nat iptables-nft',
      'ip6 filter iptables-nft',
      'ip kube-proxy nft',
      'ip6 kube-proxy nft',
    ])
    const services = tableOf(decoded, 6).chains.get('services')
    const lines = recording('k1.37-nftables/nodes/node1/nft-list-ruleset.txt').text.split('\n')
    for (const { at, text } of services?.rules ?? []) expect(lines[at.line - 1]).to.equal(`\t\t${text}`)
    expect(lines[(services?.at.line ?? 0) - 1]).to.equal('\tchain services {')
    expect(services?.rules).to.have.length(3)
  })

  it('decodes a chain once, on first use', () => {
    const chain = chainOf(decode('table ip t {', '\tchain c {', '\t\taccept', '\t}', '}'), 'c')
    expect(chain.rules).to.equal(chain.rules)
  })

  it('reads CRLF, a byte order mark and nft -a', () => {
    const text = '\ufefftable ip t { # handle 1\r\n\tchain c { # handle 2\r\n\t\taccept # handle 3\r\n\t}\r\n}\r\n'
    const decoded = decodeNftText(textFile(text))
    expect(decoded.report().unknown).to.deep.equal([])
    expect(chainOf(decoded, 'c').rules[0]?.body).to.deep.include({ statements: [{ accept: null }] })
  })

  it('reads everything that iptables-nft 1.8.9 translates', () => {
    const text = readFileSync(join(root, 'test/decode/nft-rulesets/iptables-nft.txt'), 'utf8')
    const decoded = decodeNftText({ name: 'iptables-nft.txt', text })
    expect(decoded.report().unknown).to.deep.equal([])
    expect(new Set(decoded.tables.map(({ tool }) => tool))).to.deep.equal(new Set(['iptables-nft']))
  })

  it('reads what nft printed of firewalls, with handles, without state and in numbers', () => {
    const text = readFileSync(join(root, 'test/decode/nft-rulesets/firewalls.txt'), 'utf8')
    const decoded = decodeNftText({ name: 'firewalls.txt', text })
    expect(decoded.report().unknown).to.deep.equal([])
    expect(new Set(decoded.tables.map(({ tool }) => tool))).to.deep.equal(new Set(['nft']))
  })
})

describe('base chains of nft text', () => {
  it('priorities by name, per family', () => {
    expect(baseOf('ip', 'filter hook prerouting priority dstnat - 10; policy accept;')).to.deep.equal({
      type: 'filter',
      hook: 'prerouting',
      priority: -110,
      policy: 'accept',
    })
    expect(baseOf('inet', 'filter hook input priority filter + 5; policy drop;')).to.deep.include({
      priority: 5,
      policy: 'drop',
    })
    expect(baseOf('ip', 'nat hook output priority -100; policy accept;')?.priority).to.equal(-100)
    expect(baseOf('ip', 'filter hook forward priority security - 1;')).to.deep.include({
      priority: 49,
      policy: 'accept',
    })
    expect(baseOf('bridge', 'filter hook prerouting priority dstnat;')?.priority).to.equal(-300)
    expect(baseOf('bridge', 'filter hook forward priority filter - 1;')?.priority).to.equal(-201)
    expect(
      baseOf('netdev', 'filter hook ingress devices = { "lo", eth0 } priority -500; policy accept;'),
    ).to.deep.include({
      hook: 'ingress',
      priority: -500,
    })
  })

  it('one that cannot be read is reported', () => {
    const decoded = decode(
      'table ip t {',
      '\tchain c {',
      '\t\ttype magic hook input priority 0;',
      '\t\taccept',
      '\t}',
      '}',
    )
    expect(decoded.report().unknown.map(({ line }) => line)).to.deep.equal([3])
    expect(chainOf(decoded, 'c').rules).to.have.length(1)
    expect(adds(decoded.report())).to.equal(true)
  })

  it('a chain may have a comment before it', () => {
    const decoded = decode(
      'table ip t {',
      '\tchain c {',
      '\t\tcomment "x"',
      '\t\ttype nat hook input priority 0;',
      '\t\taccept',
      '\t}',
      '}',
    )
    expect(chainOf(decoded, 'c').base?.hook).to.equal('input')
    expect(chainOf(decoded, 'c').rules.map(({ at }) => at.line)).to.deep.equal([5])
  })

  it('those of a dormant table are attached to nothing', () => {
    const lines = ['\tchain c {', '\t\ttype filter hook input priority 0;', '\t}', '}']
    expect(chainOf(decode('table ip t {', '\tflags dormant', ...lines), 'c')).not.to.have.property('base')
  })
})

describe('who keeps a table of nft text', () => {
  it('iptables-nft, if all base chains are its own', () => {
    expect(hooked('ip', 'filter', 'INPUT', 'filter hook input priority filter; policy accept;').tool).to.equal(
      'iptables-nft',
    )
    expect(hooked('ip6', 'nat', 'POSTROUTING', 'nat hook postrouting priority srcnat;').tool).to.equal('iptables-nft')
    expect(hooked('ip', 'security', 'INPUT', 'filter hook input priority 150;').tool).to.equal('iptables-nft')
    expect(hooked('ip', 'filter', 'INPUT', 'filter hook input priority filter + 1;').tool).to.equal('nft')
    expect(hooked('ip', 'filter', 'input', 'filter hook input priority filter;').tool).to.equal('nft')
    expect(hooked('inet', 'filter', 'INPUT', 'filter hook input priority filter;').tool).to.equal('nft')
    expect(hooked('ip', 'myfilter', 'INPUT', 'filter hook input priority filter;').tool).to.equal('nft')
  })

  it('without base chains, by the names of the others', () => {
    expect(tableOf(decode('table ip mangle {', '\tchain KUBE-x {', '\t}', '}')).tool).to.equal('iptables-nft')
    expect(tableOf(decode('table ip mangle {', '\tchain mine {', '\t}', '}')).tool).to.equal('nft')
  })

  it('nft says so itself', () => {
    const decoded = decode(
      '# Warning: table ip odd is managed by iptables-nft, do not touch!',
      'table ip odd {',
      '}',
      'table ip other {',
      '}',
    )
    expect(decoded.tables.map(({ tool }) => tool)).to.deep.equal(['iptables-nft', 'nft'])
    expect(decoded.report()).to.deep.include({
      lines: 5,
      recognised: 4,
      ignored: [{ line: 1, why: 'says which tool keeps the next table' }],
    })
  })
})
