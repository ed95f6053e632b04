/** Where an nft rule or an element of a set names an address: by the expression that is compared with it. */
import { parseIp, width } from '../../ruleset/address.ts'
import type { Ip } from '../../ruleset/address.ts'
import { protocolOf } from '../../ruleset/iptables.ts'
import type { NftElement, NftExpression, NftRule, NftSet, NftStatement } from '../../ruleset/nft.ts'
import type { Protocol } from '../../ruleset/ruleset.ts'
import { portOnly } from './mention.ts'
import type { Hit, MentionKind, RuleDestination } from './mention.ts'

/** What is told of the rule by its strongest mention. */
const strongest: readonly MentionKind[] = ['endpoint', 'frontend', 'source', 'other']

export function hitInNftRule({ statements }: NftRule, ip: Ip): Hit | undefined {
  const hits = statements.flatMap((statement) => hitInStatement(statement, ip) ?? [])
  const as = strongest.find((kind) => hits.some((hit) => hit.as === kind))
  const hit = hits.find((one) => one.as === as)
  const told = statements.map(portsOfMatch)
  return (
    hit && {
      as: hit.as,
      ports: hit.ports ?? (hit.as === 'source' ? undefined : told.find(({ ports }) => ports)?.ports),
      protocol: hit.protocol ?? told.find(({ protocol }) => protocol)?.protocol,
    }
  )
}

function hitInStatement(statement: NftStatement, ip: Ip): Hit | undefined {
  if ('match' in statement) return compared(statement.match.left, statement.match.right, ip)
  if ('vmap' in statement) return compared(statement.vmap.key, statement.vmap.data, ip)
  if ('dnat' in statement) return translated(statement.dnat, ip)
  return holds(statement, ip) ? { as: 'other' } : undefined
}

/** Somewhere in the value, as a text of its own. */
export function holds(value: unknown, ip: Ip): boolean {
  if (typeof value === 'string') return parseIp(value) === ip
  return typeof value === 'object' && value !== null && Object.values(value).some((part) => holds(part, ip))
}

/** `ip saddr . ip daddr . th dport` with the elements of a set: part by part. */
function compared(left: NftExpression, right: NftExpression, ip: Ip): Hit | undefined {
  const lefts = partsOf(left)
  for (const element of elementsOf(right)) {
    const keys = partsOf(isPair(element) ? element[0] : element)
    const kinds = lefts.flatMap((part, i) => (isAddress(keys[i], ip) ? [kindOf(part)] : []))
    const as = strongest.find((kind) => kinds.includes(kind))
    if (as) return { as, ...portsOfKeys(lefts.map(fieldOf), keys) }
  }
  return undefined
}

const elementsOf = (data: NftExpression): readonly NftElement[] =>
  typeof data === 'object' && 'set' in data ? data.set : [data]

const isPair = (element: NftElement): element is readonly [NftExpression, NftExpression] => Array.isArray(element)

function partsOf(expression: NftExpression): readonly NftExpression[] {
  if (typeof expression === 'object' && 'elem' in expression) return partsOf(expression.elem.val)
  return typeof expression === 'object' && 'concat' in expression ? expression.concat : [expression]
}

function isAddress(expression: NftExpression | undefined, ip: Ip): boolean {
  if (typeof expression === 'string') return parseIp(expression) === ip
  if (typeof expression !== 'object' || !('prefix' in expression)) return false
  return expression.prefix.len === width(ip) && parseIp(expression.prefix.addr) === ip
}

/** `ip daddr` -> `daddr`; set types have names of their own. */
const fieldOf = (expression: NftExpression): string =>
  typeof expression !== 'object'
    ? ''
    : 'payload' in expression
      ? expression.payload.field
      : 'meta' in expression
        ? expression.meta.key
        : ''

function kindOf(expression: NftExpression): MentionKind {
  const field = fieldOf(expression)
  return field === 'daddr' ? 'frontend' : field === 'saddr' ? 'source' : 'other'
}

const portFields = ['dport', 'inet_service']
const protocolFields = ['inet_proto', 'l4proto', 'nexthdr', 'protocol']

/** The port and protocol among the parts of a key, by the names of what they are compared with. */
function portsOfKeys(fields: readonly string[], keys: readonly NftExpression[]): Omit<Hit, 'as'> {
  const port = keys[fields.findIndex((field) => portFields.includes(field))]
  const protocol = keys[fields.findIndex((field) => protocolFields.includes(field))]
  return { ports: rangesOf(port), protocol: protocolNamed(protocol) }
}

const protocolNamed = (expression: NftExpression | undefined): Protocol | undefined =>
  typeof expression === 'object' ? undefined : protocolOf(String(expression))

function rangesOf(expression: NftExpression | undefined): Hit['ports'] {
  if (typeof expression === 'number') return portOnly(expression)
  if (typeof expression !== 'object') return undefined
  if ('range' in expression) return [expression.range.map(Number) as [number, number]]
  const ranges = 'set' in expression ? expression.set.map((one) => (isPair(one) ? undefined : rangesOf(one))) : []
  return ranges.length > 0 && ranges.every((range) => range !== undefined) ? ranges.flat() : undefined
}

/** `tcp dport 80`, `meta l4proto tcp`. */
function portsOfMatch(statement: NftStatement): Omit<Hit, 'as'> {
  if (!('match' in statement) || statement.match.op !== '==') return {}
  const { left, right } = statement.match
  const field = fieldOf(left)
  if (protocolFields.includes(field)) return { protocol: protocolNamed(right) }
  if (field !== 'dport' || typeof left !== 'object' || !('payload' in left)) return {}
  return { ports: rangesOf(right), protocol: protocolOf(left.payload.protocol) }
}

/** The address and ports that a packet must be for to match; undefined where any will do. */
export function destinationOfNftRule({ statements }: NftRule): RuleDestination {
  const ips = statements.flatMap((statement) =>
    'match' in statement && statement.match.op === '==' && fieldOf(statement.match.left) === 'daddr'
      ? (constantIp(statement.match.right) ?? [])
      : [],
  )
  return { ip: ips[0], ports: statements.flatMap((statement) => portsOfMatch(statement).ports ?? []) }
}

/** The same of a rule that looks up an element of a named map, for every lookup; what the key leaves open the rule may tell. */
export function destinationsOfLookup(
  rule: NftRule,
  { name }: Pick<NftSet, 'name'>,
  element: NftElement,
): RuleDestination[] {
  const own = destinationOfNftRule(rule)
  const values = partsOf(isPair(element) ? element[0] : element)
  return keysOf(rule.statements, `@${name}`).map((key) => {
    const fields = partsOf(key).map(fieldOf)
    const address = values[fields.indexOf('daddr')]
    const { ports } = portsOfKeys(fields, values)
    return { ip: (address === undefined ? undefined : constantIp(address)) ?? own.ip, ports: ports ?? own.ports }
  })
}

/** Of every lookup in the map: a verdict's, or a value's anywhere in a statement. */
function keysOf(value: unknown, map: string): NftExpression[] {
  if (typeof value !== 'object' || value === null) return []
  const own = 'key' in value && 'data' in value && value.data === map ? [value.key as NftExpression] : []
  return [...own, ...Object.values(value).flatMap((part) => keysOf(part, map))]
}

const constantIp = (expression: NftExpression): Ip | undefined =>
  typeof expression === 'string' ? parseIp(expression) : undefined

/** `dnat to 10.0.0.1:80`, or to one of a map's values `10.0.0.1 . 80`. */
function translated(nat: Extract<NftStatement, { dnat: unknown }>['dnat'], ip: Ip): Hit | undefined {
  const { addr, port } = nat
  const targets =
    typeof addr === 'object' && 'map' in addr ? elementsOf(addr.map.data) : addr === undefined ? [] : [addr]
  for (const target of targets) {
    const [address, own = port] = partsOf(isPair(target) ? target[1] : target)
    if (isAddress(address, ip)) return { as: 'endpoint', ports: rangesOf(own) }
  }
  return holds(nat, ip) ? { as: 'other' } : undefined
}

/** An element of a named set: kube-proxy's begin with the destination, what follows of addresses is the source. */
export function hitInElement({ type }: Pick<NftSet, 'type'>, element: NftElement, ip: Ip): Hit | undefined {
  const keys = partsOf(isPair(element) ? element[0] : element)
  const last = keys.findLastIndex((key) => isAddress(key, ip))
  if (last >= 0) return { as: last === 0 ? 'frontend' : 'source', ...portsOfKeys(type, keys) }
  return holds(element, ip) ? { as: 'other' } : undefined
}

/** An element that is for this port whatever the address is. */
export function hitInPortElement({ type }: Pick<NftSet, 'type'>, element: NftElement, port: number): Hit | undefined {
  if (type.some((name) => name.endsWith('_addr'))) return undefined
  const hit = portsOfKeys(type, partsOf(isPair(element) ? element[0] : element))
  return hit.ports?.some(([from, to]) => from === port && to === port) ? { as: 'frontend', ...hit } : undefined
}
