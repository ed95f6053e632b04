/**
 * Rules of a big dump have few shapes: the same options in the same places with other values. A rule's shape is read once; a rule of
 * a known shape costs one look at its characters. Two lines have one shape when all their words that may decide how a line is read
 * are the same: those that begin with a dash, `!`, the names after -m and -p, and which words stand in quotes.
 */
import type { FilledTemplate, IptablesRule, RuleTemplate, WordList } from '../ruleset/iptables.ts'
import type { UnknownRule } from '../ruleset/ruleset.ts'
import { fill, parseCounters, parseFilledTemplate, parseTemplate, unknown } from './iptables-rule.ts'
import { isBlank, wordEnd } from './lines.ts'
import { splitWords } from './words.ts'

interface Shape {
  readonly words: number
  /** Bit i is word i. */
  readonly quoted: number
  /** The words that may decide; nothing where a value stands. */
  readonly literals: readonly (string | undefined)[]
  /** Its words are those of the line that was read last. */
  readonly filled: FilledTemplate
  /** The line that the shape was found in, as text and values by turns. */
  readonly segments: readonly Segment[]
  /** Shapes that followed this one, the last one first: the next rule most likely has one of them. */
  readonly followers: Shape[]
}

/** What stands before a value, which is one word; no value at the end of the line. */
interface Segment {
  readonly before: string
  readonly value: number | undefined
  readonly quoted: boolean
}

const QUOTE = 34
const BANG = 33
const DASH = 45
const BACKSLASH = 92
const BRACKET = 91
const M = 109
const P = 112

/** As many words as there are bits; a longer rule is read by itself. */
const mostWords = 31

/** Junk has a shape a line; a tool's rules have some dozens. */
const mostShapes = 1000

/** More than the kinds of rules that follow one another in kube-proxy's chains. */
const mostFollowers = 4

/** Reads rules of one text; `text` is the whole file's. */
export class IptablesRuleReader implements WordList {
  readonly #text: string
  readonly #shapes = new Map<number, Shape[]>()
  #shapeCount = 0
  /** The shape of the last rule. */
  #last: Shape | undefined
  /** The words of the line that was read last. */
  readonly #starts = new Int32Array(mostWords)
  readonly #ends = new Int32Array(mostWords)
  #words = 0
  #quoted = 0
  #literal = 0
  #hash = 0

  constructor(text: string) {
    this.#text = text
  }

  read(start: number, end: number): IptablesRule | UnknownRule {
    const filled = this.filled(start, end)
    if (typeof filled === 'string') return unknown(filled)
    const rule = fill(filled)
    if (this.#text.charCodeAt(start) !== BRACKET) return rule
    const counters = parseCounters(this.#text.slice(start, wordEnd(this.#text, start, end)))
    return counters ? { ...rule, counters } : rule
  }

  /** The rule as its template and words, which hold until the next line is read; or why it cannot be read. */
  filled(start: number, end: number): FilledTemplate | string {
    const shape = this.#shapeOf(this.#headEnd(start, end), end)
    return shape ? shape.filled : parseFilledTemplate(this.#text.slice(start, end))
  }

  /** Where the rule begins behind counters that can be read. */
  #headEnd(start: number, end: number): number {
    if (this.#text.charCodeAt(start) !== BRACKET) return start
    const after = wordEnd(this.#text, start, end)
    return parseCounters(this.#text.slice(start, after)) ? skipBlanks(this.#text, after, end) : start
  }

  /** Undefined for a line that is not read by its shape, or not at all. */
  #shapeOf(start: number, end: number): Shape | undefined {
    const last = this.#last
    const shape = last?.followers.find((follower) => this.#fits(follower, start, end)) ?? this.#scanned(start, end)
    if (last && shape && !last.followers.includes(shape)) {
      last.followers.unshift(shape)
      if (last.followers.length > mostFollowers) last.followers.pop()
    }
    this.#last = shape
    return shape
  }

  /** Whether the line is that of the shape but for its values, and where they stand. */
  #fits({ segments }: Shape, start: number, end: number): boolean {
    const text = this.#text
    let at = start
    for (const { before, quoted, value } of segments) {
      if (!text.startsWith(before, at)) return false
      at += before.length
      if (value === undefined) return at === end
      const to = quoted ? this.#quoteEnd(at, end) : this.#valueEnd(at, end)
      if (to < 0) return false
      this.#starts[value] = at
      this.#ends[value] = at = to
    }
    return at === end
  }

  /** The next quote, or the end of the line; -1 for a value with a backslash, which stands for something else. */
  #quoteEnd(start: number, end: number): number {
    for (let at = start; at < end; at++) {
      const code = this.#text.charCodeAt(at)
      if (code === QUOTE) return at
      if (code === BACKSLASH) return -1
    }
    return end
  }

  /** The end of a plain value; -1 for an option, `!`, and words with a quote in them: they may decide. */
  #valueEnd(start: number, end: number): number {
    const first = this.#text.charCodeAt(start)
    if (start === end || first === DASH || first === BANG || isBlank(first)) return -1
    for (let at = start; at < end; at++) {
      const code = this.#text.charCodeAt(at)
      if (isBlank(code)) return at
      if (code === QUOTE) return -1
    }
    return end
  }

  #scanned(start: number, end: number): Shape | undefined {
    if (!this.#scan(start, end)) return undefined
    const alike = this.#shapes.get(this.#hash)
    const known = alike?.find((shape) => this.#has(shape))
    if (known || this.#shapeCount >= mostShapes) return known
    const template = parseTemplate(splitWords(this.#text.slice(start, end)))
    // -c among the options has its counters in the template
    if (typeof template === 'string' || template.counters) return undefined
    const shape = this.#newShape(template, start, end)
    if (alike) alike.push(shape)
    else this.#shapes.set(this.#hash, [shape])
    this.#shapeCount++
    return shape
  }

  #newShape(template: RuleTemplate, start: number, end: number): Shape {
    const indexes = Array.from({ length: this.#words }, (_, index) => index)
    const literals = indexes.map((index) => (this.#literal & (1 << index) ? this.#word(index) : undefined))
    const segments: Segment[] = []
    let at = start
    for (const value of indexes.filter((index) => literals[index] === undefined)) {
      const before = this.#text.slice(at, this.#starts[value])
      segments.push({ before, value, quoted: (this.#quoted & (1 << value)) !== 0 })
      at = this.#ends[value] ?? 0
    }
    segments.push({ before: this.#text.slice(at, end), value: undefined, quoted: false })
    const filled = { template, words: this }
    return { words: this.#words, quoted: this.#quoted, literals, filled, segments, followers: [] }
  }

  #has({ literals, quoted, words }: Shape): boolean {
    if (words !== this.#words || quoted !== this.#quoted) return false
    return literals.every((literal, index) => {
      const isLiteral = (this.#literal & (1 << index)) !== 0
      return isLiteral === (literal !== undefined) && (literal === undefined || literal === this.#word(index))
    })
  }

  /** Of the line that was read last. */
  word(index: number): string {
    return this.#last?.literals[index] ?? this.#word(index)
  }

  #word(index: number): string {
    return this.#text.slice(this.#starts[index], this.#ends[index])
  }

  /** Finds the words; false where a line has too many, or quotes inside of words or backslashes in quotes. */
  #scan(start: number, end: number): boolean {
    this.#words = this.#quoted = this.#literal = this.#hash = 0
    let named = false
    for (let at = skipBlanks(this.#text, start, end); at < end; at = skipBlanks(this.#text, at, end)) {
      if (this.#words === mostWords) return false
      const quoted = this.#text.charCodeAt(at) === QUOTE
      const after: number = quoted ? this.#quotedEnd(at, end) : this.#bareEnd(at, end, named)
      if (after < 0 || (quoted && named)) return false
      const from = quoted ? at + 1 : at
      const to: number = quoted ? after - 1 : after
      this.#starts[this.#words] = from
      this.#ends[this.#words] = to
      if (quoted) this.#quoted |= 1 << this.#words
      named = !quoted && isNaming(this.#text, from, to)
      this.#words++
      at = after
    }
    this.#hash = Math.imul(this.#hash, 31) + this.#words + this.#quoted
    return true
  }

  /** Behind the closing quote, which must end the word. */
  #quotedEnd(at: number, end: number): number {
    for (let i = at + 1; i < end; i++) {
      const code = this.#text.charCodeAt(i)
      if (code === BACKSLASH) return -1
      if (code === QUOTE) return i + 1 === end || isBlank(this.#text.charCodeAt(i + 1)) ? i + 1 : -1
    }
    return -1
  }

  /** Behind a word without quotes, which counts for the shape when it may be an option or names a match. */
  #bareEnd(at: number, end: number, named: boolean): number {
    const first = this.#text.charCodeAt(at)
    const literal =
      named || first === DASH || (first === BANG && at + 1 < end && isBlank(this.#text.charCodeAt(at + 1)))
    let hash = this.#hash
    let i = at
    for (; i < end; i++) {
      const code = this.#text.charCodeAt(i)
      if (isBlank(code)) break
      if (code === QUOTE) return -1
      if (literal) hash = Math.imul(hash, 31) + code
    }
    if (literal) {
      this.#hash = Math.imul(hash, 31) + this.#words
      this.#literal |= 1 << this.#words
    }
    return i
  }
}

/** Options whose value decides how the rest is read. */
function isNaming(text: string, start: number, end: number): boolean {
  if (text.charCodeAt(start) !== DASH) return false
  if (end - start === 2) return text.charCodeAt(start + 1) === M || text.charCodeAt(start + 1) === P
  return namingOptions.some((option) => option.length === end - start && text.startsWith(option, start))
}

const namingOptions = ['--match', '--proto', '--protocol']

function skipBlanks(text: string, start: number, end: number): number {
  let at = start
  while (at < end && isBlank(text.charCodeAt(at))) at++
  return at
}
