/** A text that is a value of another text, such as a key of a ConfigMap: places in it as places in that. */
import type { ScalarNode } from './node.ts'

export interface EmbeddedText {
  readonly text: string
  /** The offset in the outer text of one in the inner. */
  readonly outer: (offset: number) => number
}

export function embedded(outer: string, node: ScalarNode, text: string): EmbeddedText {
  if (node.block) return { text, outer: blockPlaces(outer, node.start, node.block.indent, text) }
  const written = outer.slice(node.start, node.end)
  const quote = /^["']/.exec(written)?.[0] ?? ''
  const raw = quote === '' ? written : written.slice(1, -1)
  const starts = quote === '"' ? doubleQuoted(raw) : quote === "'" ? singleQuoted(raw) : straight(raw)
  // a quoted text over several lines is folded: its beginning is place enough
  if (starts.length !== text.length + 1) return { text, outer: () => node.start }
  const first = node.start + quote.length
  return { text, outer: (offset) => first + (starts[Math.min(offset, text.length)] ?? 0) }
}

/** Line by line: a literal block keeps them, each behind its indent. A folded one does not, and has its first place for all. */
function blockPlaces(outer: string, start: number, indent: number, text: string): (offset: number) => number {
  const lines = lineStarts(text)
  const outerLines = lineStarts(outer.slice(start))
  return (offset) => {
    const line = Math.max(
      0,
      lines.findLastIndex((at) => at <= offset),
    )
    const outerStart = outerLines[line]
    return outerStart === undefined ? start : start + outerStart + indent + offset - (lines[line] ?? 0)
  }
}

/** Offsets of the first unit of each line. */
export function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

const straight = (raw: string): number[] => Array.from({ length: raw.length + 1 }, (_, i) => i)

function singleQuoted(raw: string): number[] {
  const starts: number[] = []
  for (let at = 0; at < raw.length; at += raw.startsWith("''", at) ? 2 : 1) starts.push(at)
  return [...starts, raw.length]
}

const escapes: Readonly<Record<string, number>> = { x: 4, u: 6, U: 10 }

/** Where each unit of the value is written; \U may stand for two. */
function doubleQuoted(raw: string): number[] {
  const starts: number[] = []
  for (let at = 0; at < raw.length;) {
    starts.push(at)
    const isEscape = raw[at] === '\\'
    const isWide = isEscape && raw[at + 1] === 'U' && Number.parseInt(raw.slice(at + 2, at + 10), 16) > 0xffff
    if (isWide) starts.push(at)
    at += isEscape ? (escapes[raw[at + 1] ?? ''] ?? 2) : 1
  }
  return [...starts, raw.length]
}
