/** JSON with the place of every value, read as Go's encoding/json reads it. */
import { UnreadableText } from './node.ts'
import type { Entry, Node, Scalar } from './node.ts'

/** Throws UnreadableText. */
export function parseJsonText(text: string): Node {
  const reader = new Reader(text)
  const node = reader.value(0)
  reader.end()
  return node
}

/** Go's own limit is 10,000; recursion must end before the stack does. */
const deepest = 1000

const literals = /true|false|null/y
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  value(depth: number): Node {
    if (depth > deepest) throw new UnreadableText('exceeded max depth', this.#at)
    const start = this.#blanks()
    const first = this.#text[start]
    if (first === '{') return this.#object(depth)
    if (first === '[') return this.#array(depth)
    const scalar = this.#scalar()
    return { kind: 'scalar', scalar, start, end: this.#at }
  }

  end(): void {
    if (this.#blanks() < this.#text.length) throw this.#unexpected('after top-level value')
  }

  #object(depth: number): Node {
    const start = this.#at++
    const entries: Entry[] = []
    for (let more = this.#blanks() >= 0 && this.#text[this.#at] !== '}'; more; more = this.#goesOn('}')) {
      const keyStart = this.#blanks()
      const name = this.#take(string)
      if (name === undefined) throw this.#unexpected('looking for beginning of object key string')
      const key = { start: keyStart, end: this.#at }
      this.#blanks()
      if (this.#text[this.#at] !== ':') throw this.#unexpected('after object key')
      this.#at++
      entries.push({ name: JSON.parse(name) as string, key, value: this.value(depth + 1) })
    }
    return { kind: 'mapping', start, end: ++this.#at, entries }
  }

  #array(depth: number): Node {
    const start = this.#at++
    const items: Node[] = []
    for (let more = this.#blanks() >= 0 && this.#text[this.#at] !== ']'; more; more = this.#goesOn(']')) {
      items.push(this.value(depth + 1))
    }
    return { kind: 'sequence', start, end: ++this.#at, items }
  }

  /** Past a comma, or at the bracket that ends it. */
  #goesOn(bracket: string): boolean {
    this.#blanks()
    if (this.#text[this.#at] === bracket) return false
    if (this.#text[this.#at] !== ',')
      throw this.#unexpected(`after ${bracket === '}' ? 'object key:value pair' : 'array element'}`)
    this.#at++
    return true
  }

  #scalar(): Scalar {
    const word = this.#take(literals)
    if (word !== undefined) return word === 'null' ? { type: 'null' } : { type: 'boolean', value: word === 'true' }
    const quoted = this.#take(string)
    if (quoted !== undefined) return { type: 'string', value: JSON.parse(quoted) as string }
    const literal = this.#take(number)
    if (literal !== undefined) return { type: 'number', literal }
    throw this.#unexpected('looking for beginning of value')
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    this.#at += found?.length ?? 0
    return found
  }

  #blanks(): number {
    while (' \t\r\n'.includes(this.#text[this.#at] ?? 'x')) this.#at++
    return this.#at
  }

  #unexpected(where: string): UnreadableText {
    const found = this.#text[this.#at]
    const reason = found === undefined ? 'unexpected end of JSON input' : `invalid character '${found}' ${where}`
    return new UnreadableText(reason, this.#at)
  }
}
