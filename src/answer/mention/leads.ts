/**
 * Which frontends' packets may come to an address: those of every rule from which a way leads there, whatever its names are. Too many
 * rather than too few: what really comes there the evaluator says, which need not be asked about the rest of a large cluster.
 */
import { formatIp } from '../../ruleset/address.ts'
import type { Ip } from '../../ruleset/address.ts'
import type { Found, Rule, Ruleset, Table } from '../../ruleset/ruleset.ts'
import { hitIn } from './hit.ts'
import { destinationOfIptablesRule } from './iptables.ts'
import type { RuleDestination } from './mention.ts'
import { destinationOfNftRule, destinationsOfLookup, holds } from './nft.ts'

/** Packets to one of the addresses, to one of the ports, or, where a way begins with neither, any. */
export interface Leads {
  readonly ips: Set<Ip>
  readonly ports: Set<number>
  any: boolean
}

export function leadsTo(ip: Ip, { tables, virtualServers }: Ruleset): Leads {
  // nothing need translate what is for the address itself
  const leads: Leads = { ips: new Set([ip]), ports: new Set(), any: false }
  for (const server of virtualServers?.servers ?? []) {
    if (!server.servers.some((real) => real.ip === ip)) continue
    leads.ips.add(server.ip)
    leads.ports.add(server.port)
  }
  for (const table of tables) followBack(ip, table, leads)
  return leads
}

type FoundRule = Extract<Found, { rule: Rule }>
type FoundElement = Exclude<Found, FoundRule>

/** From the rules that translate to the address to those that jump to their chains, until one says for which packets it is. */
function followBack(ip: Ip, table: Table, leads: Leads): void {
  const chains = new Set<string>()
  const rulesWith = rulesBySet(table)
  const enter = ({ chain }: FoundRule, destinations: readonly RuleDestination[]): void => {
    if (destinations.map((destination) => note(destination, leads)).every(Boolean)) return
    if (table.chains.get(chain)?.base) leads.any = true
    else chains.add(chain)
  }
  const follow = (found: Found): void => {
    if ('rule' in found) return enter(found, [destinationOf(found)])
    for (const rule of rulesWith(found.set.name)) {
      const destinations = lookupsOf(found, rule)
      if (destinations.length > 0) enter(rule, destinations)
    }
  }
  table
    .search(formatIp(ip))
    .filter((found) => mayTranslate(found, ip))
    .forEach(follow)
  // a chain that is added on the way is gone through as well
  for (const chain of chains) {
    for (const found of table.search(chain)) if (jumpsTo(found, chain)) follow(found)
  }
}

/** The rules that name a set. A search goes through the whole table, and many elements are of one map. */
function rulesBySet(table: Table): (name: string) => readonly FoundRule[] {
  const known = new Map<string, readonly FoundRule[]>()
  return (name) => {
    const rules = known.get(name) ?? table.search(`@${name}`).filter((found): found is FoundRule => 'rule' in found)
    known.set(name, rules)
    return rules
  }
}

/** For which packets the rule comes to the element, as often as it looks something up in its map: who asks says what the keys are. */
function lookupsOf({ element, set }: FoundElement, found: FoundRule): RuleDestination[] {
  const { body } = found.rule
  return body.tool === 'nft' ? destinationsOfLookup(body, set, element) : [destinationOf(found)]
}

/** What maps the address to something, or cannot be read, may be on the way; what only matches it is not. */
function mayTranslate(found: Found, ip: Ip): boolean {
  if ('set' in found) return isMappedTo(found, (value) => holds(value, ip))
  const { body } = found.rule
  if (body.tool === 'nft') return body.statements.some((statement) => 'dnat' in statement && holds(statement.dnat, ip))
  const as = hitIn(found, ip)?.as
  return as === 'endpoint' || (as === 'other' && body.tool === 'unknown')
}

/** Whether the element's value is so, or cannot be read; a set has none. */
const isMappedTo = ({ element, set }: FoundElement, is: (value: unknown) => boolean): boolean =>
  set.map !== undefined && (!Array.isArray(element) || is(element[1]))

function jumpsTo(found: Found, chain: string): boolean {
  if ('set' in found) return isMappedTo(found, (value) => isTarget(value, chain))
  const { body } = found.rule
  if (body.tool === 'unknown') return true
  return body.tool === 'nft' ? isTarget(body.statements, chain) : body.target?.name === chain
}

/** Somewhere in the value, as the target of nft's jump or goto. */
const isTarget = (value: unknown, chain: string): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(value).some(([key, part]) => (key === 'target' && part === chain) || isTarget(part, chain))

function destinationOf({ rule: { body } }: FoundRule): RuleDestination {
  if (body.tool === 'unknown') return { ip: undefined, ports: undefined }
  return body.tool === 'nft' ? destinationOfNftRule(body) : destinationOfIptablesRule(body)
}

/** Whether the destination tells any packets from others. */
function note({ ip, ports = [] }: RuleDestination, leads: Leads): boolean {
  if (ip !== undefined) leads.ips.add(ip)
  else if (ports.some(([from, to]) => from !== to)) return false
  else for (const [port] of ports) leads.ports.add(port)
  return ip !== undefined || ports.length > 0
}
