/** Lines of /proc/net that are cut, spoilt or rare. */
import { expect } from 'chai'
import { reportsOf } from '../../src/decode/index.ts'
import { decodeProcNetIfInet6 } from '../../src/decode/proc-net-if-inet6.ts'
import { decodeProcNetIpv6Route, tablesOf } from '../../src/decode/proc-net-ipv6-route.ts'
import { decodeProcNetRoute } from '../../src/decode/proc-net-route.ts'
import { decodeRuleset } from '../../src/decode/ruleset.ts'
import { routeTable } from '../../src/evaluate/route.ts'
import { type Ip, formatPrefix, parseIp } from '../../src/ruleset/address.ts'
import type { Ruleset } from '../../src/ruleset/ruleset.ts'
import { adds, fileOf } from './recordings.ts'

const heading = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT'
const routeLine = (device: string, to: string, via: string, flags: string, mask: string, metric = '0') =>
  [device, to, via, flags, 0, 0, metric, mask, 0, 0, 0].join('\t')
const zeros = '0'.repeat(32)
const route6 = (to: string, bits: string, flags = '00000001', metric = '00000400', device = 'eth0') =>
  `${to.padEnd(32, '0')} ${bits} ${zeros} 00 ${zeros} ${metric} 00000001 00000000 ${flags} ${device}`
const noDefault = route6('', '00', '00200200', 'ffffffff', 'lo')

const ipv4 = (text: string): Ip => parseIp(text) ?? 0

function unknownLines(name: string, text: string): number[] {
  const [report] = reportsOf({ name, text }) ?? []
  expect(report && adds(report)).to.equal(true)
  return report?.unknown.map(({ line }) => line) ?? []
}

const rulesetOf = (files: Readonly<Record<string, string>>): Ruleset =>
  decodeRuleset((name) => (files[name] === undefined ? undefined : { name, text: files[name] }))

describe('broken lines of /proc/net', () => {
  const wrong: Readonly<Record<string, readonly string[]>> = {
    'proc-net-route.txt': [
      'eth0',
      routeLine('eth0', '0A', '00000000', '0001', '00FFFFFF'),
      routeLine('eth0', '0000C80A', '0000000G', '0001', '00FFFFFF'),
      routeLine('eth0', '0000C80A', '00000000', '1', '00FFFFFF'),
      routeLine('eth0', '0000C80A', '00000000', '0001', '00FFFF0F'),
      routeLine('eth0', '0000C80A', '00000000', '0001', '00FFFFFF', 'x'),
      `${routeLine('eth0', '0000C80A', '00000000', '0001', '00FFFFFF')}\t0`,
    ],
    'proc-net-fib_trie.txt': ['|-- 10.0.0', '/32 host LOCAL', 'Other:', '-- 10.0.0.0/8', 'Id x:'],
    'proc-net-if_inet6.txt': [
      `${zeros} 01 80 10 80`,
      `${zeros.slice(1)} 01 80 10 80 lo`,
      `${zeros} 01 81 10 80 lo`,
      `${zeros} 01 80 100 80 lo`,
    ],
    'proc-net-ipv6_route.txt': [
      'junk',
      route6('fd', '81'),
      route6('fd', '8'),
      route6('fd', '40', '1'),
      route6('fd', '40').replace(`${zeros} 00`, `${zeros} 40`),
      `${route6('fd', '40')} 0`,
    ],
    'proc-net-dev.txt': ['eth0', 'eth0: 0 0', `: ${'0 '.repeat(16)}`, `eth0: ${'x '.repeat(16)}`],
  }
  for (const [name, lines] of Object.entries(wrong)) {
    it(`${name}: are unknown, each for itself`, () => {
      expect(unknownLines(name, `${lines.join('\n')}\n`)).to.deep.equal(lines.map((_, i) => i + 1))
    })
  }

  it('that end too early are cuts', () => {
    const text = `${heading}\n${routeLine('eth0', '0000C80A', '00000000', '0001', '00FFFFFF')}`
    const [report] = reportsOf({ name: 'proc-net-route.txt', text }) ?? []
    expect(report?.cut).to.include({ line: 2 })
    expect(report?.unknown).to.have.length(1)
  })

  it('of fib_trie below a leaf or a table that is not known', () => {
    const lines = ['Main:', '  |-- 10.0.0.0', '     /33 link UNICAST', '     /8 link NAT', '     /8 link LOCAL tos=1 x']
    expect(unknownLines('proc-net-fib_trie.txt', `${lines.join('\n')}\n`)).to.deep.equal([3, 4, 5])
  })

  it('make the family not recorded, and are told', () => {
    const text = `${heading}\n${routeLine('eth0', '0000C80A', '00000000', '0001', '00FFFFFF')}`
    const { blind, routed, routes } = rulesetOf({ 'proc-net-route.txt': text })
    expect(blind).to.deep.equal([{ file: 'proc-net-route.txt', why: 'it cannot be read' }])
    expect([...routed, ...routes]).to.deep.equal([])
    expect(rulesetOf({ 'proc-net-fib_trie.txt': '' }).blind).to.have.length(1)
    expect(rulesetOf({ 'proc-net-if_inet6.txt': '', 'proc-net-ipv6_route.txt': '' }).blind).to.deep.equal([])
  })
})

describe('/proc/net/route', () => {
  it('is read in the byte order of the machine', () => {
    const little = decodeProcNetRoute(
      fileOf(
        heading,
        routeLine('a', '0000C80A', '0100C80A', '0003', '00FFFFFF'),
        routeLine('b', '00000000', '0100C80A', '0003', '00000000'),
      ),
    ).items
    const big = decodeProcNetRoute(
      fileOf(
        heading,
        routeLine('a', '0AC80000', '0AC80001', '0003', 'FFFFFF00'),
        routeLine('b', '00000000', '0AC80001', '0003', '00000000'),
      ),
    ).items
    expect(big).to.deep.equal(little)
    expect(little[0]).to.deep.include({ destination: { address: 0x0ac80000, length: 24 }, gateway: 0x0ac80001 })
  })

  it('has metrics without sign', () => {
    const [route] = decodeProcNetRoute(
      fileOf(heading, routeLine('a', '00000000', '00000000', '0001', '00000000', '-1')),
    ).items
    expect(route?.metric).to.equal(0xffffffff)
  })

  it('without fib_trie does not tell what a route without a device does', () => {
    const text = `${[heading, routeLine('*', '0000C80A', '00000000', '0001', '00FFFFFF')].join('\n')}\n`
    const alone = rulesetOf({ 'proc-net-route.txt': text })
    expect([...alone.routed]).to.deep.equal([])
    expect(alone.blind[0]?.why).to.include('proc-net-fib_trie.txt')
    const trie = 'Main:\n  |-- 10.200.0.0\n     /24 universe BLACKHOLE\n'
    const both = rulesetOf({ 'proc-net-route.txt': text, 'proc-net-fib_trie.txt': trie })
    expect(routeTable(both, []).find(ipv4('10.200.0.9'))?.type).to.equal('blackhole')
    const rejects = rulesetOf({ 'proc-net-route.txt': text.replace('0001', '0201') })
    expect(routeTable(rejects, []).find(ipv4('10.200.0.9'))?.type).to.equal('unreachable')
  })
})

describe('/proc/net/fib_trie', () => {
  const trie = (...leaves: readonly string[]) =>
    ['Main', 'Local'].map((name) => `${name}:\n${leaves.join('')}`).join('')
  const leaf = (ip: string, ...routes: readonly string[]) =>
    `  |-- ${ip}\n${routes.map((route) => `     ${route}\n`).join('')}`
  const network = leaf('10.200.0.0', '/24 link UNICAST')
  const broadcast = leaf('10.200.0.255', '/32 link BROADCAST')
  const route = `${heading}\n${routeLine('eth0', '0000C80A', '00000000', '0001', '00FFFFFF')}\n`
  const placed = (...leaves: readonly string[]) => placedBy(route, ...leaves)
  const placedBy = (routes: string, ...leaves: readonly string[]) =>
    rulesetOf({ 'proc-net-route.txt': routes, 'proc-net-fib_trie.txt': trie(...leaves) }).interfaces.flatMap(
      ({ addresses, name }) => addresses.map(({ ip }) => `${name} ${ip === ipv4('10.200.0.11') ? '.11' : '?'}`),
    )
  const own = leaf('10.200.0.11', '/32 host LOCAL')

  it('gives an address to the device of its network where nothing else can have it', () => {
    expect(placed(network, own, broadcast)).to.deep.equal(['eth0 .11'])
    // a second route there by the same device
    expect(
      placedBy(
        route + routeLine('eth0', '0000C80A', '00000000', '0001', '00FFFFFF', '100') + '\n',
        network,
        own,
        broadcast,
      ),
    ).to.deep.equal(['eth0 .11'])
    // another device leads there too
    expect(
      placedBy(
        route + routeLine('eth1', '0000C80A', '00000000', '0001', '00FFFFFF', '100') + '\n',
        network,
        own,
        broadcast,
      ),
    ).to.deep.equal([])
    // a network within it
    expect(
      placedBy(route + routeLine('eth0', '0000C80A', '00000000', '0001', '00F0FFFF') + '\n', network, own, broadcast),
    ).to.deep.equal([])
    // no device has an address with this network
    expect(placed(network, own)).to.deep.equal([])
    // one of them is perhaps another device's
    expect(placed(network, own, leaf('10.200.0.40', '/32 host LOCAL'), broadcast)).to.deep.equal([])
    // two devices have the same one
    expect(placed(network, leaf('10.200.0.11', '/32 host LOCAL', '/32 host LOCAL'), broadcast)).to.deep.equal([])
  })

  it('keeps routes of the local table from those of main with the same destination', () => {
    const files = {
      'proc-net-route.txt': `${heading}\n${routeLine('eth0', '0B00C80A', '00000000', '0005', 'FFFFFFFF')}\n`,
      'proc-net-fib_trie.txt': trie(leaf('10.200.0.11', '/32 universe BLACKHOLE', '/32 link UNICAST')),
    }
    const { routes } = rulesetOf(files)
    expect(routes.map(({ table, type }) => `${table} ${type}`).sort()).to.deep.equal([
      'local blackhole',
      'main unicast',
    ])
  })
})

describe('/proc/net/ipv6_route', () => {
  const tables = (...lines: readonly string[]) =>
    tablesOf(decodeProcNetIpv6Route(fileOf(...lines)).items).map(
      ({ destination, table, type }) => `${table} ${type} ${formatPrefix(destination)}`,
    )
  const local = [route6('fd00', '80', '80200001', '00000000'), noDefault]

  it('is the tables one after the other, local and main last', () => {
    expect(tables(route6('fd01', '40'), noDefault, ...local)).to.deep.equal([
      'main unicast fd01::/64',
      'local local fd00::/128',
    ])
    expect(tables(route6('', '00'), route6('fd01', '40'), route6('', '00'), ...local)).to.deep.equal([
      'main unicast fd01::/64',
      'main unicast ::/0',
      'local local fd00::/128',
    ])
    // another table's default is not main's, which has none
    expect(tables(route6('', '00'), noDefault, ...local)).to.deep.equal(['local local fd00::/128'])
  })

  it('is one table where the kernel has no policy routing', () => {
    expect(tables(route6('fd01', '40'), ...local)).to.deep.equal(['main unicast fd01::/64', 'local local fd00::/128'])
  })

  it('leaves out what the kernel learned, and knows addresses by lo', () => {
    const { items, report } = decodeProcNetIpv6Route(
      fileOf(route6('fd02', '80', '01000003'), route6('fd00', '80', '80200001', '00000000', 'lo'), noDefault),
    )
    expect(report().ignored).to.have.length(1)
    expect(items[0]).to.include({ type: 'local' })
    expect(items[0]).not.to.have.property('device')
  })
})

describe('/proc/net/if_inet6', () => {
  it('tells scopes', () => {
    const scopes = ['00', '10', '20', '40', '80'].map((scope) => `${zeros} 01 40 ${scope} 80 eth0`)
    expect(decodeProcNetIfInet6(fileOf(...scopes)).items.map(({ scope }) => scope)).to.deep.equal([
      'global',
      'host',
      'link',
      'site',
      'global',
    ])
  })
})
