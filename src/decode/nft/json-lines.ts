/** Where the objects of libnftables' JSON stand, which JSON.parse does not tell. */

const newline = 10
const quote = 34
const backslash = 92

/**
 * A function from an object's index in the array "nftables" to its line. nft prints one line, so that there is nothing to look
 * for; a file that somebody formatted is scanned once.
 */
export function objectLines(bytes: Buffer, count: number): (index: number) => number {
  const first = bytes.indexOf(newline)
  if (first < 0 || first === bytes.length - 1) return () => 1
  const lines = scan(bytes)
  return lines.length === count ? (index) => lines[index] ?? 1 : () => 1
}

const opening = new Set(Buffer.from('[{'))
const closing = new Set(Buffer.from(']}'))

/** The lines of the objects at depth 2: inside the outer object and its array. */
function scan(bytes: Buffer): number[] {
  const lines: number[] = []
  let depth = 0
  let line = 1
  for (let at = 0; at < bytes.length; at++) {
    const code = bytes[at] ?? 0
    if (code === newline) line++
    else if (code === quote) at = endOfString(bytes, at)
    else if (opening.has(code)) {
      if (depth === 2) lines.push(line)
      depth++
    } else if (closing.has(code)) depth--
  }
  return lines
}

/** The place of the closing quote; JSON strings hold no newlines. */
function endOfString(bytes: Buffer, start: number): number {
  let at = start + 1
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1
  return at
}
