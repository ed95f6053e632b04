/** Where the objects of libnftables' JSON stand, which JSON.parse does not tell. */

const newline = 10
const quote = 34
const backslash = 92

/**
 * A function from an object's index in the array "nftables" to its line. nft prints one line, so that there is nothing to look
 * for; a file that somebody formatted is scanned once.
 */
export function objectLines(text: string, count: number): (index: number) => number {
  const first = text.indexOf('\n')
  if (first < 0 || first === text.length - 1) return () => 1
  const lines = scan(text)
  return lines.length === count ? (index) => lines[index] ?? 1 : () => 1
}

const opening = new Set(Array.from('[{', (one) => one.charCodeAt(0)))
const closing = new Set(Array.from(']}', (one) => one.charCodeAt(0)))

/** The lines of the objects at depth 2: inside the outer object and its array. */
function scan(text: string): number[] {
  const lines: number[] = []
  let depth = 0
  let line = 1
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === newline) line++
    else if (code === quote) at = endOfString(text, at)
    else if (opening.has(code)) {
      if (depth === 2) lines.push(line)
      depth++
    } else if (closing.has(code)) depth--
  }
  return lines
}

/** The place of the closing quote; JSON strings hold no newlines. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text.charCodeAt(at) !== quote) at += text.charCodeAt(at) === backslash ? 2 : 1
  return at
}
