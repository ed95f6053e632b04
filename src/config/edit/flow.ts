/** Keys and items in brackets: of YAML's flow style, and of JSON. */
import type { Content } from './content.ts'
import {
  aboveComments,
  beginsLine,
  breakBefore,
  breakNear,
  endsLine,
  lineEnd,
  lineStart,
  linesBefore,
  withoutLines,
} from './lines.ts'
import type { Change, Place } from './lines.ts'
import { inline, keyText } from './scalar-text.ts'
import type { Written, WrittenMapping, WrittenSequence } from './written.ts'

export interface FlowStyle {
  readonly isJson: boolean
  readonly comma: string
  readonly colon: string
}

type FlowCollection = WrittenMapping | WrittenSequence

/** How the text writes what is in brackets, told by the first that holds something. */
export function flowStyle(text: string, isJson: boolean, mapping: Written | undefined): FlowStyle {
  if (mapping?.kind !== 'mapping' || !mapping.flow) return { isJson, comma: ', ', colon: ': ' }
  const [first, second] = mapping.entries
  const written = first ? text.slice(first.key.end, first.value.start) : ''
  const colon = isJson && /^[ \t]*:[ \t]*$/.test(written) ? written : ': '
  const gap = first && second ? text.slice(first.value.end, second.key.start) : ''
  const isTight = gap === ',' || (gap === '' && colon === ':')
  return { isJson, comma: isTight ? ',' : ', ', colon }
}

const childrenOf = (collection: FlowCollection): Place[] =>
  collection.kind === 'mapping'
    ? collection.entries.map(({ key, value }) => ({ start: key.start, end: value.end }))
    : collection.items.map(({ value }) => ({ start: value.properties?.start ?? value.start, end: value.end }))

/** The text of an entry, over several lines where the mapping that it comes into is. */
export function entryText(
  text: string,
  mapping: WrittenMapping,
  name: string,
  content: Content,
  style: FlowStyle,
  quote?: '"' | "'",
): string {
  const { colon, comma, isJson } = style
  const key = keyText(name, { isJson, inFlow: true, ...(quote === undefined ? {} : { quote }) })
  const [first] = childrenOf(mapping)
  if (!first || !beginsLine(text, first.start)) {
    return `${key}${colon}${inline(content, { isJson, inFlow: true }, comma, colon)}`
  }
  const indent = text.slice(lineStart(text, first.start), first.start)
  const outer = /^[ \t]*/.exec(text.slice(lineStart(text, mapping.start)))?.[0] ?? ''
  const unit = indent.startsWith(outer) && indent !== outer ? indent.slice(outer.length) : '  '
  return `${key}${colon}${overLines(content, style, indent, unit, breakNear(text, mapping.start))}`
}

function overLines(content: Content, style: FlowStyle, indent: string, unit: string, lineBreak: string): string {
  const { colon, comma, isJson } = style
  if (content.kind !== 'mapping' || content.entries.length === 0) {
    return inline(content, { isJson, inFlow: true }, comma, colon)
  }
  const inner = indent + unit
  const lines = content.entries.map(
    ([name, one]) =>
      `${inner}${keyText(name, { isJson, inFlow: true })}${colon}${overLines(one, style, inner, unit, lineBreak)}`,
  )
  return `{${lineBreak}${lines.join(`,${lineBreak}`)}${lineBreak}${indent}}`
}

/** The new text comes before the child with this number; last without it. */
export function addToFlow(
  text: string,
  collection: FlowCollection,
  before: number | undefined,
  added: string,
  comma: string,
): Change[] {
  const children = childrenOf(collection)
  const next = before === undefined ? undefined : children[before]
  if (next) {
    if (!beginsLine(text, next.start)) return [insertion(next.start, `${added}${comma}`)]
    const indent = text.slice(lineStart(text, next.start), next.start)
    return [linesBefore(text, aboveComments(text, next.start), [`${indent}${added},`])]
  }
  const last = children.at(-1)
  if (!last) return [intoEmpty(text, collection, added)]
  if (!beginsLine(text, last.start)) return [insertion(last.end, `${comma}${added}`)]
  const lineBreak = breakNear(text, last.start) + text.slice(lineStart(text, last.start), last.start)
  const trailing = commaAfter(text, last.end)
  const line = insertion(
    behindComment(text, trailing ?? last.end),
    `${lineBreak}${added}${trailing === undefined ? '' : ','}`,
  )
  return trailing === undefined ? [insertion(last.end, ','), line] : [line]
}

/** A comment in the rest of the line belongs to what is before it. */
const behindComment = (text: string, at: number): number =>
  /^[ \t]+#/.test(text.slice(at, lineEnd(text, at))) ? lineEnd(text, at) : at

const insertion = (at: number, text: string): Change => ({ start: at, end: at, text })

/** Blanks inside of the brackets are kept on both sides; line breaks behind what comes in. */
function intoEmpty(text: string, { end, start }: Place, added: string): Change {
  const inside = text.slice(start + 1, end - 1)
  return insertion(start + 1, /^[ \t]+$/.test(inside) ? `${inside}${added}` : added)
}

/** Behind the next comma, if one comes before anything else. */
function commaAfter(text: string, at: number): number | undefined {
  const found = /^(?:\s|(?<=\s)#.*)*,/.exec(text.slice(at))
  return found ? at + found[0].length : undefined
}

/** With the comma that belongs to it, and a comment behind it where it has its own line. */
export function removeFromFlow(text: string, collection: FlowCollection, index: number): Change[] {
  const children = childrenOf(collection)
  const child = children[index]
  if (!child) return []
  const next = children[index + 1]
  const previous = children[index - 1]
  const trailing = commaAfter(text, child.end)
  if (next) return [removedBefore(text, child, trailing ?? child.end, next)]
  if (previous) return removedLast(text, previous, child, trailing)
  return [removedOnly(text, collection, child, trailing ?? child.end)]
}

const isBlank = (text: string): boolean => /^\s*$/.test(text)

function removedBefore(text: string, child: Place, behind: number, next: Place): Change {
  if (isBlank(text.slice(behind, next.start)) && behind === child.end + 1)
    return { start: child.start, end: next.start, text: '' }
  if (beginsLine(text, child.start) && endsLine(text, behind)) return withoutLines(text, child.start, behind)
  return { start: child.start, end: behind, text: '' }
}

function removedLast(text: string, previous: Place, child: Place, trailing: number | undefined): Change[] {
  const comma = (commaAfter(text, previous.end) ?? previous.end + 1) - 1
  const behind = trailing ?? child.end
  const hasLine = beginsLine(text, child.start) && endsLine(text, behind)
  const end = hasLine ? behindComment(text, behind) : behind
  const from = isBlank(text.slice(comma + 1, child.start))
    ? comma + 1
    : hasLine
      ? lineStart(text, child.start) - breakBefore(text, lineStart(text, child.start))
      : child.start
  const removed = { start: from, end, text: '' }
  if (trailing !== undefined) return [removed]
  return from === comma + 1 ? [{ start: comma, end, text: '' }] : [{ start: comma, end: comma + 1, text: '' }, removed]
}

function removedOnly(text: string, { end, start }: Place, child: Place, behind: number): Change {
  const before = text.slice(start + 1, child.start)
  const after = text.slice(behind, end - 1)
  if (!isBlank(before + after)) return { ...child, end: behind, text: '' }
  const hasLines = /[\r\n]/.test(before) && /[\r\n]/.test(after)
  return { start: start + 1, end: hasLines ? end - 1 : behind, text: '' }
}
