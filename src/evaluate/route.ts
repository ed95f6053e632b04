/**
 * The kernel's routing decision: the local table, then main, then default; longest prefix, then lowest metric
 * (fib_lookup(), net/ipv4/fib_frontend.c). Policy rules are not recorded, so tables that only they name are not used.
 */
import {
  type Ip,
  type IpFamily,
  type Prefix,
  contains,
  familyOf,
  isLoopback,
  loopback,
  parsePrefix,
  width,
} from '../ruleset/address.ts'
import type { Interface, Route } from '../ruleset/network.ts'
import { ipvsDevice } from '../ruleset/ipvs.ts'
import type { Ruleset } from '../ruleset/ruleset.ts'
import { selectAddress, unknownAddress } from './source-address.ts'

export interface RouteTable {
  /** Whether the routes of the address's family are recorded; else `find` knows local addresses and connected networks only. */
  isRecorded(ip: Ip): boolean
  /** Whether the local addresses of the address's family are recorded. */
  knowsLocal(ip: Ip): boolean
  /** The route to an address; `undefined` when there is none, or none is known. */
  find(destination: Ip): Route | undefined
  /** The same in the local table alone. */
  findLocal(destination: Ip): Route | undefined
  isLocal(ip: Ip): boolean
  /** A local address of which it is not recorded on which device it is. */
  isUnplaced(ip: Ip): boolean
  /** The address that a local process's packet gets: the route's preferred one, else the device's. */
  sourceFor(route: Route, destination: Ip): Ip | undefined
  /** The address that masquerading through a device gives on the way to a destination. */
  addressOf(device: string, destination: Ip, gateway?: Ip): Ip | undefined
  /** Whether the device is a bridge with ports; undefined when ports were not recorded. */
  isBridge(device: string): boolean | undefined
}

export function routeTable(ruleset: Ruleset, addresses: readonly Ip[]): RouteTable {
  const isRecorded = (ip: Ip) => ruleset.routed.has(familyOf(ip))
  const inferred = [...connectedRoutes(ruleset.interfaces), ...localRoutes(ruleset, addresses)]
  const missing = inferred.filter(({ destination, table }) => !tells(ruleset, familyOf(destination.address), table))
  const routes = [...ruleset.routes, ...missing]
  const tables = ['local', 'main', 'default'].map((name) => lookupTable(routes.filter((route) => route.table === name)))
  const find = (ip: Ip): Route | undefined => {
    for (const lookup of tables) {
      const route = lookup(ip)
      if (route && route.type !== 'throw') return route
    }
    return undefined
  }
  const unplaced = unplacedIn(ruleset)
  const addressOf = (device: string, destination: Ip, gateway?: Ip) =>
    selectAddress(ruleset, [...unplaced], device, destination, gateway)
  return {
    isRecorded,
    knowsLocal: (ip) => ruleset.addressed.has(familyOf(ip)) || tells(ruleset, familyOf(ip), 'local'),
    find,
    findLocal: (ip) => tables[0]?.(ip),
    isLocal: (ip) => find(ip)?.type === 'local',
    isUnplaced: (ip) => unplaced.has(ip) && tables[0]?.(ip)?.device === undefined,
    sourceFor: (route, destination) => {
      if (route.preferredSource !== undefined) return route.preferredSource
      if (route.type === 'local') return route.sourceHidden ? ownSource(destination, ruleset) : destination
      if (route.device === undefined || (route.sourceHidden && mayPreferOther(route, ruleset, unplaced)))
        return undefined
      return addressOf(route.device, destination, route.gateway)
    },
    addressOf,
    isBridge: (device) =>
      ruleset.portsRecorded ? ruleset.interfaces.some(({ master }) => master === device) : undefined,
  }
}

/** Whether the recording has the family's routes: of the local table, which `ip route` without `table all` leaves out, at least one. */
const tells = ({ routed, routes }: Ruleset, family: IpFamily, table: string): boolean =>
  routed.has(family) &&
  (table !== 'local' || routes.some((route) => route.table === table && familyOf(route.destination.address) === family))

/** Local addresses that no interface lists; as ip(8) prints interfaces, each lists its own. */
function unplacedIn({ interfaces, interfacesWhole, routes }: Ruleset): ReadonlySet<Ip> {
  if (interfacesWhole) return new Set()
  const placed = new Set(interfaces.flatMap(({ addresses }) => addresses.map(({ ip }) => ip)))
  const local = routes.filter(
    ({ destination: { address, length }, type }) => type === 'local' && length === width(address),
  )
  return new Set(local.map(({ destination }) => destination.address).filter((ip) => !placed.has(ip) && !isLoopback(ip)))
}

/**
 * Whether the node has an address of the kind that a route by a gateway is made to prefer to its device's own: alone, not in a network,
 * on lo, a dummy or a tunnel. The kernel's own routes to a device's networks prefer the device's.
 */
function mayPreferOther(
  { destination, device, gateway }: Route,
  { interfaces }: Ruleset,
  unplaced: ReadonlySet<Ip>,
): boolean {
  if (gateway === undefined) return false
  const family = familyOf(destination.address)
  const alone = interfaces.flatMap(({ addresses, name }) =>
    name === device || name === ipvsDevice
      ? []
      : addresses.flatMap(({ ip, prefixLength }) => (prefixLength === width(ip) && !isLoopback(ip) ? [ip] : [])),
  )
  return [...alone, ...unplaced].some((ip) => familyOf(ip) === family)
}

/**
 * A packet to a local address is from there, but from a device's first address where the other is a second one in the same network
 * (fib_add_ifaddr(), net/ipv4/fib_frontend.c), and from 127.0.0.1 to all of 127.0.0.0/8.
 */
function ownSource(ip: Ip, { routes }: Ruleset): Ip | undefined {
  if (typeof ip === 'bigint') return ip
  if (isLoopback(ip)) return 0x7f000001
  const networks = routes.filter(
    ({ destination, gateway, type }) => type === 'unicast' && gateway === undefined && contains(destination, ip),
  )
  const own = routes.filter(({ destination, type }) => type === 'local' && destination.length === width(ip))
  const isAlone = !own.some(
    ({ destination: { address } }) => address !== ip && networks.some((one) => contains(one.destination, address)),
  )
  return isAlone && own.some(({ destination }) => destination.address === ip) ? ip : undefined
}

/** Full-length prefixes are found by a map (IPVS binds every ClusterIP), the others by falling length. */
function lookupTable(routes: readonly Route[]): (ip: Ip) => Route | undefined {
  const exact = new Map<Ip, Route>()
  const rest: Route[] = []
  for (const route of routes) {
    const { address, length } = route.destination
    if (length < width(address)) rest.push(route)
    else if ((exact.get(address)?.metric ?? Infinity) > route.metric) exact.set(address, route)
  }
  rest.sort((a, b) => b.destination.length - a.destination.length || a.metric - b.metric)
  return (ip) => exact.get(ip) ?? rest.find((route) => contains(route.destination, ip))
}

/** The local table where it was not recorded: the interfaces' addresses, or the API's and those that ipvs mode binds. */
function localRoutes(ruleset: Ruleset, addresses: readonly Ip[]): Route[] {
  const local = (destination: Prefix, device?: string): Route => ({
    destination,
    type: 'local',
    table: 'local',
    metric: 0,
    ...(device === undefined ? {} : { device }),
  })
  const own = ruleset.interfaces.flatMap(({ addresses: list, name }) =>
    list.map(({ ip }) => local({ address: ip, length: width(ip) }, name)),
  )
  const bound = (ruleset.virtualServers?.servers ?? []).map(({ ip }) => ip)
  const known = [...addresses, ...bound]
    .filter((ip) => !ruleset.addressed.has(familyOf(ip)))
    .map((ip) => local({ address: ip, length: width(ip) }))
  return [...own, ...known, ...loopback.map((prefix) => local(prefix, 'lo'))]
}

function connectedRoutes(interfaces: readonly Interface[]): Route[] {
  return interfaces.flatMap(({ addresses, name }) =>
    addresses
      .filter(({ ip, prefixLength }) => prefixLength < width(ip))
      .map(({ ip, prefixLength }) => ({
        destination: { address: ip, length: prefixLength },
        type: 'unicast',
        table: 'main',
        device: name,
        metric: 0,
      })),
  )
}

/** Whether the kernel sends nothing by this route. */
export const isRefusing = ({ type }: Route): boolean =>
  ['blackhole', 'broadcast', 'prohibit', 'unreachable'].includes(type)

/**
 * The type of an address as addrtype and fib name it. IPv4: what the local table says (inet_dev_addr_type(), net/ipv4/fib_frontend.c),
 * with a device only of that device's own addresses. IPv6: what routing says. Undefined where the device of the address is not told.
 */
export function addressType(routes: RouteTable, ip: Ip, device?: string): string | undefined {
  if (ip === unknownAddress(ip)) return 'local'
  if (multicast.some((prefix) => contains(prefix, ip))) return 'multicast'
  const route = typeof ip === 'number' ? routes.findLocal(ip) : routes.find(ip)
  if (!route) return typeof ip === 'number' || !routes.isRecorded(ip) ? 'unicast' : 'unreachable'
  if (route.type !== 'local' || device === undefined) return route.type
  if (route.device === undefined) return undefined
  return route.device === device ? route.type : 'unicast'
}

const multicast = ['224.0.0.0/4', 'ff00::/8'].map((text) => parsePrefix(text) as Prefix)
