/** Text with blanks put before some of its lines, and the way back from its offsets to those of the text as it was. */
import type { Node } from './node.ts'

export interface Padded {
  readonly text: string
  /** Where padded lines begin in the original text, in order. */
  readonly lines: readonly number[]
}

/** More than any line before is indented. */
const padding = ' '.repeat(200)

/** Each line costs a new parse: a text of more is not read. */
const mostLines = 500

/** With blanks before the line of this offset; undefined where it has them already, or too many lines do. */
export function paddedAt(padded: Padded, offset: number): Padded | undefined {
  const { lines, text } = padded
  const start = text.lastIndexOf('\n', offset - 1) + 1
  const before = text.slice(start, offset)
  // between a key and brackets a tab does for a blank
  if (/:[ \t]*\t[ \t]*[[{]/.test(before)) {
    return { text: text.slice(0, start) + before.replaceAll('\t', ' ') + text.slice(offset), lines }
  }
  if (lines.length >= mostLines || text.startsWith(padding, start)) return undefined
  const line = originalOf(padded)(start)
  return {
    text: text.slice(0, start) + padding + text.slice(start),
    lines: [...lines, line].sort((a, b) => a - b),
  }
}

/** The original offset of one in the padded text. */
export function originalOf({ lines }: Padded): (offset: number) => number {
  const starts = lines.map((line, i) => line + i * padding.length)
  return (offset) => {
    const before = starts.findLastIndex((start) => start < offset)
    if (before < 0) return offset
    const inPadding = Math.min(offset - (starts[before] ?? 0), padding.length)
    return offset - before * padding.length - inPadding
  }
}

/** The node at its original places. What aliases share stays shared. */
export function moved(node: Node, original: (offset: number) => number, done: Map<Node, Node>): Node {
  const known = done.get(node)
  if (known) return known
  const place = (one: { readonly start: number; readonly end: number }): { start: number; end: number } => ({
    start: original(one.start),
    end: original(one.end),
  })
  const result: Node =
    node.kind === 'scalar'
      ? { ...node, ...place(node) }
      : node.kind === 'sequence'
        ? { ...node, ...place(node), items: node.items.map((item) => moved(item, original, done)) }
        : {
            ...node,
            ...place(node),
            entries: node.entries.map(({ key, name, value }) => ({
              name,
              key: place(key),
              value: moved(value, original, done),
            })),
          }
  done.set(node, result)
  return result
}
