/** The value of a key in place of the one that it has. */
import type { Content } from './content.ts'
import { lineEnd } from './lines.ts'
import type { Change } from './lines.ts'
import type { FlowStyle } from './flow.ts'
import { inline } from './scalar-text.ts'
import { unsafe } from './refusal.ts'
import type { Written, WrittenEntry, WrittenMapping } from './written.ts'

/** `parent`: what the key is in. */
export function replaceValue(
  text: string,
  parent: WrittenMapping,
  entry: WrittenEntry,
  content: Content,
  style: FlowStyle,
): Change[] {
  const { colonEnd, key, value } = entry
  const inFlow = parent.flow
  if (value.kind === 'scalar' && value.style === 'empty') {
    const written = inline(content, { isJson: style.isJson, inFlow }, style.comma, style.colon)
    const at = value.properties?.end ?? colonEnd ?? key.end
    return [{ start: at, end: at, text: `${colonEnd === undefined ? ':' : ''} ${written}` }]
  }
  const written = replacement(value, content, { ...style, inFlow })
  if (isBlock(value)) return onKeyLine(text, entry, written)
  return [{ start: startFor(value, content), end: value.end, text: written }]
}

/** In the quotes of the old value. */
export function replacement(
  value: Written,
  content: Content,
  { colon, comma, inFlow, isJson }: FlowStyle & { readonly inFlow: boolean },
): string {
  const quote = value.kind === 'scalar' && value.style !== 'block' ? quotes[value.style] : undefined
  return inline(content, { isJson, inFlow, ...(quote === undefined ? {} : { quote }) }, comma, colon)
}

const quotes: Readonly<Record<string, '"' | "'">> = { double: '"', single: "'" }

/** A tag goes with the value that it was made for, unless it is a text's and a text comes. */
export function startFor({ properties, start, tag }: Written, content: Content): number {
  const isText = content.kind === 'scalar' && content.scalar.type === 'string'
  return tag === undefined || !properties || (tag === '!!str' && isText) ? start : properties.start
}

function isBlock(value: Written): boolean {
  if (value.kind === 'scalar') return value.style === 'block'
  return value.kind !== 'alias' && !value.flow
}

/** What stood in lines below goes, and the new value comes behind the colon: before a comment there. */
function onKeyLine(text: string, { colonEnd, key, value }: WrittenEntry, written: string): Change[] {
  if (colonEnd === undefined) throw unsafe(text, key.start, 'the key has no colon')
  const at = value.tag === undefined ? (value.properties?.end ?? colonEnd) : colonEnd
  const end = lineEnd(text, at)
  const isHeader = value.kind === 'scalar' && value.start < end
  return [
    { start: at, end: isHeader ? headerEnd(text, value.start) : at, text: ` ${written}` },
    { start: end, end: lineEnd(text, value.end), text: '' },
  ]
}

/** Behind | or >, and what belongs to it. */
const headerEnd = (text: string, at: number): number => at + (/^[|>][-+\d]*/.exec(text.slice(at))?.[0].length ?? 0)
