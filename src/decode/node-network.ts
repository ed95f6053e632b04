/** A node's interfaces, addresses and routes: as ip(8) prints them, or where it did not, as /proc/net tells them. */
import { type Ip, type IpFamily, familyOf, isLoopback, width } from '../ruleset/address.ts'
import type { Interface, Route } from '../ruleset/network.ts'
import type { Blind, Ruleset } from '../ruleset/ruleset.ts'
import { decodeIpAddr, decodeIpRoute } from './network.ts'
import { decodeProcNetDev } from './proc-net-dev.ts'
import { devicesOf } from './proc-net-devices.ts'
import { decodeProcNetFibTrie } from './proc-net-fib-trie.ts'
import { decodeProcNetIfInet6 } from './proc-net-if-inet6.ts'
import { localRoutes, mainRoutes } from './proc-net-ipv4.ts'
import { decodeProcNetIpv6Route, tablesOf } from './proc-net-ipv6-route.ts'
import type { DecodedLines } from './proc-net-lines.ts'
import { decodeProcNetRoute } from './proc-net-route.ts'
import type { ReadFile, SourceFile } from './source.ts'
import { decodeSysClassNetBrport } from './sys-class-net-brport.ts'
import type { BridgePort } from './sys-class-net-brport.ts'

type Routes = Pick<Ruleset, 'routed' | 'routes'>
type NodeNetwork = Routes & Pick<Ruleset, 'addressed' | 'interfaces' | 'interfacesWhole' | 'portsRecorded'>

const bothFamilies: ReadonlySet<IpFamily> = new Set(['IPv4', 'IPv6'])

export function decodeNodeNetwork(read: ReadFile, blind: Blind[]): NodeNetwork {
  const source = read('ip-addr.json')
  const listed = source ? interfacesIn(source, blind) : []
  const interfacesWhole = listed.length > 0
  const printed = ipRoutes(read, blind)
  if (interfacesWhole && printed.routed.size === bothFamilies.size)
    return { ...printed, interfaces: listed, interfacesWhole, portsRecorded: true, addressed: bothFamilies }
  const proc = readProcNet(read, blind)
  const { routed, routes } = withProcRoutes(printed, proc, blind)
  const devices = interfacesWhole || !proc.any ? listed : devicesOf(proc.dev ?? [], proc.ifInet6 ?? [], routes)
  // a device of the list that is not among the ports is none
  const ports = interfacesWhole || !proc.dev ? undefined : proc.ports
  const interfaces = ports ? withMasters(devices, ports) : devices
  return {
    routed,
    routes: withDevices(routes, interfaces),
    interfaces,
    interfacesWhole,
    portsRecorded: interfacesWhole || ports !== undefined,
    addressed: interfacesWhole ? bothFamilies : addressedBy(proc),
  }
}

function interfacesIn(source: SourceFile, blind: Blind[]): readonly Interface[] {
  const { interfaces, report } = decodeIpAddr(source)
  if (source.text === '' || report().unknown.length > 0) blind.push({ file: source.name, why: 'it cannot be read' })
  return interfaces
}

function ipRoutes(read: ReadFile, blind: Blind[]): Routes {
  const files = [
    { name: 'ip-route.json', family: 'IPv4' },
    { name: 'ip6-route.json', family: 'IPv6' },
  ] as const
  const readable = files.flatMap(({ family, name }) => {
    const source = read(name)
    if (!source) return []
    if (
      source.text.length > 0 &&
      decodeIpRoute([source])
        .reports()
        .every(({ unknown }) => unknown.length === 0)
    ) {
      return [{ family, source }]
    }
    blind.push({ file: name, why: 'it cannot be read' })
    return []
  })
  const { routes } = decodeIpRoute(readable.map(({ source }) => source))
  const families = routes.map(({ destination }) => familyOf(destination.address))
  return { routes, routed: new Set([...readable.map(({ family }) => family), ...families]) }
}

type ProcNet = ReturnType<typeof readProcNet>

/** The files that could be read as a whole: of a list of which some is missing nothing follows. */
function readProcNet(read: ReadFile, blind: Blind[]) {
  let any = false
  const items = <T>(name: string, decode: (source: SourceFile) => DecodedLines<T>): readonly T[] | undefined => {
    const source = read(name)
    // a kernel without IPv6 addresses has nothing to say of them
    if (!source || (source.text === '' && name.includes('6'))) return undefined
    any = true
    const decoded = decode(source)
    if (source.text !== '' && decoded.whole) return decoded.items
    blind.push({ file: name, why: 'it cannot be read' })
    return undefined
  }
  return {
    route: items('proc-net-route.txt', decodeProcNetRoute),
    fibTrie: items('proc-net-fib_trie.txt', decodeProcNetFibTrie),
    ifInet6: items('proc-net-if_inet6.txt', decodeProcNetIfInet6),
    ipv6Route: items('proc-net-ipv6_route.txt', decodeProcNetIpv6Route),
    dev: items('proc-net-dev.txt', decodeProcNetDev),
    ports: portsOf(read('sys-class-net-brport.txt'), blind),
    any,
  }
}

/** Empty for a node without bridges. */
function portsOf(source: SourceFile | undefined, blind: Blind[]): readonly BridgePort[] | undefined {
  const decoded = source && decodeSysClassNetBrport(source)
  if (decoded?.whole !== false) return decoded?.items
  blind.push({ file: 'sys-class-net-brport.txt', why: 'it cannot be read' })
  return undefined
}

const withMasters = (devices: readonly Interface[], ports: readonly BridgePort[]): Interface[] =>
  devices.map((device) => {
    const port = ports.find((one) => one.device === device.name)
    return port ? { ...device, master: port.bridge } : device
  })

const addressedBy = ({ fibTrie, ifInet6, ipv6Route }: ProcNet): Set<IpFamily> =>
  new Set([...(fibTrie ? (['IPv4'] as const) : []), ...(ifInet6 || ipv6Route ? (['IPv6'] as const) : [])])

/** Of each family from ip(8) or from /proc/net, which also has the local table that `ip route` without `table all` leaves out. */
function withProcRoutes({ routed, routes }: Routes, proc: ProcNet, blind: Blind[]): Routes {
  const [all, families] = [[...routes], new Set(routed)]
  const hasLocal = (family: IpFamily) =>
    routes.some(({ destination, table }) => table === 'local' && familyOf(destination.address) === family)
  if (proc.fibTrie && !hasLocal('IPv4')) all.push(...localRoutes(proc.route ?? [], proc.fibTrie))
  if (proc.route && !routed.has('IPv4')) {
    const main = mainRoutes(proc.route, proc.fibTrie ?? [])
    if (main) families.add('IPv4')
    else
      blind.push({ file: 'proc-net-route.txt', why: 'which of its routes refuse packets is in proc-net-fib_trie.txt' })
    all.push(...(main ?? []))
  }
  if (proc.ipv6Route && !routed.has('IPv6')) {
    families.add('IPv6')
    all.push(...tablesOf(proc.ipv6Route))
  }
  return { routes: all, routed: families }
}

/** Routes of local addresses with the device that has them, where it is told and the only one. */
function withDevices(routes: readonly Route[], interfaces: readonly Interface[]): Route[] {
  const devices = new Map<Ip, string | undefined>()
  for (const { addresses, name } of interfaces) {
    for (const { ip } of addresses) devices.set(ip, devices.has(ip) ? undefined : name)
  }
  return routes.map((route) => {
    if (route.type !== 'local' || route.device !== undefined) return route
    const { address, length } = route.destination
    const device = isLoopback(address) ? 'lo' : length === width(address) ? devices.get(address) : undefined
    return device === undefined ? route : { ...route, device }
  })
}
