/** Expressions of libnftables' JSON (nft 0.9.9 to 1.1) in the one shape of ruleset/nft.ts. */
import { formatNftExpression } from '../../ruleset/format-nft.ts'
import { datatypesOf } from '../../ruleset/nft-datatype.ts'
import type { NftElem, NftElement, NftExpression, NftHash, NftVerdict } from '../../ruleset/nft.ts'
import { makeBinary, orTogether } from './binary.ts'
import { makeFib, operators } from './expression.ts'
import { opaqueExpression } from './json-opaque.ts'
import {
  type JsonObject,
  asList,
  defined,
  isObject,
  kindOf,
  numberOf,
  stringOf,
  stringify,
  stringsOf,
} from './json-value.ts'
import { parseNumber, parseSingle, typed } from './literal.ts'

const noTypes: readonly string[] = []

/** `types` are those of what the expression is compared with, one per concatenated part. */
export function jsonExpression(value: unknown, types: readonly string[] = noTypes): NftExpression {
  if (typeof value === 'number') return typed(value, types[0])
  if (typeof value === 'string') return jsonString(value, types[0])
  // `exists` and `missing`.
  if (typeof value === 'boolean') return value ? 'exists' : 'missing'
  if (Array.isArray(value))
    return value.length === 0 ? unread(value) : orTogether(value.map((bit) => jsonExpression(bit, types)))
  const kind = isObject(value) ? kindOf(value) : undefined
  return kind ? jsonKind(kind[0], kind[1], types) : unread(value)
}

const unread = (value: unknown): NftExpression => ({ other: stringify(value) })

/** Some numbers come as text (`rt classid`, an interface index); names of interfaces may be all digits. */
function jsonString(value: string, type: string | undefined): NftExpression {
  if (type === 'ifname' || type === 'string') return value
  return type === 'time' ? parseSingle(value, type) : typed(parseNumber(value) ?? value, type)
}

function jsonKind(kind: string, value: unknown, types: readonly string[]): NftExpression {
  const verdict = jsonVerdict(kind, value)
  if (verdict) return verdict
  if (Array.isArray(value)) return jsonList(kind, value, types)
  if (!isObject(value)) return kind === 'set' ? { set: jsonElements(value, types) } : unread({ [kind]: value })
  const opaque = opaqueExpression(kind, value)
  return opaque === undefined ? (jsonLoad(kind, value, types) ?? unread({ [kind]: value })) : { other: opaque }
}

function jsonList(kind: string, list: readonly unknown[], types: readonly string[]): NftExpression {
  switch (kind) {
    case 'concat':
      return { concat: list.map((part, i) => jsonExpression(part, types.slice(i, i + 1))) }
    case 'set':
      return { set: jsonElements(list, types) }
    case 'range':
      return list.length === 2
        ? { range: [jsonExpression(list[0], types), jsonExpression(list[1], types)] }
        : unread({ range: list })
    default:
      return jsonBinary(kind, list, types) ?? unread({ [kind]: list })
  }
}

/** nft >= 1.1 flattens chains of one operator: `{"|": ["fin","syn","rst"]}`. */
function jsonBinary(kind: string, list: readonly unknown[], outer: readonly string[]): NftExpression | undefined {
  const operator = operators.get(kind)
  if (!operator || list.length < 2) return undefined
  const first = jsonExpression(list[0], outer)
  const own = datatypesOf(first)
  const types = own[0] === 'integer' ? outer : own
  let left = first
  for (const operand of list.slice(1)) left = makeBinary(operator, left, jsonExpression(operand, types))
  return left
}

/** Kinds that hold an object. */
function jsonLoad(kind: string, value: JsonObject, types: readonly string[]): NftExpression | undefined {
  switch (kind) {
    case 'payload':
      return { payload: { protocol: String(value['protocol']), field: String(value['field']) } }
    case 'meta':
      return { meta: { key: String(value['key']) } }
    case 'ct':
      return jsonCt(value)
    case 'fib':
      return makeFib(String(value['result']), stringsOf(value['flags']))
    case 'numgen':
      return {
        numgen: { mode: String(value['mode']), mod: Number(value['mod']), offset: numberOf(value['offset']) ?? 0 },
      }
    case 'jhash':
      return {
        jhash: {
          ...jsonHash(value),
          expr: jsonExpression(value['expr']),
          ...defined({ seed: numberOf(value['seed']) }),
        },
      }
    case 'symhash':
      return { symhash: jsonHash(value) }
    case 'prefix':
      return jsonPrefix(value)
    case 'map':
      return jsonMap(value, types)
    case 'elem':
      return jsonElem(value, types)
    default:
      return undefined
  }
}

const jsonHash = (value: JsonObject): NftHash =>
  value['offset'] ? { mod: Number(value['mod']), offset: Number(value['offset']) } : { mod: Number(value['mod']) }

/** nft 1.0 writes `{"key":"ip daddr","dir":"original"}`, others `{"key":"daddr","family":"ip",...}`. */
function jsonCt(value: JsonObject): NftExpression {
  const words = String(value['key']).split(' ')
  const family = words.length === 2 ? words[0] : stringOf(value['family'])
  return { ct: { key: words.at(-1) ?? '', ...defined({ dir: stringOf(value['dir']), family }) } }
}

function jsonPrefix(value: JsonObject): NftExpression {
  const addr = stringOf(value['addr'])
  const len = numberOf(value['len'])
  return addr === undefined || len === undefined ? unread({ prefix: value }) : { prefix: { addr, len } }
}

function jsonMap(value: JsonObject, types: readonly string[]): NftExpression {
  const key = jsonExpression(value['key'])
  return { map: { key, data: jsonLookup(value['data'], datatypesOf(key), types) } }
}

/** `@name`, or an anonymous set or map whose keys and values are of these types. */
export function jsonLookup(
  value: unknown,
  types: readonly string[],
  dataTypes: readonly string[] = noTypes,
): NftExpression {
  return isObject(value) && 'set' in value
    ? { set: jsonElements(value['set'], types, dataTypes) }
    : jsonExpression(value, types)
}

/** Elements of a set, or pairs of a map. */
export function jsonElements(value: unknown, types: readonly string[], dataTypes = noTypes): NftElement[] {
  return asList(value).map((element) =>
    Array.isArray(element) && element.length === 2
      ? [jsonExpression(element[0], types), jsonExpression(element[1], dataTypes)]
      : jsonExpression(element, types),
  )
}

function jsonElem(value: JsonObject, types: readonly string[]): NftExpression {
  const { comment, counter, expires, timeout } = value
  const conditions = ['limit', 'quota', 'ct count'].filter((name) => name in value)
  const properties = defined<Omit<NftElem, 'val'>>({
    comment: stringOf(comment),
    timeout: numberOf(timeout),
    expires: numberOf(expires),
    counter: 'counter' in value ? jsonCounter(counter) : undefined,
    conditions: conditions.length === 0 ? undefined : conditions,
  })
  const val = jsonExpression(value['val'], types)
  return Object.keys(properties).length === 0 ? val : { elem: { val, ...properties } }
}

/** `null` where nft was asked to leave state out (`nft -s`). */
export function jsonCounter(value: unknown): { packets: number; bytes: number } {
  const { bytes, packets } = isObject(value) ? value : {}
  return { packets: numberOf(packets) ?? 0, bytes: numberOf(bytes) ?? 0 }
}

export function jsonVerdict(kind: string, value: unknown): NftVerdict | undefined {
  const target = isObject(value) ? stringOf(value['target']) : undefined
  switch (kind) {
    case 'accept':
      return { accept: null }
    case 'drop':
      return { drop: null }
    case 'continue':
      return { continue: null }
    case 'return':
      return { return: null }
    case 'jump':
      return target === undefined ? undefined : { jump: { target } }
    case 'goto':
      return target === undefined ? undefined : { goto: { target } }
    default:
      return undefined
  }
}

/** As nft's text has it, for statements that are carried as text. */
export const jsonText = (value: unknown): string => formatNftExpression(jsonExpression(value))
