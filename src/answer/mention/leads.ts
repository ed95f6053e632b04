/**
 * Which frontends' packets may come to an address: those of every rule from which a way leads there, whatever its names are. Too many
 * rather than too few: what really comes there the evaluator says, which need not be asked about the rest of a large cluster.
 */
import { formatIp } from '../../ruleset/address.ts'
import type { Ip } from '../../ruleset/address.ts'
import type { Found, Ruleset, Table } from '../../ruleset/ruleset.ts'
import { hitIn } from './hit.ts'
import { destinationOfIptablesRule } from './iptables.ts'
import type { RuleDestination } from './mention.ts'
import { destinationOfElement, destinationOfNftRule } from './nft.ts'

/** Packets to one of the addresses, to one of the ports, or, where a way begins with neither, any. */
export interface Leads {
  readonly ips: Set<Ip>
  readonly ports: Set<number>
  any: boolean
}

export function leadsTo(ip: Ip, { tables, virtualServers }: Ruleset): Leads {
  const leads: Leads = { ips: new Set(), ports: new Set(), any: false }
  for (const server of virtualServers?.servers ?? []) {
    if (!server.servers.some((real) => real.ip === ip)) continue
    leads.ips.add(server.ip)
    leads.ports.add(server.port)
  }
  for (const table of tables) followBack(ip, table, leads)
  return leads
}

/** From the rules that translate to the address to those that jump to their chains, until one says for which packets it is. */
function followBack(ip: Ip, table: Table, leads: Leads): void {
  const chains = new Set<string>()
  const follow = (found: Found): void => {
    if (note(destinationOf(found), leads)) return
    if ('set' in found || table.chains.get(found.chain)?.base) leads.any = true
    else chains.add(found.chain)
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

/** What maps the address to something, or cannot be read, may be on the way; what only matches it is not. */
function mayTranslate(found: Found, ip: Ip): boolean {
  const as = hitIn(found, ip)?.as
  return as === 'endpoint' || (as === 'other' && ('set' in found || found.rule.body.tool === 'unknown'))
}

function jumpsTo(found: Found, chain: string): boolean {
  if ('set' in found) return isTarget(found.element, chain)
  const { body } = found.rule
  if (body.tool === 'unknown') return true
  return body.tool === 'nft' ? isTarget(body.statements, chain) : body.target?.name === chain
}

/** Somewhere in the value, as the target of nft's jump or goto. */
const isTarget = (value: unknown, chain: string): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(value).some(([key, part]) => (key === 'target' && part === chain) || isTarget(part, chain))

function destinationOf(found: Found): RuleDestination {
  if ('set' in found) return destinationOfElement(found.set, found.element)
  const { body } = found.rule
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
