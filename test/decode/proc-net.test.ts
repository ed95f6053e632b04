/** What a node's /proc/net tells against what its ip(8) told at the same time: the same, or less, never anything else. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { reportsOf } from '../../src/decode/index.ts'
import { decodeRuleset } from '../../src/decode/ruleset.ts'
import { sniff } from '../../src/decode/sniff.ts'
import { type RouteTable, isRefusing, routeTable } from '../../src/evaluate/route.ts'
import { type Ip, formatIp, parseIp, width } from '../../src/ruleset/address.ts'
import type { Route } from '../../src/ruleset/network.ts'
import type { Ruleset } from '../../src/ruleset/ruleset.ts'
import { root } from '../kpx.ts'

const folder = join(root, 'test/decode/proc-net')
const nodes = readdirSync(folder)
const textOf = (node: string, name: string): string => readFileSync(join(folder, node, name), 'utf8')
const filesOf = (node: string): string[] => readdirSync(join(folder, node))

function decoded(node: string, isThere: (name: string) => boolean): Ruleset {
  return decodeRuleset((name) =>
    filesOf(node).includes(name) && isThere(name) ? { name, text: textOf(node, name) } : undefined,
  )
}

const isProc = (name: string): boolean => name.startsWith('proc')

/** Which files of ip(8) are there as well. */
const mixtures: readonly (readonly string[])[] = [[], ['ip-addr.json'], ['ip-route.json', 'ip6-route.json']]

const addressesOf = ({ interfaces }: Ruleset): string[] =>
  interfaces.flatMap(({ addresses, name }) =>
    addresses.map(({ ip, prefixLength, scope }) => `${name} ${formatIp(ip)}/${prefixLength} ${scope}`),
  )

/** Every address, and the first and last of every destination and those beside them. */
function destinationsOf({ interfaces, routes }: Ruleset): Ip[] {
  const ends = routes.flatMap(({ destination: { address, length } }): Ip[] => {
    if (typeof address === 'number') return [address - 1, address, address + 1, address + 2 ** (32 - length)]
    return [address, address + 1n, address + (1n << BigInt(128 - length)) - 1n]
  })
  const all = [...interfaces.flatMap(({ addresses }) => addresses.map(({ ip }) => ip)), ...ends]
  return [...new Set(all)].filter((ip) => (typeof ip === 'number' ? ip >= 0 && ip < 2 ** 32 : ip < 1n << 128n))
}

/** Of the routes that send nothing /proc/net/ipv6_route tells no more, of IPv6 gateways of IPv4 routes /proc/net/route nothing. */
function wayBy(route: Route | undefined, ip: Ip): string {
  if (!route || isRefusing(route) || route.type === 'throw')
    return typeof ip === 'number' ? (route?.type ?? 'none') : 'nowhere'
  const gateway =
    route.gateway === undefined ? '' : typeof route.gateway === typeof ip ? formatIp(route.gateway) : 'IPv6'
  return `${route.type} ${route.table} ${gateway} ${route.metric}`
}

function expectSameWays(told: RouteTable, truth: RouteTable, destinations: readonly Ip[]): void {
  for (const ip of destinations) {
    const [route, real] = [told.find(ip), truth.find(ip)]
    // what has lo's address for its destination goes nowhere: the kernel rejects it, which ip(8) does not tell
    if (real?.device === 'lo' && real.type === 'unicast') continue
    expect(wayBy(route, ip), formatIp(ip)).to.equal(wayBy(real, ip))
    expect(told.isLocal(ip), formatIp(ip)).to.equal(truth.isLocal(ip))
    if (route?.device !== undefined) expect(route.device, formatIp(ip)).to.equal(real?.device)
    else expect(route === undefined || route.type !== 'unicast', formatIp(ip)).to.equal(true)
  }
}

/** How many source addresses are told. */
function expectNoOtherSources(
  told: RouteTable,
  truth: RouteTable,
  destinations: readonly Ip[],
  devices: readonly string[],
): number {
  let known = 0
  for (const ip of destinations) {
    const [route, real] = [told.find(ip), truth.find(ip)]
    const answers = [
      [route && told.sourceFor(route, ip), real && truth.sourceFor(real, ip)],
      ...devices.map((device) => [told.addressOf(device, ip), truth.addressOf(device, ip)]),
      ...(real?.type === 'unicast' && real.device !== undefined
        ? [[told.addressOf(real.device, ip, route?.gateway), truth.addressOf(real.device, ip, real.gateway)]]
        : []),
    ]
    for (const [answer, right] of answers) {
      if (answer === undefined) continue
      known++
      expect(formatIp(answer), `the source to ${formatIp(ip)}`).to.equal(right && formatIp(right))
    }
  }
  return known
}

for (const node of nodes) {
  describe(`/proc/net of ${node}`, () => {
    const ip = decoded(node, (name) => !isProc(name))
    const truth = routeTable(ip, [])
    const destinations = destinationsOf(ip)

    it('is read, line by line, and known by its beginning', () => {
      for (const name of filesOf(node).filter(isProc)) {
        const text = textOf(node, name)
        for (const { unknown } of reportsOf({ name, text }) ?? []) expect(unknown, name).to.deep.equal([])
        expect(`${sniff(text)}.txt`).to.equal(name)
      }
    })

    for (const names of mixtures) {
      const also = names.length === 0 ? 'alone' : `beside ${names.join(', ')}`
      const ruleset = decoded(node, (name) => isProc(name) || names.includes(name))
      const told = routeTable(ruleset, [])

      it(`${also} tells the same local addresses and ways`, () => {
        expect(ruleset.blind).to.deep.equal([])
        expect([...ruleset.routed].sort()).to.deep.equal(['IPv4', 'IPv6'])
        expect(destinations.length).to.be.greaterThan(40)
        expectSameWays(told, truth, destinations)
      })

      it(`${also} gives no address to another device, and names none as the source that is not`, () => {
        const right = addressesOf(ip)
        expect(addressesOf(ruleset).filter((one) => !right.includes(one))).to.deep.equal([])
        const devices = ip.interfaces.map(({ name }) => name)
        expect(expectNoOtherSources(told, truth, destinations, devices)).to.be.greaterThan(50)
        if (!names.includes('ip-addr.json'))
          for (const device of devices) expect(told.isBridge(device)).to.equal(undefined)
      })
    }
  })
}

describe('the devices of addresses in /proc/net', () => {
  const placed = (node: string): string[] => addressesOf(decoded(node, isProc)).filter((line) => !line.includes(':'))
  const unplaced = (node: string): string[] => {
    const ruleset = decoded(node, isProc)
    const table = routeTable(ruleset, [])
    return ruleset.routes
      .filter(
        ({ destination: { address, length }, type }) =>
          type === 'local' && length === width(address) && table.isUnplaced(address),
      )
      .map(({ destination }) => formatIp(destination.address))
  }

  it('are those of the networks that they are alone in', () => {
    expect(placed('bridge-and-ipvs')).to.deep.equal([
      'lo 127.0.0.1/8 host',
      'eth0 10.200.0.11/24 global',
      'cbr0 10.244.0.1/24 global',
    ])
    expect(placed('policy-routing')).to.deep.equal([
      'lo 127.0.0.1/8 host',
      'eth1 172.30.4.2/31 global',
      'eth1 10.9.0.1/28 global',
      'eth1 10.9.1.1/28 global',
    ])
  })

  it('are not told of virtual addresses, kube-ipvs0’s, tunnels’ and those beside them', () => {
    expect(unplaced('bridge-and-ipvs')).to.include.members(['10.96.0.1', '10.244.0.0', '172.20.0.1', '192.0.2.1'])
    expect(unplaced('policy-routing')).to.have.members(['10.244.3.0', '192.168.7.20', '192.168.7.99', '198.51.100.7'])
  })

  it('are not known from part of the files', () => {
    const all = decoded('policy-routing', isProc)
    for (const missing of filesOf('policy-routing').filter(isProc)) {
      const ruleset = decoded('policy-routing', (name) => isProc(name) && name !== missing)
      const extra = addressesOf(ruleset).filter((one) => !addressesOf(all).includes(one))
      expect(extra, missing).to.deep.equal([])
    }
    const lacking = decoded('policy-routing', (name) => isProc(name) && name !== 'proc-net-fib_trie.txt')
    expect(routeTable(lacking, []).knowsLocal(parseIp('10.0.0.1') ?? 0)).to.equal(false)
  })

  it('make kube-ipvs0 known, which has no route', () => {
    expect(decoded('bridge-and-ipvs', isProc).interfaces.map(({ name }) => name)).to.include('kube-ipvs0')
  })
})
