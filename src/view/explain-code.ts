/** A code with its meaning, or all of them. */
import type { CodeExplanation, CodeList } from '../answer/explain-code.ts'
import type { Finding } from '../answer/finding.ts'
import { cut } from './cut.ts'
import { placesView } from './evidence.ts'
import { heading, paragraph, terms } from './prose.ts'
import { seenView } from './seen.ts'
import type { Paint, Style, ViewOptions } from './style.ts'
import { table } from './table.ts'

export function explainCodeView(explanation: CodeExplanation, options: ViewOptions): string {
  const { code, exit, fix, found, level, seen, title, why } = explanation
  const facts = [
    { term: 'Level', text: level },
    { term: 'Why', text: why },
    { term: 'Fix', text: fix },
    { term: 'Exit code', text: exit === null ? 'it does not change it' : String(exit) },
  ]
  return [
    levelPaint(level, options.style)(code) + '\n',
    paragraph(title, options),
    '\n',
    terms(facts, options),
    found ? foundView(found, options) : '',
    seen ? seenView(seen, options) : '',
  ].join('')
}

function foundView(found: readonly Finding[], options: ViewOptions): string {
  if (found.length === 0) return `\n${paragraph('This recording does not have it.', options)}`
  const { more, shown } = cut(found, options.limit, 'finding')
  return heading('In this recording', options) + shown.map((finding) => findingView(finding, options)).join('') + more
}

function findingView({ evidence, message, node, object }: Finding, options: ViewOptions): string {
  return (
    paragraph(`${object ?? ''} on ${node ?? 'every node'}`, options, '  ') +
    paragraph(message, options, '    ') +
    placesView(evidence, options)
  )
}

export function codesView({ items }: CodeList, options: ViewOptions): string {
  return table(
    [{ header: 'CODE' }, { header: 'LEVEL' }, { header: 'MEANING' }],
    items.map(({ code, level, title }) => [code, { text: level, paint: levelPaint(level, options.style) }, title]),
    options,
  )
}

const levelPaint = (level: CodeExplanation['level'], { bad, dim, warn }: Style): Paint =>
  ({ error: bad, warning: warn, info: dim })[level]
