/** Lines of a text, and changes to it. */

/** Offsets in the text; `end` is exclusive. */
export interface Place {
  readonly start: number
  readonly end: number
}

/** What stands at the place becomes `text`. */
export interface Change extends Place {
  readonly text: string
}

/** The changes do not overlap; at one place they come in their order. */
export function changed(text: string, changes: readonly Change[]): string {
  let result = ''
  let at = 0
  for (const change of changes.toSorted((a, b) => a.start - b.start)) {
    result += text.slice(at, change.start) + change.text
    at = change.end
  }
  return result + text.slice(at)
}

/** A byte order mark is before the first line, not in it. */
export function lineStart(text: string, at: number): number {
  let start = at
  while (start > 0 && !'\r\n'.includes(text[start - 1] ?? '')) start--
  return start === 0 && text.startsWith('\ufeff') ? 1 : start
}

/** Before the line break. */
export function lineEnd(text: string, at: number): number {
  let end = at
  while (end < text.length && !'\r\n'.includes(text[end] ?? '')) end++
  return end
}

/** The line break at this place; empty at the end of the text. */
const breakAt = (text: string, at: number): string =>
  text.startsWith('\r\n', at) ? '\r\n' : /^[\r\n]/.test(text[at] ?? '') ? (text[at] ?? '') : ''

/** The length of the line break that ends here. */
export const breakBefore = (text: string, at: number): number =>
  text[at - 1] === '\n' ? (text[at - 2] === '\r' && at > 1 ? 2 : 1) : text[at - 1] === '\r' ? 1 : 0

/** How lines end around this place. */
export function breakNear(text: string, at: number): string {
  const here = breakAt(text, lineEnd(text, at))
  if (here !== '') return here
  return /(\r\n|\n|\r)[^\r\n]*$/.exec(text.slice(0, at))?.[1] ?? '\n'
}

export const columnOf = (text: string, at: number): number => at - lineStart(text, at)

/** Nothing but blanks is before it in its line. */
export const beginsLine = (text: string, at: number): boolean => /^[ \t]*$/.test(text.slice(lineStart(text, at), at))

/** What follows in the line is blank or a comment. */
export const endsLine = (text: string, at: number): boolean =>
  /^[ \t]*([ \t]#.*)?$/.test(text.slice(at, lineEnd(text, at)))

/** Behind the line that this place is in. */
export const linesAfter = (text: string, at: number, lines: readonly string[]): Change => {
  const end = lineEnd(text, at)
  return { start: end, end, text: lines.map((line) => breakNear(text, at) + line).join('') }
}

export const linesBefore = (text: string, at: number, lines: readonly string[]): Change => {
  const start = lineStart(text, at)
  return { start, end: start, text: lines.map((line) => line + breakNear(text, at)).join('') }
}

/** The lines from the one of `from` to the one of `to` go, with one of the line breaks around them. */
export function withoutLines(text: string, from: number, to: number): Change {
  const start = lineStart(text, from)
  const end = lineEnd(text, to)
  const after = breakAt(text, end)
  if (after !== '') return { start, end: end + after.length, text: '' }
  return { start: start - breakBefore(text, start), end, text: '' }
}

/** The last of the comment lines below this place's line that are indented more than `column`. */
export function belowComments(text: string, at: number, column: number): number {
  let end = lineEnd(text, at)
  for (;;) {
    const next = end + breakAt(text, end).length
    const line = text.slice(next, lineEnd(text, next))
    if (next === end || (/^ *(?=#)/.exec(line)?.[0].length ?? 0) <= column) return end
    end = next + line.length
  }
}

/** The first of the comment lines above this place's line that are indented as it is. */
export function aboveComments(text: string, at: number): number {
  let start = lineStart(text, at)
  const indent = /^[ \t]*/.exec(text.slice(start))?.[0] ?? ''
  for (;;) {
    const before = lineStart(text, start - breakBefore(text, start))
    if (before >= start || !text.startsWith(`${indent}#`, before)) return start
    start = before
  }
}
