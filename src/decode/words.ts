/**
 * A line split into words as iptables-restore, ipset restore and ipvsadm split it: at blanks; double quotes keep blanks
 * together and inside them a backslash takes the next character as it is; single quotes mean nothing.
 * Origin: iptables 1.8, xshared.c add_param_to_argv().
 */

const TAB = 9
const SPACE = 32
const QUOTE = 34
const BACKSLASH = 92

export interface Words {
  readonly list: readonly string[]
  /** Indexes of words that stood in quotes: `"!"` and `"-j"` are values, never options. */
  readonly quoted: ReadonlySet<number>
  /** A quote was opened and never closed. */
  readonly open: boolean
}

const nothingQuoted: ReadonlySet<number> = new Set()

export function splitWords(text: string): Words {
  const list: string[] = []
  let quoted: Set<number> | undefined
  let open = false
  for (let at = skipBlanks(text, 0); at < text.length; at = skipBlanks(text, at)) {
    const end = bareEnd(text, at)
    if (text.charCodeAt(end) === QUOTE) {
      const word = readQuoted(text, at)
      quoted = (quoted ?? new Set()).add(list.length)
      list.push(word.value)
      open = word.open
      at = word.end
    } else {
      list.push(text.slice(at, end))
      at = end
    }
  }
  return { list, quoted: quoted ?? nothingQuoted, open }
}

const isBlankCode = (code: number): boolean => code === SPACE || code === TAB

function skipBlanks(text: string, from: number): number {
  let at = from
  while (at < text.length && isBlankCode(text.charCodeAt(at))) at++
  return at
}

/** Where a word ends, or its first quote. */
function bareEnd(text: string, from: number): number {
  let at = from
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (isBlankCode(code) || code === QUOTE) break
  }
  return at
}

function readQuoted(text: string, from: number): { value: string; end: number; open: boolean } {
  let value = ''
  let open = false
  let at = from
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) open = !open
    else if (!open && isBlankCode(code)) break
    else if (open && code === BACKSLASH && at + 1 < text.length) value += text[++at]
    else value += text[at]
  }
  return { value, end: at, open }
}

/** Digits only, and at least one. */
export function isDecimal(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 48 || code > 57) return false
  }
  return text !== ''
}
