/** A field of kube-proxy's configuration, or a list of them. */
import type { FieldExplanation, FieldList } from '../answer/explain-field.ts'
import { heading, paragraph, terms } from './prose.ts'
import type { Term } from './prose.ts'
import type { ViewOptions } from './style.ts'
import { table } from './table.ts'

export function explainFieldView(explanation: FieldExplanation, options: ViewOptions): string {
  const { does, example, notes, path, sources } = explanation
  return [
    `${options.style.bold(path)}\n`,
    paragraph([does, ...notes].join(' '), options),
    '\n',
    terms(facts(explanation), options),
    heading('In the file', options),
    example
      .split('\n')
      .map((line) => `  ${options.style.key(line)}\n`)
      .join(''),
    heading('Sources', options),
    terms(
      sources.map(({ title, url }) => ({ term: title, text: url })),
      options,
    ),
  ].join('')
}

function facts(explanation: FieldExplanation): Term[] {
  const { flags, modes, needs, os, rules, since, until, written } = explanation
  const effect = [
    modes.length > 0 ? `in mode ${modes.join(' and ')}` : '',
    needs ? `with ${needs.field} ${needs.value}` : '',
    os === null ? '' : `on ${os}`,
  ].filter((text) => text !== '')
  return [
    { term: 'Type', text: written },
    { term: 'Default', text: defaultText(explanation) },
    { term: 'Effect', text: effect.length > 0 ? effect.join(', ') : 'always' },
    { term: 'Kubernetes', text: span(since, until) },
    ...flags.map((flag) => ({ term: 'Flag', text: flagText(flag) })),
    ...(flags.length === 0 ? [{ term: 'Flag', text: 'none' }] : []),
    ...rules.map((rule) => ({ term: 'Must be', text: rule.must + during(rule.since, rule.until) })),
  ]
}

function defaultText({ default: value, onNode }: FieldExplanation): string {
  const text = value ?? 'none'
  return onNode === null ? text : `${text}, which means ${onNode}`
}

const span = (since: string | null, until: string | null): string =>
  since === null && until === null ? 'every release' : during(since, until).slice(2, -1)

/** ` (from 1.28 on)`, ` (until 1.30)`, ` (from 1.31 to 1.36)`; empty for always. */
function during(since: string | null, until: string | null): string {
  if (since === null && until === null) return ''
  if (until === null) return ` (from ${since} on)`
  return since === null ? ` (until ${until})` : ` (from ${since} to ${until})`
}

const flagText = ({ name, since, until, wins }: FieldExplanation['flags'][number]): string =>
  `--${name}${during(since, until)}${wins ? '; it wins over the file' : '; ignored with --config'}`

export const fieldsView = ({ items }: FieldList, options: ViewOptions): string =>
  table(
    [
      { header: 'FIELD' },
      { header: 'TYPE' },
      { header: 'DEFAULT' },
      { header: 'KUBERNETES' },
      { header: 'MEANING', wide: true },
    ],
    items.map((item) => [
      item.path,
      item.type,
      item.default ?? '-',
      item.since === null && item.until === null ? '-' : `${item.since ?? ''}-${item.until ?? ''}`,
      item.does,
    ]),
    options,
  )
