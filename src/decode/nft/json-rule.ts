/** Statements of libnftables' JSON (nft 0.9.9 to 1.1) in the one shape of ruleset/nft.ts. */
import { datatypeOf, datatypesOf, isBitmaskType } from '../../ruleset/nft-datatype.ts'
import type { NftExpression, NftLimit, NftLog, NftNat, NftOperator, NftRule, NftStatement } from '../../ruleset/nft.ts'
import type { TableFamily, UnknownRule } from '../../ruleset/ruleset.ts'
import { jsonCounter, jsonExpression, jsonLookup, jsonText, jsonVerdict } from './json-expression.ts'
import { opaqueStatement } from './json-opaque.ts'
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
  wordOf,
} from './json-value.ts'
import { defaultReject } from './nat.ts'
import { parseNftRule } from './rule.ts'

/** The rule object's `expr` and `comment`. Never throws. */
export function jsonRule(rule: JsonObject, family: TableFamily): NftRule | UnknownRule {
  const statements: NftStatement[] = []
  for (const value of asList(rule['expr'])) {
    const read = typeof value === 'string' ? textStatements(value, family) : [jsonStatement(value, family)]
    if (!read) return { tool: 'unknown', why: `cannot read the statement ${String(value)}` }
    statements.push(...read)
  }
  const comment = stringOf(rule['comment'])
  return { tool: 'nft', ...(comment === undefined ? {} : { comment }), statements }
}

/** libnftables prints the text of a statement that it has no JSON for (1.0.6: an update of a map). */
function textStatements(text: string, family: TableFamily): readonly NftStatement[] | undefined {
  const rule = parseNftRule(text, family)
  return rule.tool === 'nft' ? rule.statements : undefined
}

function jsonStatement(value: unknown, family: TableFamily): NftStatement {
  const kind = isObject(value) ? kindOf(value) : undefined
  return (kind && jsonKind(kind[0], kind[1], family)) ?? { other: stringify(value) }
}

function jsonKind(kind: string, value: unknown, family: TableFamily): NftStatement | undefined {
  const verdict = jsonVerdict(kind, value)
  if (verdict) return verdict
  const opaque = opaqueStatement(kind, value, jsonText)
  if (opaque !== undefined) return { other: opaque }
  const object = isObject(value) ? value : {}
  switch (kind) {
    case 'counter':
      return { counter: typeof value === 'string' ? value : jsonCounter(value) }
    case 'limit':
      return { limit: typeof value === 'string' ? { name: value } : jsonLimit(object) }
    case 'log':
      return { log: jsonLog(object) }
    case 'notrack':
      return { notrack: null }
    case 'reject':
      return jsonReject(object, family)
    default:
      return jsonNat(kind, object) ?? jsonWithExpressions(kind, object, family)
  }
}

function jsonWithExpressions(kind: string, value: JsonObject, family: TableFamily): NftStatement | undefined {
  switch (kind) {
    case 'match':
      return jsonMatch(value)
    case 'vmap': {
      const key = jsonExpression(value['key'])
      return { vmap: { key, data: jsonLookup(value['data'], datatypesOf(key)) } }
    }
    case 'mangle': {
      const key = jsonExpression(value['key'])
      return { mangle: { key, value: jsonExpression(value['value'], datatypesOf(key)) } }
    }
    case 'set':
    case 'map':
      return jsonSetUpdate(value, family)
    case 'xt': {
      const [type, name] = [stringOf(value['type']), stringOf(value['name'])]
      return type === undefined || name === undefined ? undefined : { xt: { type, name } }
    }
    default:
      return undefined
  }
}

const operators = new Set(['!', '!=', '<', '<=', '==', '>', '>=', 'in'])
const isOperator = (op: unknown): op is NftOperator => typeof op === 'string' && operators.has(op)

function jsonMatch(value: JsonObject): NftStatement | undefined {
  const { left: jsonLeft, op, right: jsonRight } = value
  if (!isOperator(op)) return undefined
  const left = jsonExpression(jsonLeft)
  const types = datatypesOf(left)
  const type = types[0]
  const any = op === 'in' || op === '!'
  if (Array.isArray(jsonRight) && (any || (op === '==' && isCtBits(left)))) {
    return { match: { op: any ? op : 'in', left, right: { set: jsonRight.map((bit) => jsonExpression(bit, types)) } } }
  }
  const right = jsonLookup(jsonRight, types)
  // nft 0.9 says "in" for every anonymous set.
  if (op === 'in' && !isBitmaskType(type) && typeof right === 'object' && 'set' in right) {
    return { match: { op: '==', left, right } }
  }
  // nft 0.9 says "==" for `ct state new`.
  const single = op === '==' && (type === 'ct_state' || type === 'ct_status') && isCtBits(left)
  return { match: { op: single && typeof right === 'string' && !right.startsWith('@') ? 'in' : op, left, right } }
}

const isCtBits = (left: NftExpression): boolean =>
  typeof left === 'object' && 'ct' in left && isBitmaskType(datatypeOf(left))

function jsonNat(kind: string, value: JsonObject): NftStatement | undefined {
  switch (kind) {
    case 'dnat':
      return { dnat: jsonNatTarget(value) }
    case 'snat':
      return { snat: jsonNatTarget(value) }
    case 'redirect':
      return { redirect: jsonNatTarget(value) }
    case 'masquerade':
      return { masquerade: jsonNatTarget(value) }
    default:
      return undefined
  }
}

function jsonNatTarget(value: JsonObject): NftNat {
  const { addr, family, port } = value
  const flags = stringsOf(value['flags']).toSorted()
  // `interval` and `concat` (0.9.x) only say what the map's values show anyway.
  const kinds = stringsOf(value['type_flags']).filter((flag) => flag === 'prefix')
  return defined<NftNat>({
    family: stringOf(family),
    addr: addr === undefined ? undefined : jsonExpression(addr),
    port: port === undefined ? undefined : jsonExpression(port),
    flags: flags.length === 0 ? undefined : flags,
    type_flags: kinds.length === 0 ? undefined : kinds,
  })
}

function jsonReject(value: JsonObject, family: TableFamily): NftStatement {
  const type = stringOf(value['type'])
  if (type === 'tcp reset') return { reject: { type } }
  const standard = defaultReject(family)
  return { reject: { type: type ?? standard.type, expr: wordOf(value['expr']) ?? standard.expr } }
}

/** Defaults as in the text: packets in bursts of 5, bytes without a burst. */
function jsonLimit(value: JsonObject): NftLimit {
  const unit = stringOf(value['rate_unit'])
  const bytes = unit !== undefined && unit !== 'packets'
  return {
    rate: Number(value['rate']),
    burst: numberOf(value['burst']) ?? (bytes ? 0 : 5),
    ...(bytes ? { burst_unit: stringOf(value['burst_unit']) ?? 'bytes' } : {}),
    per: stringOf(value['per']) ?? 'second',
    ...(value['inv'] ? { inv: true } : {}),
    ...(bytes ? { rate_unit: unit } : {}),
  }
}

function jsonLog(value: JsonObject): NftLog {
  const flags = stringsOf(value['flags']).toSorted()
  return defined<NftLog>({
    prefix: stringOf(value['prefix']),
    group: numberOf(value['group']),
    snaplen: numberOf(value['snaplen']),
    'queue-threshold': numberOf(value['queue-threshold']),
    level: stringOf(value['level']),
    flags: flags.length === 0 ? undefined : flags,
  })
}

/** `{"set":{"op","elem","set"}}`; nft 1.1 has `{"map":{"op","elem","data","map"}}` for maps. */
function jsonSetUpdate(value: JsonObject, family: TableFamily): NftStatement | undefined {
  const op = stringOf(value['op'])
  const set = stringOf(value['set']) ?? stringOf(value['map'])
  if (op === undefined || set === undefined) return undefined
  const stmt = asList(value['stmt']).map((statement) => jsonStatement(statement, family))
  const data = value['data'] === undefined ? {} : { data: jsonExpression(value['data']) }
  return { set: { op, elem: jsonExpression(value['elem']), ...data, set, ...(stmt.length === 0 ? {} : { stmt }) } }
}
