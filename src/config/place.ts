/** Offsets as people count: lines and columns. */
import { lineStarts } from './embedded.ts'

export interface LinePlace {
  /** Counted from 1. */
  readonly line: number
  /** Counted from 1, in UTF-16 units. */
  readonly column: number
  /** The whole line, without its end. */
  readonly text: string
}

/** Tells places of one text. */
export function placesOf(text: string): (offset: number) => LinePlace {
  const starts = lineStarts(text)
  return (offset) => {
    const at = Math.min(Math.max(offset, 0), text.length)
    const line = Math.max(
      0,
      starts.findLastIndex((start) => start <= at),
    )
    const start = starts[line] ?? 0
    const end = starts[line + 1] ?? text.length + 1
    return { line: line + 1, column: at - start + 1, text: text.slice(start, end - 1).replace(/\r$/, '') }
  }
}
