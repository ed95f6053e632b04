/**
 * The words of a line as nft prints it. Blanks separate them; `{ } ( ) ,` stand alone at the edge of a word; a quoted
 * string is one word and keeps its quotes; nft knows no escapes inside quotes (scanner.l, 1.0.6).
 *
 *     ip saddr { 10.0.0.1, 10.1.0.0/16 } jump svc/a   ->   ip saddr { 10.0.0.1 , 10.1.0.0/16 } jump svc/a
 */

const tab = 9
const carriageReturn = 13
const blank = 32
const quote = 34
const open = 40
const close = 41
const comma = 44
const openBrace = 123
const closeBrace = 125

const isBlank = (code: number) => code === blank || code === tab || code === carriageReturn
const opens = (code: number) => code === openBrace || code === open
const closes = (code: number) => code === closeBrace || code === close || code === comma

export function splitWords(line: string): string[] {
  const words: string[] = []
  let at = 0
  while (at < line.length) {
    const code = line.charCodeAt(at)
    if (isBlank(code)) at++
    else if (opens(code) || closes(code)) words.push(line.charAt(at++))
    else at = pushWord(line, at, words)
  }
  return words
}

/** Pushes the word that starts at `start` and the punctuation stuck to its end; returns where it ends. */
function pushWord(line: string, start: number, words: string[]): number {
  let end = start
  let quoted = false
  while (end < line.length) {
    const code = line.charCodeAt(end)
    if (code === quote) quoted = !quoted
    else if (!quoted && (isBlank(code) || code === openBrace)) break
    end++
  }
  let edge = end
  if (!quoted) while (edge > start && closes(line.charCodeAt(edge - 1))) edge--
  words.push(line.slice(start, edge))
  for (let i = edge; i < end; i++) words.push(line.charAt(i))
  return end
}

/** A place among the words. */
export interface Cursor {
  readonly words: string[]
  at: number
}

/** What could not be read, in the words that a reader of the report sees. Never leaves this folder. */
export class NftSyntaxError extends Error {
  constructor(message: string) {
    // a file of junk has one for every line: to tell the stack as well would cost ten times the reading
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(message)
    Error.stackTraceLimit = stackTraceLimit
  }
}

/** The reason of a line's syntax error. Parentheses without end, in damaged files only, exhaust the stack. Throws any other error. */
export function whyUnreadable(error: unknown): string {
  if (error instanceof NftSyntaxError) return error.message
  if (error instanceof RangeError) return 'it is nested too deeply'
  throw error
}

export function cursor(line: string): Cursor {
  const words = splitWords(line)
  const wrong = line.includes('"') ? words.find((word) => word.includes('"') && !isWellQuoted(word)) : undefined
  if (wrong !== undefined) throw new NftSyntaxError(`the quotes of ${quoteWord(wrong)} are not nft's`)
  return { words, at: 0 }
}

/** `"eth0"`, `"10:00"-"20:00"`: nft's strings hold no quotes. */
function isWellQuoted(word: string): boolean {
  const parts = word.split('"')
  return (
    parts.length % 2 === 1 &&
    parts.every((part, i) => i % 2 === 1 || part === (i === 0 || i === parts.length - 1 ? '' : '-'))
  )
}

export const peek = (c: Cursor, ahead = 0): string | undefined => c.words[c.at + ahead]

export const ended = (c: Cursor): boolean => c.at >= c.words.length

export function next(c: Cursor): string {
  const word = c.words[c.at]
  if (word === undefined) throw new NftSyntaxError('the line ends too early')
  c.at++
  return word
}

/** Steps over `word` if it comes next. */
export function take(c: Cursor, word: string): boolean {
  if (c.words[c.at] !== word) return false
  c.at++
  return true
}

export function expect(c: Cursor, word: string): void {
  if (!take(c, word)) throw new NftSyntaxError(`expected "${word}" before ${quoteWord(peek(c))}`)
}

/** Characters of a word that a message repeats. */
const longestWord = 100

export const quoteWord = (word: string | undefined): string =>
  word === undefined ? 'the end' : `"${word.length > longestWord ? `${word.slice(0, longestWord)}...` : word}"`

/** The words from `start` to the cursor as nft prints them: no blank before a comma. */
export const textSince = (c: Cursor, start: number): string =>
  c.words.slice(start, c.at).join(' ').replaceAll(' ,', ',')

/** `"eth0"`; not the two ends of a range. */
export const isQuoted = (word: string): boolean => word.startsWith('"') && word.indexOf('"', 1) === word.length - 1

export const unquote = (word: string): string => (isQuoted(word) ? word.slice(1, -1) : word)

/** A name or a text, with or without quotes. */
export function nextString(c: Cursor): string {
  const word = next(c)
  if (word.includes('"') && !isQuoted(word)) throw new NftSyntaxError(`${quoteWord(word)} is no single string`)
  return unquote(word)
}
