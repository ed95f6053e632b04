/**
 * YAML scalars as kube-proxy's reader takes them: YAML 1.1 with its yes, no and octal numbers, and then JSON, so that `1e1` is the
 * integer 10. Rules of gopkg.in/yaml.v2 (resolve.go) as sigs.k8s.io/yaml uses it, in every release from 1.19 to 1.37.
 */
import type { Scalar } from './node.ts'

const booleans: ReadonlyMap<string, boolean> = new Map([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((text) => [text, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((text) => [text, false] as const),
])

const nulls = new Set(['', '~', 'null', 'Null', 'NULL'])

/** JSON has no word for them, and the reader refuses them. */
const unspeakable = /^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$/

/** A scalar without quotes and tag. Undefined for what JSON cannot say: .inf and .nan. */
export function resolvePlain(text: string): Scalar | undefined {
  const truth = booleans.get(text)
  if (truth !== undefined) return { type: 'boolean', value: truth }
  if (nulls.has(text)) return { type: 'null' }
  if (unspeakable.test(text)) return undefined
  const literal = numberLiteral(text)
  return literal === undefined ? { type: 'string', value: text } : { type: 'number', literal }
}

/** The number as JSON writes it; undefined for what is no number. */
function numberLiteral(text: string): string | undefined {
  if (text.startsWith('.')) return yamlFloat.test(bare(text)) ? floatLiteral(bare(text)) : undefined
  if (!/^[-+\d]/.test(text)) return undefined
  const digits = bare(text)
  return integerLiteral(digits) ?? (yamlFloat.test(digits) ? floatLiteral(digits) : undefined)
}

const bare = (text: string): string => text.replaceAll('_', '')

const yamlFloat = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/

const bases: readonly (readonly [RegExp, string])[] = [
  [/^0[xX]([\da-fA-F]+)$/, '0x'],
  [/^0[bB]([01]+)$/, '0b'],
  [/^0[oO]([0-7]+)$/, '0o'],
  [/^0([0-7]+)$/, '0o'],
  [/^(\d+)$/, ''],
]

/** Go's ParseInt and ParseUint with base 0: 64 bits, and what does not fit is no integer. */
function integerLiteral(text: string): string | undefined {
  const sign = text.startsWith('-') ? -1n : 1n
  const digits = /^[-+]/.test(text) ? text.slice(1) : text
  for (const [pattern, prefix] of bases) {
    const matched = pattern.exec(digits)?.[1]
    if (matched === undefined || (prefix === '' && /^0\d/.test(matched))) continue
    const value = sign * BigInt(prefix + matched)
    const most = text === digits ? 2n ** 64n : 2n ** 63n
    return value >= -(2n ** 63n) && value < most ? value.toString() : undefined
  }
  return undefined
}

/** As Go's encoding/json writes a float64, which is as JavaScript does; undefined where it does not fit. */
function floatLiteral(text: string): string | undefined {
  const value = Number(text)
  if (!Number.isFinite(value)) return undefined
  return Object.is(value, -0) ? '-0' : String(value)
}

/** A scalar with a tag. Throws a sentence where text and tag do not fit together. */
export function resolveTagged(tag: string, text: string): Scalar | undefined {
  if (tag === '!!str') return { type: 'string', value: text }
  if (tag === '!!binary') return { type: 'string', value: binary(text) }
  const expected = typesOfTags.get(tag)
  if (expected === undefined) return { type: 'string', value: text }
  const scalar = resolvePlain(text)
  if (scalar === undefined || tagsOf(scalar).includes(tag)) return scalar
  throw new Error(`cannot decode ${tagsOf(scalar)[0]} \`${text}\` as a ${tag}`)
}

const typesOfTags: ReadonlyMap<string, Scalar['type']> = new Map([
  ['!!bool', 'boolean'],
  ['!!float', 'number'],
  ['!!int', 'number'],
  ['!!null', 'null'],
  ['!!timestamp', 'string'],
])

/** The tags that the value may be given; the first is its own. */
function tagsOf(scalar: Scalar): string[] {
  if (scalar.type === 'boolean') return ['!!bool']
  if (scalar.type === 'null') return ['!!null']
  if (scalar.type === 'string') return [/^\d{4}-/.test(scalar.value) ? '!!timestamp' : '!!str']
  return /^-?\d+$/.test(scalar.literal) ? ['!!int', '!!float'] : ['!!float']
}

function binary(text: string): string {
  const bare = text.replaceAll(/[\r\n]/g, '')
  if (!/^([A-Za-z\d+/]{4})*([A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/.test(bare)) {
    throw new Error('!!binary value contains invalid base64 data')
  }
  return Buffer.from(bare, 'base64').toString('utf8')
}
