/** Keys of a mapping in block style: a line each, and those of their values below. */
import type { Content } from './content.ts'
import {
  aboveComments,
  beginsLine,
  belowComments,
  columnOf,
  endsLine,
  lineEnd,
  linesAfter,
  linesBefore,
  withoutLines,
} from './lines.ts'
import type { Change } from './lines.ts'
import { nextEntry } from './order.ts'
import { unsafe } from './refusal.ts'
import { inline, keyText } from './scalar-text.ts'
import type { Written, WrittenEntry, WrittenMapping } from './written.ts'

const style = { isJson: false, inFlow: false } as const

/** `unit`: how far each level is indented. */
export function addToBlock(
  text: string,
  mapping: WrittenMapping,
  name: string,
  content: Content,
  unit: number,
): Change {
  const column = columnOf(text, mapping.start)
  const quote = quoteOf(text, mapping)
  const lines = entryLines(name, content, column, unit, quote)
  const next = nextEntry(mapping, name)
  if (next && beginsLine(text, next.key.start)) return linesBefore(text, aboveComments(text, next.key.start), lines)
  const last = mapping.entries.at(-1)
  return linesAfter(text, last ? belowComments(text, last.value.end, column) : mapping.end, lines)
}

/** Below a key that has no value: its first entry. */
export function addBelow(
  text: string,
  { colonEnd, key, value }: WrittenEntry,
  content: Content,
  unit: number,
): Change[] {
  if (colonEnd === undefined) throw unsafe(text, key.start, 'the key has no colon')
  if (content.kind !== 'mapping') throw new TypeError('a section is a mapping')
  const column = columnOf(text, key.start) + unit
  const lines = content.entries.flatMap(([name, one]) => entryLines(name, one, column, unit))
  const before = value.properties?.end ?? colonEnd
  const isNear = /^\s*$/.test(text.slice(before, value.start))
  return [
    ...(value.start === value.end ? [] : [{ start: isNear ? before : value.start, end: value.end, text: '' }]),
    linesAfter(text, value.end, lines),
  ]
}

function entryLines(name: string, content: Content, column: number, unit: number, quote?: '"' | "'"): string[] {
  const key = ' '.repeat(column) + keyText(name, { ...style, ...(quote === undefined ? {} : { quote }) })
  if (content.kind !== 'mapping' || content.entries.length === 0) return [`${key}: ${inline(content, style)}`]
  return [`${key}:`, ...content.entries.flatMap(([inner, one]) => entryLines(inner, one, column + unit, unit, quote))]
}

/** That of the keys, where all have one. */
export function quoteOf(text: string, { entries }: WrittenMapping): '"' | "'" | undefined {
  const first = text[entries[0]?.key.start ?? -1]
  if (first !== '"' && first !== "'") return undefined
  return entries.every(({ key }) => text[key.start] === first) ? first : undefined
}

/** With its value and the comment behind it, and comments that are indented as what is in the section. */
export function removeFromBlock(text: string, mapping: WrittenMapping, entry: WrittenEntry): Change {
  const { key, value } = entry
  if (!endsLine(text, value.end)) throw unsafe(text, value.end, 'something else follows in the line')
  const isSection = (value.kind === 'mapping' || value.kind === 'sequence') && !value.flow
  const end = isSection ? belowComments(text, value.end, columnOf(text, key.start)) : lineEnd(text, value.end)
  if (beginsLine(text, key.start)) return withoutLines(text, key.start, end)
  const next = mapping.entries[mapping.entries.indexOf(entry) + 1]
  const isPlain = next && /^\s*$/.test(text.slice(value.end, next.key.start))
  if (!isPlain || text[key.start - 1] === '?') throw unsafe(text, key.start, 'the key does not begin its line')
  return { start: key.start, end: next.key.start, text: '' }
}

/** How far the text indents what is in a section: 2 where it has none. */
export function indentUnit(text: string, root: Written): number {
  if (root.kind !== 'mapping' || root.flow) return usualUnit
  const column = columnOf(text, root.start)
  for (const { value } of root.entries) {
    if (value.kind === 'mapping' && !value.flow) return columnOf(text, value.start) - column
  }
  return usualUnit
}

const usualUnit = 2
