import { expect } from 'chai'
import fc from 'fast-check'
import { decodeIpAddr, decodeIpRoute } from '../../src/decode/network.ts'
import { formatIp, formatPrefix, parseIp } from '../../src/ruleset/address.ts'
import type { Route } from '../../src/ruleset/network.ts'
import { adds, recording, recordings, textFile } from './recordings.ts'

const json = (value: unknown, name = 'ip-route.json') => ({ ...textFile(`${JSON.stringify(value)}\n`), name })
const route = (value: object, name?: string): Route | undefined => decodeIpRoute([json([value], name)]).routes[0]
const to = (value: object, name?: string): string | undefined => {
  const found = route(value, name)
  return found && formatPrefix(found.destination)
}

describe('ip -j addr', () => {
  for (const source of recordings('ip-addr')) {
    it(`knows everything of ${source.name}`, () => {
      const { interfaces, report } = decodeIpAddr(source)
      expect(report().unknown).to.deep.equal([])
      const items = JSON.parse(source.text) as { ifname: string; addr_info: { local: string }[] }[]
      expect(interfaces.map(({ addresses, name }) => [name, addresses.map(({ ip }) => formatIp(ip))])).to.deep.equal(
        items.map((item) => [item.ifname, item.addr_info.map(({ local }) => local)]),
      )
    })
  }

  it('reads interfaces', () => {
    const [bridged, down] = decodeIpAddr(
      json([
        {
          ifname: 'veth1',
          master: 'cbr0',
          flags: ['UP', 'LOWER_UP'],
          addr_info: [{ family: 'inet6', local: 'fe80::1', prefixlen: 64, scope: 'link' }, {}],
        },
        {},
        { ifname: 'kube-ipvs0', flags: ['NOARP'] },
      ]),
    ).interfaces
    const address = { ip: parseIp('fe80::1'), prefixLength: 64, scope: 'link' }
    expect(bridged).to.deep.equal({ name: 'veth1', master: 'cbr0', up: true, addresses: [address] })
    expect(down).to.deep.equal({ name: 'kube-ipvs0', up: false, addresses: [] })
  })

  it('takes no device of a bond for a port of a bridge, in whichever order they are', () => {
    const bond = { ifname: 'bond0', flags: ['BROADCAST', 'MULTICAST', 'MASTER', 'UP'] }
    const own = { ifname: 'eth0', master: 'bond0', flags: ['SLAVE', 'UP'] }
    for (const links of [
      [bond, own],
      [own, bond],
    ]) {
      expect(decodeIpAddr(json(links)).interfaces.map(({ master }) => master)).to.deep.equal([undefined, undefined])
    }
  })

  it('what is not that makes the file unknown, line by line', () => {
    for (const text of ['[{\n"ifname":', '{}\n', 'Command "addr" is unknown\nsecond', '\0']) {
      const { interfaces, report } = decodeIpAddr(textFile(text))
      expect(interfaces).to.deep.equal([])
      expect(report().unknown).to.have.length(report().lines)
    }
    const { report, interfaces } = decodeIpAddr(
      json([{ ifname: 'a' }, { x: 1 }, { ifname: 'b', addr_info: [{ local: 'no' }] }, 7]),
    )
    expect(interfaces.map(({ name }) => name)).to.deep.equal(['a'])
    expect(report().unknown.map(({ why }) => why)).to.deep.equal(['an interface without ifname (and 1 more)'])
    expect(adds(report())).to.equal(true)
  })

  it('names one reason alone', () => {
    const unreadable = decodeIpAddr(json([{ ifname: 'a', addr_info: [{ local: '10.0.0.1' }] }])).report().unknown
    expect(unreadable.map(({ why }) => why)).to.deep.equal(['an address of a that is not one'])
  })

  it('an empty file has no interfaces', () => {
    expect(decodeIpAddr(textFile('')).report()).to.deep.include({ lines: 0, unknown: [] })
    expect(decodeIpAddr(textFile('\n')).report()).to.deep.include({ lines: 1, recognised: 1 })
  })

  it('survives any JSON', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(adds(decodeIpAddr(textFile(text)).report())).to.equal(true)
        expect(
          decodeIpRoute([textFile(text)])
            .reports()
            .every(adds),
        ).to.equal(true)
      }),
    )
  })
})

describe('ip -j route', () => {
  for (const source of recordings('ip-route')) {
    it(`tells nothing twice of ${source.name} and its twin`, () => {
      const alone = decodeIpRoute([source])
      const both = decodeIpRoute([source, recording(source.name.replace('ip-route', 'ip6-route'))])
      expect(alone.reports()[0]?.unknown).to.deep.equal([])
      expect(both.routes).to.deep.equal(alone.routes)
      expect(both.reports()).to.have.length(2)
      expect(alone.routes).to.have.length((JSON.parse(source.text) as unknown[]).length)
    })
  }

  it('reads routes with their defaults', () => {
    expect(
      route({ dst: '10.0.0.0/8', dev: 'eth0', gateway: '10.1.0.1', prefsrc: '10.1.0.2', metric: 5, flags: [] }),
    ).to.deep.equal({
      destination: { address: 0x0a000000, length: 8 },
      type: 'unicast',
      table: 'main',
      device: 'eth0',
      gateway: 0x0a010001,
      preferredSource: 0x0a010002,
      metric: 5,
    })
    expect(route({ type: 'blackhole', dst: '10.0.0.1', table: 100 })).to.deep.equal({
      destination: { address: 0x0a000001, length: 32 },
      type: 'blackhole',
      table: '100',
      metric: 0,
    })
  })

  it('finds the family of a default', () => {
    expect(to({ dst: 'default', gateway: '10.0.0.1' })).to.equal('0.0.0.0/0')
    expect(to({ dst: 'default', gateway: 'fe80::1' })).to.equal('::/0')
    expect(to({ dst: 'default', dev: 'ppp0' })).to.equal('0.0.0.0/0')
    expect(to({ dst: 'default', dev: 'lo', pref: 'medium' })).to.equal('::/0')
    expect(to({ dst: 'default', dev: 'ppp0' }, 'ip6-route.json')).to.equal('::/0')
    expect(to({ dst: 'default', prefsrc: '10.0.0.1' }, 'ip6-route.json')).to.equal('0.0.0.0/0')
    expect(to({ dst: 'default', nexthops: [{ gateway: 'fe80::1', dev: 'eth0' }] })).to.equal('::/0')
    expect(to({ dst: 'default', via: { family: 'inet6', host: 'fe80::1' }, dev: 'eth0' })).to.equal('0.0.0.0/0')
    expect(to({ dst: 'default', via: { family: 'inet', host: '10.0.0.1' }, dev: 'eth0' })).to.equal('::/0')
  })

  it('takes the gateway of via and the first next hop that is not dead', () => {
    expect(route({ dst: '10.0.0.0/8', via: { family: 'inet6', host: 'fe80::1' } })?.gateway).to.equal(
      parseIp('fe80::1'),
    )
    const hop = (dev: string, ...flags: string[]) => ({ gateway: '10.1.0.1', dev, weight: 1, flags })
    expect(route({ dst: '10.0.0.0/8', nexthops: [hop('a', 'dead', 'linkdown'), hop('b'), hop('c')] })?.device).to.equal(
      'b',
    )
    expect(route({ dst: '10.0.0.0/8', nexthops: [hop('a', 'dead')] })).to.equal(undefined)
    expect(route({ dst: '10.0.0.0/8', dev: 'a', flags: ['dead'] })).to.equal(undefined)
  })

  it('a route without a prefix is unknown', () => {
    const { reports, routes } = decodeIpRoute([json([{ dst: 'all' }, { dev: 'eth0' }, { dst: '10.0.0.1' }])])
    expect(routes).to.have.length(1)
    expect(reports()[0]?.unknown[0]?.why).to.include('all, which is no prefix (and 1 more)')
  })
})
