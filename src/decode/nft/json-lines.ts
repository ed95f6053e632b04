/** Where the objects of libnftables' JSON stand, which JSON.parse does not tell. */

const newline = 10
const quote = 34
const backslash = 92
const bracket = 91
const closingBracket = 93
const brace = 123
const closingBrace = 125

export interface JsonLayout {
  /** Of how many arrays and objects the innermost value is a part. */
  readonly depth: number
  /** The line of an object in the array "nftables", by its index. */
  readonly lineOf: (index: number) => number
}

/** Of a file that JSON.parse takes, whose array has `count` objects. */
export function layoutOf(text: string, count: number): JsonLayout {
  /** Of the values at depth 2: inside the outer object and its array. */
  const lines: number[] = []
  let depth = 0
  let deepest = 0
  let line = 1
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === newline) line++
    else if (code === quote) at = endOfString(text, at)
    else if (code === bracket || code === brace) {
      if (depth === 2) lines.push(line)
      deepest = Math.max(deepest, ++depth)
    } else if (code === closingBracket || code === closingBrace) depth--
  }
  return { depth: deepest, lineOf: (index) => (lines.length === count ? (lines[index] ?? 1) : 1) }
}

/** The place of the closing quote; JSON strings hold no newlines. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text.charCodeAt(at) !== quote) at += text.charCodeAt(at) === backslash ? 2 : 1
  return at
}
