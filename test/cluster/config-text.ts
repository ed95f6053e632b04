/** Trees of keys and values as YAML in many styles, and as JSON. */
import type { Random } from '../fuzz/random.ts'
import type { Written } from './config-values.ts'

type Pairs = readonly (readonly [string, Written])[]

export function writeYaml(pairs: Pairs, random: Random, indent = ''): string {
  const deeper = `${indent}${' '.repeat(random.oneIn(4) ? 4 : 2)}`
  return pairs
    .map(([name, value]) => {
      const comment = random.oneIn(20) ? ' # why' : ''
      const key = `${indent}${nameOf(name, random)}:`
      if ('pairs' in value && value.pairs.length > 0 && !random.oneIn(6)) {
        return `${key}${comment}\n${writeYaml(value.pairs, random, deeper)}`
      }
      if ('items' in value && value.items.length > 0 && !random.oneIn(3)) {
        const dash = random.oneIn(2) ? indent : deeper
        return `${key}\n${value.items.map((item) => `${dash}- ${flow(item, random)}\n`).join('')}`
      }
      return `${key} ${flow(value, random)}${comment}\n`
    })
    .join('')
}

const nameOf = (name: string, random: Random): string => (name === '' || random.oneIn(20) ? JSON.stringify(name) : name)

/** On one line. */
function flow(value: Written, random: Random): string {
  if ('raw' in value) return value.raw
  if ('text' in value) return scalar(value.text, random)
  if ('items' in value) return `[${value.items.map((item) => flow(item, random)).join(', ')}]`
  return `{${value.pairs.map(([name, inner]) => `${nameOf(name, random)}: ${flow(inner, random)}`).join(', ')}}`
}

function scalar(text: string, random: Random): string {
  const plain = /^[\w./][\w./:-]*[\w./]$|^\w$/.test(text)
  if (plain && !random.oneIn(3)) return text
  return random.oneIn(2) && !/[^ -~]/.test(text) ? `'${text.replaceAll("'", "''")}'` : JSON.stringify(text)
}

/** Numbers, true, false and null stay; other raw YAML becomes a text. */
export function writeJson(value: Written, random: Random): string {
  if ('raw' in value)
    return /^(-?\d+(\.\d+)?|true|false|null|\[\]|\{\})$/.test(value.raw) ? value.raw : JSON.stringify(value.raw)
  if ('text' in value) return JSON.stringify(value.text)
  const gap = random.oneIn(2) ? '\n\t' : ''
  if ('items' in value) return `[${value.items.map((item) => writeJson(item, random)).join(',')}]`
  return `{${value.pairs.map(([name, inner]) => `${gap}${JSON.stringify(name)}: ${writeJson(inner, random)}`).join(',')}${gap}}`
}
