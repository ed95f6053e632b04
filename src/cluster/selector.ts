/** Label selectors as kubectl's -l takes them: `app=web,tier!=test,env in (a, b),!old`. */
import { KpxError } from '../error.ts'
import { text } from './json.ts'
import type { Json } from './json.ts'

export type Selector = (labels: Json) => boolean

/** Throws KPX1001 for what is no selector. */
export function parseSelector(selector: string): Selector {
  const parts = [...selector.matchAll(part)].map(([whole]) => whole)
  if (parts.join('') !== selector) throw notSelector(selector)
  const requirements = parts.map((whole) => requirementOf(whole.replace(/,$/, '').trim(), selector))
  return (labels) => requirements.every((requirement) => requirement(labels))
}

const notSelector = (selector: string): KpxError =>
  new KpxError('KPX1001', `"${selector}" is no label selector`, { fix: 'write for example -l app=web,tier!=test' })

/** Up to the next comma that stands in no parentheses. */
const part = /(?:\([^)]*\)|[^,(])+(?:,|$)/g

const key = /^[\w./-]+$/

function requirementOf(word: string, selector: string): Selector {
  const set = /^([\w./-]+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(word)
  if (set) {
    const [, name = '', operator, list = ''] = set
    const values = list.split(',').map((value) => value.trim())
    return operator === 'in'
      ? (labels) => has(labels, name) && values.includes(text(labels[name]))
      : (labels) => !has(labels, name) || !values.includes(text(labels[name]))
  }
  const [, name = '', operator, value = ''] = /^([\w./-]+)\s*(==?|!=)\s*([\w.-]*)$/.exec(word) ?? []
  if (operator === '!=') return (labels) => text(labels[name]) !== value
  if (operator !== undefined) return (labels) => has(labels, name) && text(labels[name]) === value
  if (key.test(word)) return (labels) => has(labels, word)
  const absent = word.slice(1).trim()
  if (word.startsWith('!') && key.test(absent)) return (labels) => !has(labels, absent)
  throw notSelector(selector)
}

const has = (labels: Json, name: string): boolean => Object.hasOwn(labels, name)
