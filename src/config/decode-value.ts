/** One value put into the Go type of its field, as k8s' JSON decoder does it (sigs.k8s.io/json, which is encoding/json). */
import { parseDuration } from './duration.ts'
import type { Field, FieldType } from './field.ts'
import { valueOf } from './node.ts'
import type { MappingNode, Node, Scalar } from './node.ts'
import { parseQuantity } from './quantity.ts'
import type { Value, VModuleItem } from './value.ts'

/** Why a value does not fit. */
export interface Misfit {
  /** How the sentence goes on after the field. */
  readonly message: string
  /** kube-proxy's own words. */
  readonly says: string
  /** The decoder stops at it; otherwise it goes on and tells the first at its end. */
  readonly ends: boolean
  readonly start: number
  readonly end: number
  /** What of the field: `[1]`, `[1].verbosity`. */
  readonly below?: string
}

type Report = (misfit: Misfit) => void

/** Undefined for null, and for what does not fit, which is reported. */
export function decodeValue(field: Field, node: Node, report: Report): Value | undefined {
  const { type } = field
  if (type === 'duration' || type === 'nanoseconds') return duration(field, node, report)
  if (type === 'quantity') return quantity(node, report)
  if (isNull(node)) return undefined
  if (type === 'strings') return strings(field, node, report)
  if (type === 'gates') return gates(field, node, report)
  if (type === 'vmodule') return vmodule(field, node, report)
  return simple(type, field.path, node, report)
}

const isNull = (node: Node): boolean => node.kind === 'scalar' && node.scalar.type === 'null'

type Simple = 'boolean' | 'float32' | 'int32' | 'string' | 'uint32'

const words: Readonly<Record<Simple, string>> = {
  boolean: 'true or false',
  float32: 'a number',
  int32: 'a whole number of 32 bits',
  string: 'a text',
  uint32: 'a whole number of 32 bits without a sign',
}

function simple(type: Simple, path: string, node: Node, report: Report, below = ''): Value | undefined {
  const value = node.kind === 'scalar' ? simpleValue(type, node.scalar) : undefined
  if (value !== undefined) return value
  const quotes = type === 'string' && node.kind === 'scalar' ? '; put it in quotes' : ''
  report({
    message: `must be ${words[type]}, not ${described(node)}${quotes}`,
    says: cannotUnmarshal(node, path + (below.startsWith('[') ? below : ''), type),
    ends: false,
    start: node.start,
    end: node.end,
    ...(below === '' ? {} : { below }),
  })
  return undefined
}

function simpleValue(type: Simple, scalar: Scalar): Value | undefined {
  if (type === 'string') return scalar.type === 'string' ? scalar.value : undefined
  if (type === 'boolean') return scalar.type === 'boolean' ? scalar.value : undefined
  if (scalar.type !== 'number') return undefined
  const value = Number(scalar.literal)
  if (type === 'float32') return Math.abs(value) < firstBeyondFloat32 ? Math.fround(value) : undefined
  if (!/^-?\d+$/.test(scalar.literal)) return undefined
  const [least, most] = type === 'int32' ? [-(2 ** 31), 2 ** 31 - 1] : [0, 2 ** 32 - 1]
  return value >= least && value <= most && (type === 'int32' || scalar.literal !== '-0') ? value + 0 : undefined
}

/** What rounds to more than the greatest float32. */
const firstBeyondFloat32 = (2 - 2 ** -24) * 2 ** 127

export const described = (node: Node): string => {
  if (node.kind !== 'scalar') return node.kind === 'mapping' ? 'a set of keys' : 'a list'
  const { scalar } = node
  if (scalar.type === 'null') return 'null'
  if (scalar.type === 'number') return `the number ${scalar.literal}`
  return scalar.type === 'boolean' ? `${scalar.value} (yes, no, on and off are true and false in YAML)` : 'a text'
}

/**
 * The words of encoding/json, without the name of Go's struct and type. Items of lists have no number there, and a number that does
 * not fit into a number's field is given itself.
 */
export function cannotUnmarshal(node: Node, path: string, type?: FieldType): string {
  const kind = node.kind === 'scalar' ? node.scalar.type : node.kind
  const literal = node.kind === 'scalar' && node.scalar.type === 'number' ? node.scalar.literal : ''
  const isNumeric = type === 'float32' || type === 'int32' || type === 'uint32'
  const what = literal !== '' && isNumeric ? `number ${literal}` : (goKinds[kind] ?? kind)
  return `json: cannot unmarshal ${what} into Go struct field ${path.replaceAll(/\[\d+\]/g, '')}`
}

const goKinds: Readonly<Record<string, string>> = { boolean: 'bool', mapping: 'object', sequence: 'array' }

function duration(field: Field, node: Node, report: Report): Value | undefined {
  const place = { ends: true, start: node.start, end: node.end }
  const scalar = node.kind === 'scalar' ? node.scalar : undefined
  const counts = field.type === 'nanoseconds'
  if (scalar?.type === 'string') {
    const parsed = parseDuration(scalar.value)
    if (typeof parsed === 'bigint') return parsed
    report({
      ...place,
      message: `must be a duration such as 30s or 1h30m, not ${JSON.stringify(scalar.value)}`,
      says: parsed,
    })
    return undefined
  }
  if (scalar?.type === 'null' && (counts || field.zeroCounts)) return undefined
  if (scalar?.type === 'number' && counts && isInt64(scalar.literal)) return BigInt(scalar.literal)
  const says =
    scalar?.type === 'null'
      ? 'time: invalid duration ""'
      : counts
        ? 'invalid duration'
        : cannotUnmarshal(node, field.path)
  const hint = scalar?.type === 'number' ? `; ${scalar.literal} seconds are ${scalar.literal}s` : ''
  report({ ...place, message: `must be a duration such as 30s or 1h30m, not ${described(node)}${hint}`, says })
  return undefined
}

const isInt64 = (literal: string): boolean =>
  /^-?\d+$/.test(literal) && BigInt(literal) >= -(2n ** 63n) && BigInt(literal) < 2n ** 63n

/** A number or a text; null is 0. The text stays as it is. */
function quantity(node: Node, report: Report): Value | undefined {
  const scalar = node.kind === 'scalar' ? node.scalar : undefined
  if (scalar?.type === 'null') return undefined
  const text = scalar?.type === 'number' ? scalar.literal : scalar?.type === 'string' ? scalar.value.trim() : undefined
  if (text !== undefined && parseQuantity(text) !== undefined) return text
  report({
    message: `must be a number of bytes such as 512 or 2Ki, not ${described(node)}`,
    says: 'quantities must match the regular expression',
    ends: true,
    start: node.start,
    end: node.end,
  })
  return undefined
}

function strings(field: Field, node: Node, report: Report): readonly string[] | undefined {
  if (node.kind !== 'sequence') return notA('a list of texts', field, node, report)
  return node.items.map((item, i) => {
    const text = isNull(item) ? '' : simple('string', field.path, item, report, `[${i}]`)
    return typeof text === 'string' ? text : ''
  })
}

function gates(field: Field, node: Node, report: Report): ReadonlyMap<string, boolean> | undefined {
  if (node.kind !== 'mapping') {
    return notA('feature gates with true or false', field, node, report)
  }
  const all = new Map<string, boolean>()
  for (const { name, value } of node.entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const on = isNull(value) ? false : simple('boolean', field.path, value, report, `.${name}`)
    all.set(name, on === true)
  }
  return all
}

function vmodule(field: Field, node: Node, report: Report): readonly VModuleItem[] | undefined {
  if (node.kind !== 'sequence') {
    return notA('a list of items {filePattern, verbosity}', field, node, report)
  }
  return node.items.map((item, i) => {
    if (item.kind === 'mapping') return vmoduleItem(field, item, i, report)
    if (!isNull(item)) notA('{filePattern, verbosity}', field, item, report, `[${i}]`)
    return { filePattern: '', verbosity: 0 }
  })
}

function vmoduleItem(field: Field, item: MappingNode, i: number, report: Report): VModuleItem {
  const part = (type: Simple, name: string): Value | undefined => {
    const node = valueOf(item, name)
    return node && !isNull(node) ? simple(type, field.path, node, report, `[${i}].${name}`) : undefined
  }
  const filePattern = part('string', 'filePattern')
  const verbosity = part('uint32', 'verbosity')
  return { filePattern: typeof filePattern === 'string' ? filePattern : '', verbosity: Number(verbosity ?? 0) }
}

function notA(what: string, field: Field, node: Node, report: Report, below = ''): undefined {
  report({
    message: `must be ${what}, not ${described(node)}`,
    says: cannotUnmarshal(node, field.path + below),
    ends: false,
    start: node.start,
    end: node.end,
    ...(below === '' ? {} : { below }),
  })
}
