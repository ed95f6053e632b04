/** What an nft rule asks of a packet, in words. */
import { formatNftExpression, formatNftRule } from '../../ruleset/format-nft.ts'
import { protocolOf } from '../../ruleset/iptables.ts'
import type { NftElement, NftExpression, NftRule, NftStatement } from '../../ruleset/nft.ts'
import type { Step } from '../../evaluate/flow.ts'
import { parseIp, parseIpPort } from '../../ruleset/address.ts'
import {
  addressPhrase,
  connectionPhrase,
  destinationPhrase,
  listed,
  localPhrase,
  lookupPhrase,
  markPhrase,
  quotedPhrase,
} from './phrase.ts'
import type { Asked, Field, Place, Side } from './phrase.ts'
import { nftSetPurpose } from './purpose.ts'

type Match = Extract<NftStatement, { match: unknown }>['match']

/** `step` is what the rule did: of a map by chance it tells which values lead there. */
export function askedByNft({ statements }: NftRule, step: Step, place: Place): Asked {
  const matches = statements.flatMap((statement) => ('match' in statement ? [statement.match] : []))
  const isJoined = (match: Match): boolean => joinedKind(match) !== undefined
  const joined = (kind: string): string | undefined => {
    const match = matches.find((one) => joinedKind(one) === kind)
    return match && formatNftExpression(match.right)
  }
  return {
    holds: [
      ...destinationPhrase(
        joined('daddr'),
        protocolName(joined('l4proto') ?? portProtocol(matches)),
        joined('dport'),
        place,
      ),
      ...matches.filter((match) => !isJoined(match)).map((match) => matchPhrase(match, place)),
      ...statements.flatMap((statement) => mapPhrase(statement, place)),
    ],
    chance: statements.map((statement) => chanceOf(statement, step)).find((chance) => chance !== undefined),
    remembers: statements.some((statement) => 'set' in statement && statement.set.set.startsWith('@affinity-')),
  }
}

/** Matches that are told together, as where the packet goes. */
function joinedKind({ left, op, right }: Match): 'daddr' | 'dport' | 'l4proto' | undefined {
  if (op !== '==' || typeof right === 'object' || (typeof right === 'string' && right.startsWith('@'))) return undefined
  const field = fieldOf(left)
  return field === 'daddr' || field === 'dport' || field === 'l4proto' ? field : undefined
}

/** `tcp dport 80` names its protocol, `th dport 80` does not. */
function portProtocol(matches: readonly Match[]): string | undefined {
  const port = matches.find((match) => joinedKind(match) === 'dport')?.left
  const protocol = typeof port === 'object' && 'payload' in port ? port.payload.protocol : 'th'
  return protocol === 'th' ? undefined : protocol
}

const protocolName = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : (protocolOf(text) ?? text)

function fieldOf(expression: NftExpression): string | undefined {
  if (typeof expression !== 'object') return undefined
  if ('payload' in expression) return headers.has(expression.payload.protocol) ? expression.payload.field : undefined
  return 'meta' in expression ? expression.meta.key : undefined
}

/** Those whose addresses and ports are what one thinks of; `th` is any transport header. */
const headers = new Set(['ip', 'ip6', 'sctp', 'tcp', 'th', 'udp'])

const fieldWords: ReadonlyMap<string, Field> = new Map([
  ['daddr', 'destination address'],
  ['dport', 'destination port'],
  ['l4proto', 'protocol'],
  ['saddr', 'source address'],
  ['sport', 'source port'],
])

/** Undefined where a part of the key has no word. */
function fieldsOf(key: NftExpression): Field[] | undefined {
  const parts = typeof key === 'object' && 'concat' in key ? key.concat : [key]
  const fields = parts.flatMap((part) => fieldWords.get(fieldOf(part) ?? '') ?? [])
  return fields.length === parts.length ? fields : undefined
}

function matchPhrase(match: Match, place: Place): string {
  const { left, op, right } = match
  const inverted = op === '!='
  const quoted = (): string => quotedPhrase(formatNftRule({ tool: 'nft', statements: [{ match }] }))
  if (op !== '==' && op !== '!=' && op !== 'in') return quoted()
  if (typeof right === 'string' && right.startsWith('@'))
    return setPhrase(left, right.slice(1), inverted, place) ?? quoted()
  if (typeof left !== 'object') return quoted()
  const field = fieldOf(left)
  if (field === 'daddr' || field === 'saddr') {
    return addressesPhrase(field === 'daddr' ? 'destination' : 'source', right, inverted, place) ?? quoted()
  }
  if ('ct' in left && (left.ct.key === 'state' || left.ct.key === 'status')) {
    return connectionPhrase(valuesIn(right), inverted)
  }
  const side = 'fib' in left && left.fib.result === 'type' && right === 'local' ? left.fib.flags[0] : undefined
  if (side === 'daddr' || side === 'saddr') {
    return localPhrase(side === 'daddr' ? 'destination' : 'source', inverted, place)
  }
  const bits = '&' in left && fieldOf(left['&'][0]) === 'mark' && right === 0 ? left['&'][1] : undefined
  return typeof bits === 'number' ? markPhrase(bits, inverted, place) : quoted()
}

function addressesPhrase(side: Side, right: NftExpression, inverted: boolean, place: Place): string | undefined {
  if (typeof right === 'object' && 'set' in right) {
    return `its ${side} is ${inverted ? 'none' : 'one'} of ${listed(right.set.map(formatElement))}`
  }
  const address = addressText(right)
  return address === undefined ? undefined : addressPhrase(side, address, inverted, place)
}

const addressText = (right: NftExpression): string | undefined => {
  if (typeof right === 'string') return right
  return typeof right === 'object' && 'prefix' in right ? `${right.prefix.addr}/${right.prefix.len}` : undefined
}

const formatElement = (element: NftElement): string => formatNftExpression(element as NftExpression)

const valuesIn = (right: NftExpression): string[] =>
  typeof right === 'object' && 'set' in right ? right.set.map(formatElement) : [formatNftExpression(right)]

function setPhrase(key: NftExpression, set: string, inverted: boolean, place: Place): string | undefined {
  const fields = fieldsOf(key)
  return fields && lookupPhrase(fields, `in set ${set}`, nftSetPurpose(place.table, set), inverted, place)
}

/** A map that has the packet's key; one by chance asks nothing of the packet. */
function mapPhrase(statement: NftStatement, place: Place): string[] {
  if (!('vmap' in statement)) return []
  const { data, key } = statement.vmap
  const fields = fieldsOf(key)
  if (fields === undefined) return []
  const map = typeof data === 'string' ? data.slice(1) : undefined
  const where = map === undefined ? 'in a map of the rule' : `in map ${map}`
  return [lookupPhrase(fields, where, map && nftSetPurpose(place.table, map), false, place)]
}

/** The share of a random number's values that lead where the packet went. */
function chanceOf(statement: NftStatement, step: Step): number | undefined {
  const lookup = lookupOf(statement)
  if (!lookup) return undefined
  const { data, key } = lookup
  if (typeof key !== 'object' || !('numgen' in key) || typeof data !== 'object' || !('set' in data)) return undefined
  const leading = data.set.filter((element) => Array.isArray(element) && leadsTo(element[1] as NftExpression, step))
  return leading.length / key.numgen.mod
}

function lookupOf(statement: NftStatement): { key: NftExpression; data: NftExpression } | undefined {
  if ('vmap' in statement) return statement.vmap
  const address = 'dnat' in statement ? statement.dnat.addr : undefined
  return typeof address === 'object' && 'map' in address ? address.map : undefined
}

function leadsTo(value: NftExpression, { action, target }: Step): boolean {
  if (typeof value === 'object' && 'goto' in value) return value.goto.target === target
  if (typeof value === 'object' && 'jump' in value) return value.jump.target === target
  const to = parseIpPort(action.replace('DNAT to ', ''))
  const [ip, port] = typeof value === 'object' && 'concat' in value ? value.concat : [value, to?.port]
  return typeof ip === 'string' && to !== undefined && parseIp(ip) === to.ip && port === to.port
}
