/** Every rule, set element, ipset entry and IPVS server of a node that names an address. */
import { formatIp } from '../../ruleset/address.ts'
import type { NftElement } from '../../ruleset/nft.ts'
import type { Found, Rule, Ruleset, Table } from '../../ruleset/ruleset.ts'
import { hitIn } from './hit.ts'
import { hitByPort } from './iptables.ts'
import { holdsClients, isDispatcher, isKubeProxys, serviceOfComment, serviceOfName } from './kube-proxy.ts'
import { isAbout, onlyPort } from './mention.ts'
import type { Hit, Mention, Subject } from './mention.ts'
import { hitInPortElement } from './nft.ts'
import { mentionsInIpSet, mentionsInVirtualServer } from './servers.ts'

/** In the order of the dumps. With `nodePorts`, kube-proxy's rules for the asked port are about the address too. */
export function mentionsOf(asked: Subject, nodePorts: boolean, ruleset: Ruleset): Mention[] {
  const { ipsets, tables, virtualServers } = ruleset
  return [
    ...tables.flatMap((table) => (isOfFamily(table, asked) ? mentionsInTable(table, asked, nodePorts) : [])),
    ...[...(ipsets?.values() ?? [])].flatMap((set) => mentionsInIpSet(set, asked, nodePorts)),
    ...(virtualServers?.servers ?? []).flatMap((server) => mentionsInVirtualServer(server, asked)),
  ]
}

const isOfFamily = ({ family }: Table, { ip }: Subject): boolean => family !== (typeof ip === 'number' ? 'ip6' : 'ip')

type Named = Found & { readonly hit: Hit }

function mentionsInTable(table: Table, asked: Subject, nodePorts: boolean): Mention[] {
  const byAddress = table.search(formatIp(asked.ip)).flatMap((found) => named(found, hitIn(found, asked.ip)))
  const port = nodePorts ? asked.port : undefined
  const byPort =
    port === undefined
      ? []
      : table.search(String(port)).flatMap((found) => named(found, portHitIn(found, table, asked, port)))
  const all = [...byAddress, ...byPort]
  return all
    .map((found) => withPortOfChain(found, all))
    .filter(({ hit }) => isAbout(hit, asked))
    .map((found) => mentionOf(found, table))
}

const named = (found: Found, hit: Hit | undefined): Named[] => (hit ? [{ ...found, hit }] : [])

/** What kube-proxy does at a port whatever the address is; what names the address as well is found by that. */
function portHitIn(found: Found, table: Table, { ip }: Subject, port: number): Hit | undefined {
  if ('set' in found)
    return isKubeProxys(table, found.set.name) ? hitInPortElement(found.set, found.element, port) : undefined
  const { body } = found.rule
  if (body.tool !== 'iptables' || !isKubeProxys(table, found.chain)) return undefined
  return hitByPort(body, ip, port)
}

/** The source match of an endpoint's chain is about the port that the chain translates to. */
function withPortOfChain(found: Named, all: readonly Named[]): Named {
  if ('set' in found || found.hit.as !== 'source' || found.hit.ports) return found
  const endpoint = all.find((one) => 'chain' in one && one.chain === found.chain && one.hit.as === 'endpoint')
  return endpoint ? { ...found, hit: { ...endpoint.hit, as: 'source' } } : found
}

function mentionOf(found: Named, table: Table): Mention {
  const { hit } = found
  const name = 'set' in found ? found.set.name : found.chain
  const own = isKubeProxys(table, name)
  const as = 'set' in found && holdsClients(name) ? 'source' : hit.as
  return {
    as: own ? as : 'other',
    service: own ? ('set' in found ? serviceOfElement(found) : serviceOfRule(name, found.rule)) : null,
    port: onlyPort(hit),
    protocol: hit.protocol ?? null,
    place: `${table.name} ${'set' in found ? '@' : ''}${name}`,
    dispatches: own && isDispatcher(name),
    at: 'set' in found ? found.at : found.rule.at,
    text: 'set' in found ? found.text : found.rule.text,
  }
}

function serviceOfRule(chain: string, { body }: Rule): string | null {
  const comment =
    body.tool === 'iptables'
      ? body.matches.find(({ name }) => name === 'comment')?.options[0]?.values[0]
      : body.tool === 'nft'
        ? body.comment
        : undefined
  return serviceOfName(chain) ?? serviceOfComment(comment ?? '')
}

/** By the chain that its verdict goes to, by the set's own name, or by its comment. */
function serviceOfElement({ element, set }: Extract<Found, { set: unknown }>): string | null {
  const [key, verdict] = Array.isArray(element) ? (element as readonly NftElement[]) : [element, undefined]
  const chain = typeof verdict === 'object' && 'goto' in verdict ? verdict.goto.target : set.name
  const comment = typeof key === 'object' && 'elem' in key ? key.elem.comment : undefined
  return serviceOfName(chain) ?? serviceOfComment(comment ?? '')
}
