/** IPv4 routes from /proc/net/route, which tells devices and gateways, and /proc/net/fib_trie, which tells types and the local table. */
import { formatPrefix } from '../ruleset/address.ts'
import type { Prefix } from '../ruleset/address.ts'
import type { Route } from '../ruleset/network.ts'
import type { TrieRoute } from './proc-net-fib-trie.ts'
import type { ProcRoute } from './proc-net-route.ts'

/** The main table; undefined where the type of a route is not told, which may refuse packets or leave them to another table. */
export function mainRoutes(listed: readonly ProcRoute[], trie: readonly TrieRoute[]): Route[] | undefined {
  const types = typesOf(listed, trie)
  const routes: Route[] = []
  for (const { destination, device, gateway, metric, rejects } of listed) {
    const entry = types.get(formatPrefix(destination))?.shift()
    const type = entry?.type ?? (rejects ? 'unreachable' : device && 'unicast')
    if (type === undefined) return undefined
    // kpx's packets are of no special type of service
    if (entry?.tos) continue
    routes.push({
      destination,
      type,
      table: 'main',
      ...(device !== undefined && { device }),
      ...(gateway !== undefined && { gateway }),
      metric,
      sourceHidden: true,
      hopsHidden: true,
    })
  }
  return routes
}

const isOwn = ({ type }: TrieRoute): boolean => ['anycast', 'broadcast', 'local', 'multicast'].includes(type)
/** What /proc/net/route leaves out. */
const isListed = ({ type }: TrieRoute): boolean => type !== 'broadcast' && type !== 'multicast'

/**
 * By destination, in the order of the list: both files walk the trie. Where one trie is both tables, local's routes stand before
 * main's of the same destination (fib_find_alias(): by falling number of the table).
 */
function typesOf(listed: readonly ProcRoute[], trie: readonly TrieRoute[]): Map<string, TrieRoute[]> {
  const types = byDestination(trie.filter((route) => route.trie === 'Main' && isListed(route)))
  for (const [key, { length }] of byDestination(listed)) {
    const all = types.get(key) ?? []
    types.set(key, all.slice(all.length < length ? all.length : all.length - length))
  }
  return types
}

/** The local table, without devices. */
export function localRoutes(listed: readonly ProcRoute[], trie: readonly TrieRoute[]): Route[] {
  const local = trie.filter((route) => route.trie === 'Local')
  const main = trie.filter((route) => route.trie === 'Main')
  const isShared = main.length === local.length && main.every((route, i) => isSame(route, local[i]))
  const ofMain = byDestination(isShared ? listed : [])
  const others = [...byDestination(local.filter(isListed))].flatMap(([key, routes]) =>
    routes.slice(0, Math.max(0, routes.length - (ofMain.get(key)?.length ?? 0))),
  )
  return [...local.filter(isOwn), ...others.filter((route) => !isOwn(route))]
    .filter(({ tos }) => !tos)
    .map(({ destination, type }) => ({ destination, type, table: 'local', metric: 0, sourceHidden: true }))
}

const isSame = (a: TrieRoute, b: TrieRoute | undefined): boolean =>
  a.type === b?.type && a.destination.address === b.destination.address && a.destination.length === b.destination.length

function byDestination<T extends { readonly destination: Prefix }>(routes: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const route of routes) {
    const key = formatPrefix(route.destination)
    const group = groups.get(key)
    if (group) group.push(route)
    else groups.set(key, [route])
  }
  return groups
}
