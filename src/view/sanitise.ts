/**
 * Names, comments and logs of a cluster are data: nothing in them may steer the terminal that they are printed on.
 * Replaced are C0 and C1 controls, DEL, and Unicode's invisible characters that reorder, hide or break text
 * (bidirectional formatting, zero width, line and paragraph separator, tags).
 */
const classes =
  '\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff'
const tags = '\\u{e0000}-\\u{e007f}'
const unsafe = new RegExp(`[${classes}${tags}]`, 'gu')
/** The same, but for line ends: for text that is already laid out. */
const unsafeInText = new RegExp(`(?!\\n)[${classes}${tags}]`, 'gu')
/** The only escape sequences that Style writes: bold, faint, four colours and their ends (ECMA-48 SGR). */
const styled = new RegExp('(\\u001b\\[(?:1|2|22|31|32|33|36|39)m)', 'u')

function visible(character: string): string {
  if (character === '\n') return '\\n'
  if (character === '\t') return '\\t'
  if (character === '\r') return '\\r'
  const code = character.codePointAt(0) ?? 0
  if (code > 0xffff) return `\\u{${code.toString(16)}}`
  return code > 0xff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\x${code.toString(16).padStart(2, '0')}`
}

/** Whether there is something in it that `sanitise` would show. */
export const isUnsafe = (text: string): boolean => text.search(unsafe) >= 0

/** Nothing but printable ASCII, as almost all text of a cluster: told without a search. */
export function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x20 || code > 0x7e) return false
  }
  return true
}

/** The same of a laid-out text, whose lines end. */
function isPlainText(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if ((code < 0x20 && code !== 0x0a) || code > 0x7e) return false
  }
  return true
}

/** One value of the data, safe to print: `\x1b` and the like stand where a control character was. */
export function sanitise(text: string): string {
  return isPlain(text) ? text : text.replace(unsafe, visible)
}

/** The last look at a whole laid-out text: line ends stay and, with `colour`, what Style wrote. */
export function guard(text: string, colour: boolean): string {
  if (!colour) return isPlainText(text) ? text : text.replace(unsafeInText, visible)
  const parts = text.split(styled)
  return parts.map((part, i) => (i % 2 === 1 ? part : part.replace(unsafeInText, visible))).join('')
}

/** The same characters as JSON escapes, so that a document stays the same document and safe on a terminal. */
export function escapeJson(document: string): string {
  return document.replace(unsafeInText, (character) =>
    Array.from(
      { length: character.length },
      (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
    ).join(''),
  )
}

/** The same as the escapes of YAML, which are read in double quotes only. */
export function escapeYaml(document: string): string {
  return document.replace(unsafeInText, (character) => {
    const code = character.codePointAt(0) ?? 0
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
  })
}
