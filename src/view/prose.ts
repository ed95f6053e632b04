/**
 * Text for reading: headings, paragraphs, terms and fields with what is said of them. Lines are no longer than is good to read, however
 * wide the terminal. Everything is data and made safe here.
 */
import { sanitise } from './sanitise.ts'
import type { Paint, ViewOptions } from './style.ts'
import { wrap } from './wrap.ts'

export const heading = (text: string, options: ViewOptions): string =>
  `\n${paragraph(text, options, '', options.style.bold)}`

export function paragraph(text: string, { width }: ViewOptions, indent = '', paint: Paint = (line) => line): string {
  const lines = wrap(sanitise(text), Math.min(width, measure) - indent.length, '')
    .trimEnd()
    .split('\n')
  return lines.map((line) => `${indent}${paint(line)}\n`).join('')
}

/** Columns of a line that is good to read. */
const measure = 100

/** `- text`, with its lines in line. */
export const bullet = (text: string, options: ViewOptions, paint?: Paint): string =>
  `  - ${paragraph(text, options, '    ', paint).slice('  - '.length)}`

export interface Term {
  readonly term: string
  readonly text: string
  /** A command: it is copied, and so never broken. */
  readonly whole?: boolean
}

/** Terms beside their texts, in line; above them where there is no room for two columns. */
export function terms(all: readonly Term[], options: ViewOptions): string {
  const { style, width } = options
  const column = 4 + Math.max(0, ...all.map(({ term }) => term.length))
  const words = all.flatMap(({ text }) => text.split(' ').map((word) => word.length))
  const isBeside = width >= narrow && column <= width / 2 && column + Math.max(0, ...words) <= width
  return all
    .map(({ term, text, whole = false }) => {
      const above = whole ? `  ${style.key(term)}\n` : paragraph(term, options, '  ', style.key)
      if (!isBeside) return above + paragraph(text, options, '    ')
      return `  ${style.key(term)}${paragraph(text, options, ' '.repeat(column)).slice(2 + term.length)}`
    })
    .join('')
}

/** Columns below which a second one has no room. */
const narrow = 60

export interface Field {
  readonly name: string
  /** One after the other, each on lines of its own; a field without any text is not shown. */
  readonly text: string | readonly string[]
  readonly paint?: Paint
}

/** `Name:  text`, as kubectl describes; not in line, or the text below the name, where there is no room for that. */
export function fields(all: readonly Field[], options: ViewOptions): string {
  const shown = all.filter(({ text }) => text.length > 0)
  const column = 3 + Math.max(0, ...shown.map(({ name }) => name.length))
  const isBeside = column <= options.width / 2
  return shown
    .map(({ name, paint, text }) => {
      const below = (indent: string): string =>
        [text]
          .flat()
          .map((one) => paragraph(one, options, indent, paint))
          .join('')
      const own = `${name}: ${[text].flat().join()}`
      const lead = isBeside ? `${name}:`.padEnd(column) : own.length <= options.width ? `${name}: ` : `${name}:\n  `
      const indent = isBeside ? column : 2
      return lead + below(' '.repeat(indent)).slice(indent)
    })
    .join('')
}
