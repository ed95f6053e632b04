/** `ip -j addr` and `ip -j route show table all` (iproute2's JSON: ipaddress.c and iproute.c). */
import { type Ip, isPrefixLength, parseIp, parsePrefix } from '../ruleset/address.ts'
import type { Interface, InterfaceAddress, Route } from '../ruleset/network.ts'
import { type JsonObject, decodeJson, objectsOf, textOf } from './json.ts'
import type { LineReport, SourceFile } from './source.ts'

export interface DecodedInterfaces {
  readonly interfaces: Interface[]
  readonly report: () => LineReport
}

export interface DecodedRoutes {
  /** In the order of the files, without those that a later file repeats. */
  readonly routes: Route[]
  readonly reports: () => LineReport[]
}

export function decodeIpAddr(source: SourceFile): DecodedInterfaces {
  const groups = new Set<string>()
  const { items, report } = decodeJson(source, (link) => {
    if (hasFlag(link, 'MASTER')) groups.add(textOf(link['ifname']) ?? '')
    return readInterface(link)
  })
  return { interfaces: items.map((one) => (groups.has(one.master ?? '') ? withoutMaster(one) : one)), report }
}

/** IFF_MASTER: a bond or VRF, whose devices are no ports of a bridge (bond_setup(), vrf_setup() in drivers/net). */
const hasFlag = ({ flags }: JsonObject, flag: string): boolean => Array.isArray(flags) && flags.includes(flag)

const withoutMaster = ({ master: _master, ...rest }: Interface): Interface => rest

/** Of an interface that ip leaves empty (it prints `{}` for those that a filter hides) nothing is said. */
function readInterface(link: JsonObject): Interface | string | undefined {
  const name = textOf(link['ifname'])
  if (name === undefined) return Object.keys(link).length === 0 ? undefined : 'an interface without ifname'
  const addresses: InterfaceAddress[] = []
  for (const item of objectsOf(link['addr_info'])) {
    const address = readAddress(item)
    if (address) addresses.push(address)
    else if (Object.keys(item).length > 0) return `an address of ${name} that is not one`
  }
  const master = textOf(link['master'])
  return { name, ...(master !== undefined && { master }), up: hasFlag(link, 'UP'), addresses }
}

function readAddress({ local, prefixlen, scope }: JsonObject): InterfaceAddress | undefined {
  const ip = parseIp(textOf(local) ?? '')
  if (ip === undefined || typeof prefixlen !== 'number' || !isPrefixLength(prefixlen, ip)) return undefined
  return { ip, prefixLength: prefixlen, scope: textOf(scope) ?? 'global' }
}

/** Without a family `ip route` tells both, so ip-route.json and ip6-route.json repeat each other. */
export function decodeIpRoute(sources: readonly SourceFile[]): DecodedRoutes {
  const routes = new Map<string, Route>()
  const reports: (() => LineReport)[] = []
  for (const source of sources) {
    const { items, report } = decodeJson(source, (item) => readRoute(item, source.name.includes('ip6')))
    for (const route of items) {
      const key = JSON.stringify(route, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))
      if (!routes.has(key)) routes.set(key, route)
    }
    reports.push(report)
  }
  return { routes: [...routes.values()], reports: () => reports.map((report) => report()) }
}

function readRoute(item: JsonObject, onlyIpv6: boolean): Route | string | undefined {
  const text = textOf(item['dst'])
  if (text === undefined) return 'a route without dst'
  const [hop, ...others] = hopsOf(item)
  // kpx's packets are of no special type of service
  if (!hop || item['tos'] !== undefined) return undefined
  const destination = text === 'default' ? (isIpv6(hop, item, onlyIpv6) ? everyIpv6 : everyIpv4) : parsePrefix(text)
  if (!destination) return `route to ${text}, which is no prefix`
  const device = textOf(hop['dev'])
  const gateway = gatewayOf(hop)
  const otherDevices = others.flatMap(({ dev }) => textOf(dev) ?? [])
  const preferredSource = parseIp(textOf(item['prefsrc']) ?? '')
  return {
    destination,
    type: textOf(item['type']) ?? 'unicast',
    table: textOf(item['table']) ?? 'main',
    ...(device !== undefined && { device }),
    ...(gateway !== undefined && { gateway }),
    ...(preferredSource !== undefined && { preferredSource }),
    ...(otherDevices.length > 0 && { otherDevices }),
    metric: typeof item['metric'] === 'number' ? item['metric'] : 0,
  }
}

/**
 * Of several next hops (ECMP) the first one stands for all: kpx asks whether and through what a packet leaves. The kernel
 * does not use those that are dead (RTNH_F_DEAD), so a route with no other is left out.
 */
function hopsOf(item: JsonObject): JsonObject[] {
  const hops = objectsOf(item['nexthops'])
  return (hops.length > 0 ? hops : [item]).filter(({ flags }) => !(Array.isArray(flags) && flags.includes('dead')))
}

const everyIpv4 = { address: 0, length: 0 }
const everyIpv6 = { address: 0n, length: 0 }

/** `via` is printed where the gateway is not of the route's family: {"family":"inet6","host":"fe80::1"}. */
function gatewayOf(hop: JsonObject): Ip | undefined {
  const via = objectsOf([hop['via']])[0]
  return parseIp(textOf(hop['gateway']) ?? textOf(via?.['host']) ?? '')
}

/** The family of a `default`: only IPv6 routes have `pref` (RFC 4191); an IPv4 route's IPv6 gateway stands in `via`. */
function isIpv6(hop: JsonObject, item: JsonObject, onlyIpv6: boolean): boolean {
  const [gateway, source] = [hop['gateway'], item['prefsrc']].map((value) => parseIp(textOf(value) ?? ''))
  const known = gateway ?? source
  if (known !== undefined) return typeof known === 'bigint'
  const via = objectsOf([hop['via']])[0]
  if (via) return via['family'] === 'inet'
  return onlyIpv6 || item['pref'] !== undefined
}
