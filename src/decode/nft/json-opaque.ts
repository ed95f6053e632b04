/**
 * Expressions and statements that kpx carries as text, from libnftables' JSON into the text that nft 1.0.6 prints for them, so
 * that text and JSON of one ruleset are equal.
 */
import { type JsonObject, asList, isObject, stringsOf, wordOf } from './json-value.ts'

/** Words that are there, joined by blanks. */
const join = (...words: readonly unknown[]): string =>
  words
    .map(wordOf)
    .filter((word) => word !== undefined && word !== '')
    .join(' ')

/** `name value` if there is a value. */
const option = (name: string, value: unknown): string => {
  const word = wordOf(value)
  return word === undefined ? '' : `${name} ${word}`
}

/** `@nh,96,32`. */
const rawPayload = ({ base, len, offset }: JsonObject): string => `@${[base, offset, len].map(wordOf).join(',')}`

/** The text of an expression of this kind, or `undefined` when it is none of these. */
export function opaqueExpression(kind: string, value: JsonObject): string | undefined {
  switch (kind) {
    case 'payload':
      return value['base'] === undefined ? undefined : rawPayload(value)
    case 'tcp option':
    case 'ip option':
    case 'dccp option':
    case 'sctp chunk':
      return join(kind, optionName(value), value['field'])
    case 'exthdr':
      return value['field'] === undefined ? join('exthdr', value['name']) : join(value['name'], value['field'])
    case 'rt':
      return join('rt', value['family'], value['key'])
    case 'socket':
      return join('socket', value['key'], option('level', value['level']))
    case 'osf':
      return join('osf', option('ttl', value['ttl']), value['key'])
    case 'ipsec':
      return join(
        'ipsec',
        value['dir'],
        value['spnum'] ? option('spnum', value['spnum']) : '',
        value['family'],
        value['key'],
      )
    default:
      return undefined
  }
}

/** `tcp option @255,8,8` has numbers instead of a name. */
const optionName = (value: JsonObject): unknown => (value['base'] === undefined ? value['name'] : rawPayload(value))

/** The text of a statement of this kind; `text` formats an expression inside. */
export function opaqueStatement(kind: string, value: unknown, text: (e: unknown) => string): string | undefined {
  switch (kind) {
    case 'ct helper':
    case 'ct timeout':
    case 'ct expectation':
      return `${kind} set ${objectName(value, text)}`
    case 'ct count':
      return isObject(value) ? join('ct count', value['inv'] ? 'over' : '', value['val']) : undefined
    case 'secmark':
      return `meta secmark set ${objectName(value, text)}`
    case 'counter':
    case 'limit':
      return namedByMap(kind, value, text)
    case 'quota':
      return namedByMap(kind, value, text) ?? (isObject(value) ? quota(value) : `quota name ${objectName(value, text)}`)
    case 'synproxy':
      return namedByMap(kind, value, text) ?? synproxy(value)
    case 'flow':
      return isObject(value) ? join('flow', value['op'], value['flowtable']) : undefined
    case 'queue':
      return queue(isObject(value) ? value : {}, text)
    case 'tproxy':
      return isObject(value) ? tproxy(value, text) : undefined
    case 'dup':
    case 'fwd':
      return isObject(value) ? duplicate(kind, value, text) : undefined
    case 'last':
      return 'last'
    default:
      return undefined
  }
}

/** `counter name tcp dport map { 80 : "web" }`. */
const namedByMap = (kind: string, value: unknown, text: (e: unknown) => string): string | undefined =>
  isObject(value) && 'map' in value ? `${kind} name ${objectName(value, text)}` : undefined

/** The name of an object in quotes, or a map whose values are names, which the text has in quotes. */
function objectName(value: unknown, text: (e: unknown) => string): string {
  if (typeof value === 'string') return `"${value}"`
  const map = isObject(value) ? value['map'] : undefined
  if (!isObject(map) || !isObject(map['data'])) return text(value)
  const pairs = asList(map['data']['set']).map((pair) =>
    Array.isArray(pair) && typeof pair[1] === 'string' ? [pair[0], `"${pair[1]}"`] : pair,
  )
  return text({ map: { ...map, data: { set: pairs } } })
}

function quota(value: JsonObject): string {
  const used = value['used'] ? join('used', value['used'], value['used_unit'] ?? 'bytes') : ''
  return join('quota', value['inv'] ? 'over' : '', value['val'], value['val_unit'] ?? 'bytes', used)
}

function synproxy(value: unknown): string {
  if (typeof value === 'string') return `synproxy name "${value}"`
  if (!isObject(value)) return 'synproxy'
  return join('synproxy', option('mss', value['mss']), option('wscale', value['wscale']), ...stringsOf(value['flags']))
}

function queue(value: JsonObject, text: (e: unknown) => string): string {
  const flags = stringsOf(value['flags'])
  const to = value['num'] === undefined ? '' : `to ${text(value['num'])}`
  return join('queue', flags.length === 0 ? '' : `flags ${flags.join(',')}`, to)
}

function tproxy(value: JsonObject, text: (e: unknown) => string): string {
  const addr = value['addr'] === undefined ? '' : text(value['addr'])
  const bracketed = addr.includes(':') ? `[${addr}]` : addr
  const port = value['port'] === undefined ? '' : `:${text(value['port'])}`
  return join('tproxy', value['family'], 'to', bracketed + port)
}

/** `dup to 10.0.0.1 device "eth0"` in ip, ip6; `dup to "eth0"` and `fwd to "eth0"` in netdev. */
function duplicate(kind: string, value: JsonObject, text: (e: unknown) => string): string {
  const to = value['addr'] ?? value['dev']
  const isDevice = typeof to === 'string' && !/[.:]/.test(to)
  const device =
    value['addr'] !== undefined && value['dev'] !== undefined ? `device "${wordOf(value['dev']) ?? ''}"` : ''
  return join(kind, value['family'], 'to', isDevice ? `"${to}"` : text(to), device)
}
