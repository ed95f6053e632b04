/** What /proc/net would have said where a recording has what ip(8) said, as far as kpx reads it. */
import { decodeIpAddr, decodeIpRoute } from '../src/decode/network.ts'
import { type Ip, formatIp } from '../src/ruleset/address.ts'
import type { Interface, Route } from '../src/ruleset/network.ts'
import type { Edits } from './broken-capture.ts'
import type { Capture } from '../src/capture/capture.ts'

const hex = (value: Ip, digits: number): string => value.toString(16).padStart(digits, '0')

/** As a little-endian machine prints it. */
const swapped = (ip: number): string => (hex(ip, 8).match(/../g) ?? []).toReversed().join('').toUpperCase()

const isIpv4 = ({ destination }: Route): boolean => typeof destination.address === 'number'

function procNetRoute(routes: readonly Route[]): string {
  const lines = routes
    .filter((route) => isIpv4(route) && route.table === 'main')
    .map(({ destination: { address, length }, device = '*', gateway, metric, type }) => {
      const flags = (gateway === undefined ? 1 : 3) | (['prohibit', 'unreachable'].includes(type) ? 0x200 : 0)
      const via = typeof gateway === 'number' ? gateway : 0
      const mask = length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0
      const fields = [
        device,
        swapped(Number(address)),
        swapped(via),
        hex(flags, 4),
        0,
        0,
        metric,
        swapped(mask),
        0,
        0,
        0,
      ]
      return `${fields.join('\t')}\n`
    })
  return `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n${lines.join('')}`
}

/** Both tables in one trie, without its inner nodes. */
function procNetFibTrie(routes: readonly Route[]): string {
  const leaves = ['local', 'main'].flatMap((table) =>
    routes
      .filter((route) => isIpv4(route) && route.table === table)
      .map(
        ({ destination: { address, length }, type }) =>
          `     |-- ${formatIp(address)}\n        /${length} link ${type.toUpperCase()}\n`,
      ),
  )
  return ['Main', 'Local'].map((name) => `${name}:\n  +-- 0.0.0.0/0 3 0 4\n${leaves.join('')}`).join('')
}

const scopes: Readonly<Record<string, string>> = { global: '00', host: '10', link: '20', site: '40' }

const procNetIfInet6 = (interfaces: readonly Interface[]): string =>
  interfaces
    .flatMap(({ addresses, name }, index) =>
      addresses.flatMap(({ ip, prefixLength, scope }) =>
        typeof ip === 'bigint'
          ? [
              `${[hex(ip, 32), hex(index + 1, 2), hex(prefixLength, 2), scopes[scope], '80', name.padStart(8)].join(' ')}\n`,
            ]
          : [],
      ),
    )
    .join('')

const flagsOf = (type: string): number =>
  ({ local: 0x80200001, anycast: 0x00300001, unreachable: 0x00200200 })[type] ?? 1

function procNetIpv6Route(routes: readonly Route[]): string {
  return ['main', 'local']
    .map((table) => {
      const own = routes.filter((route) => !isIpv4(route) && route.table === table)
      const defaults = own.filter(({ destination }) => destination.length === 0)
      const lines = [...own.filter((route) => !defaults.includes(route)), ...defaults].map(
        ({ destination: { address, length }, device = 'lo', gateway, metric, type }) => {
          const flags = (flagsOf(type) | (gateway === undefined ? 0 : 2)) >>> 0
          const addresses = [hex(address, 32), hex(length, 2), hex(0, 32), '00', hex(gateway ?? 0, 32)]
          return `${[...addresses, hex(metric, 8), '00000001', '00000000', hex(flags, 8), device].join(' ')}\n`
        },
      )
      const missing = `${hex(0, 32)} 00 ${hex(0, 32)} 00 ${hex(0, 32)} ffffffff 00000001 00000000 00200200       lo\n`
      return lines.join('') + (defaults.length > 0 ? '' : missing)
    })
    .join('')
}

const procNetDev = (interfaces: readonly Interface[]): string =>
  `Inter-|   Receive  |  Transmit\n face |bytes |bytes\n${interfaces.map(({ name }) => `${name.padStart(6)}: ${'0 '.repeat(16)}\n`).join('')}`

/** Takes ip(8)'s files from every node of the recording, and gives it those of /proc/net. */
export function asProcNet(capture: Capture): Edits {
  return Object.fromEntries(
    capture.nodes.flatMap((node) => {
      const source = (name: string) => ({ name, text: capture.file(node, name)?.toString('utf8') ?? '' })
      const { interfaces } = decodeIpAddr(source('ip-addr.json'))
      const { routes } = decodeIpRoute([source('ip-route.json'), source('ip6-route.json')])
      const files: Readonly<Record<string, string | undefined>> = {
        'ip-addr.json': undefined,
        'ip-route.json': undefined,
        'ip6-route.json': undefined,
        'proc-net-route.txt': procNetRoute(routes),
        'proc-net-fib_trie.txt': procNetFibTrie(routes),
        'proc-net-if_inet6.txt': procNetIfInet6(interfaces),
        'proc-net-ipv6_route.txt': procNetIpv6Route(routes),
        'proc-net-dev.txt': procNetDev(interfaces),
      }
      return Object.entries(files).map(([name, text]) => [`nodes/${node}/${name}`, () => text])
    }),
  )
}
