/** Text for reading: headings, paragraphs, terms with what is said of them. Everything is data and made safe here. */
import { sanitise } from './sanitise.ts'
import type { Paint, ViewOptions } from './style.ts'
import { wrap } from './wrap.ts'

export const heading = (text: string, { style }: ViewOptions): string => `\n${style.bold(text)}\n`

export function paragraph(text: string, { width }: ViewOptions, indent = '', paint: Paint = (line) => line): string {
  const lines = wrap(sanitise(text), width, indent).trimEnd().split('\n')
  return lines.map((line) => `${paint(line)}\n`).join('')
}

/** `- text`, with its lines in line. */
export const bullet = (text: string, options: ViewOptions): string =>
  `  - ${paragraph(text, options, '    ').slice('  - '.length)}`

export interface Term {
  readonly term: string
  readonly text: string
}

/** Terms beside their texts, in line; above them where there is no room for two columns. */
export function terms(all: readonly Term[], options: ViewOptions): string {
  const { style, width } = options
  const column = 4 + Math.max(0, ...all.map(({ term }) => term.length))
  const words = all.flatMap(({ text }) => text.split(' ').map((word) => word.length))
  const isBeside = width >= narrow && column <= width / 2 && column + Math.max(0, ...words) <= width
  return all
    .map(({ term, text }) => {
      if (!isBeside) return `  ${style.key(term)}\n${paragraph(text, options, '    ')}`
      return `  ${style.key(term)}${paragraph(text, options, ' '.repeat(column)).slice(2 + term.length)}`
    })
    .join('')
}

/** Columns below which a second one has no room. */
const narrow = 60
