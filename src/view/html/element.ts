/** Elements of HTML and SVG: nothing but an element is taken for one, and every text in it is data and escaped. */
import { escaped } from '../markup.ts'

export type Attributes = Readonly<Record<string, string | number | undefined>>
export type Content = Element | string | undefined | readonly Content[]

/** There is no other way to make one than of its parts, so that no text of a cluster gets in as markup. */
export class Element {
  readonly #text: string

  constructor(name: string, attributes: Attributes, contents: readonly Content[]) {
    const start = [name, ...Object.entries(attributes).flatMap(attributeOf)].join(' ')
    const end = lines.has(name) ? '\n' : ''
    this.#text = empty.has(name) ? `<${start}/>${end}` : `<${start}>${contents.map(textOf).join('')}</${name}>${end}`
  }

  toString(): string {
    return this.#text
  }
}

export const element = (name: string, attributes: Attributes = {}, ...contents: Content[]): Element =>
  new Element(name, attributes, contents)

/** Those that have no end tag, or need none. */
const empty = new Set(['br', 'meta', 'path', 'rect'])

/** Those after which a line of the document ends. */
const lines = new Set(
  'div dl figure g h2 h3 head header li meta p path rect section style table title tr ul'.split(' '),
)

function textOf(content: Content): string {
  if (content === undefined) return ''
  if (typeof content === 'string') return escaped(content)
  return content instanceof Element ? content.toString() : content.map(textOf).join('')
}

const attributeOf = ([name, value]: readonly [string, string | number | undefined]): string[] =>
  value === undefined ? [] : [`${name}="${escaped(String(value))}"`]
