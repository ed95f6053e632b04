/** Values as one line of YAML or JSON. */
import type { Scalar } from '../node.ts'
import { resolvePlain } from '../scalar.ts'
import type { Content } from './content.ts'

export interface ScalarStyle {
  readonly isJson: boolean
  /** Inside of brackets. */
  readonly inFlow: boolean
  /** Quotes that a text shall have if it can. */
  readonly quote?: '"' | "'"
}

/** Lists and mappings are in brackets; `comma` and `colon` are how these are written. */
export function inline(content: Content, style: ScalarStyle, comma = ', ', colon = ': '): string {
  if (content.kind === 'scalar') return scalarText(content, style)
  const inside = { ...style, inFlow: true }
  if (content.kind === 'sequence') {
    return `[${content.items.map((item) => inline(item, inside, comma, colon)).join(comma)}]`
  }
  const pairs = content.entries.map(
    ([name, value]) => `${keyText(name, inside)}${colon}${inline(value, inside, comma, colon)}`,
  )
  return `{${pairs.join(comma)}}`
}

export const keyText = (name: string, style: ScalarStyle): string => stringText(name, style)

function scalarText({ plain, scalar }: Extract<Content, { kind: 'scalar' }>, style: ScalarStyle): string {
  if (scalar.type === 'string') return stringText(scalar.value, style)
  if (!style.isJson && plain !== undefined) return plain
  return unquoted(scalar)
}

function unquoted(scalar: Exclude<Scalar, { type: 'string' }>): string {
  if (scalar.type === 'number') return scalar.literal
  return scalar.type === 'null' ? 'null' : String(scalar.value)
}

function stringText(value: string, { inFlow, isJson, quote }: ScalarStyle): string {
  if (isJson || quote === '"') return doubleQuoted(value)
  if (quote === "'" && isPrintable(value)) return `'${value.replaceAll("'", "''")}'`
  return quote === undefined && canBePlain(value, inFlow) ? value : doubleQuoted(value)
}

/** JSON's escapes are YAML's too. What is no plain character of YAML 1.1 is escaped. */
const doubleQuoted = (value: string): string =>
  JSON.stringify(value).replaceAll(unprintable, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** Control characters, and the line breaks of YAML 1.1 that JSON does not know. */
const unprintable = /[\u0000-\u001f\u007f-\u00a0\u2028\u2029\ufeff\ufffd\ufffe\uffff]/g

const isPrintable = (value: string): boolean => value.search(unprintable) < 0

/** Characters that begin something else than a text, and those that end one. */
const special = /^[-?:,[\]{}#&*!|>'"%@`=<]|^(?:---|\.\.\.)|^\s|\s$|:$|:\s|\s#/
const specialInFlow = /[,[\]{}?]|:$/

function canBePlain(value: string, inFlow: boolean): boolean {
  if (special.test(value) || !isPrintable(value) || (inFlow && specialInFlow.test(value))) return false
  const scalar = resolvePlain(value)
  return scalar?.type === 'string' && scalar.value === value
}
