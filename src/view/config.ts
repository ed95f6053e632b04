/** kube-proxy's configuration: the text as it is written, or its values in a table. */
import type { ConfigDiff } from '../answer/config/diff.ts'
import type { History, HistoryEntry } from '../answer/config/history.ts'
import type { ConfigPlace, FieldValue, FieldValueList, ShownConfiguration } from '../answer/config/show.ts'
import type { ViewOptions } from './style.ts'
import { diffView } from './diff.ts'
import { placeText } from './platform.ts'
import { paragraph } from './prose.ts'
import { sanitise } from './sanitise.ts'
import { table } from './table.ts'

/** A comment, so that what is printed can be kept as a file, and the text itself. */
export function writtenView(shown: ShownConfiguration, text: string, { style }: ViewOptions): string {
  const lines = text.split('\n').map(sanitise).join('\n')
  const above = [placeLine(shown.config), ...placesText(shown.config)].map((line) => `${style.dim(`# ${line}`)}\n`)
  return `${above.join('')}${lines}${text.endsWith('\n') ? '' : '\n'}`
}

/** In the words of the platforms. */
const placesText = ({ otherPlatforms, platform }: ConfigPlace): string[] =>
  [...(platform ? [platform] : []), ...otherPlatforms].map(placeText)

function placeLine({ changedAt, changedBy, key, object, owner }: ConfigPlace): string {
  const where = [object ?? 'place unknown', ...(key === null ? [] : [`key ${key}`])].join(', ')
  const whose = owner === null ? '' : `, applied by ${owner}`
  const when = changedAt === null ? '' : `, written ${changedAt}${changedBy === null ? '' : ` by ${changedBy}`}`
  return where + whose + when
}

const origins: Readonly<Record<FieldValue['origin'], string>> = {
  default: 'default',
  file: 'file',
  flag: 'flag',
  node: 'each node',
}

/** Below where the configuration is. */
export const effectiveView = (
  { config }: ShownConfiguration,
  values: readonly FieldValue[],
  options: ViewOptions,
): string =>
  [placeLine(config), ...placesText(config)].map((line) => paragraph(line, options)).join('') +
  `\n${valuesView(values, options)}`

function valuesView(values: readonly FieldValue[], options: ViewOptions): string {
  const { style } = options
  const columns = [{ header: 'field' }, { header: 'value', below: true }, { header: 'from' }]
  const rows = values.map(({ origin, path, value }) => [
    { text: path, paint: style.key },
    value === '' ? '""' : value,
    origin === 'default' ? { text: origins[origin], paint: style.dim } : origins[origin],
  ])
  return table(columns, rows, options)
}

/** The bare value of a single field, as scripts want it; else a table. */
export function fieldValueListView({ items }: FieldValueList, options: ViewOptions): string {
  const [only, ...others] = items
  return only && others.length === 0 && !options.wide ? `${sanitise(only.value)}\n` : valuesView(items, options)
}

export const configDiffView = ({ after, before, diff }: ConfigDiff, options: ViewOptions): string =>
  diff === '' ? paragraph(`${after} is the same as ${before}`, options) : diffView(diff, options)

export function historyView({ items }: History, options: ViewOptions): string {
  if (items.length === 0) return paragraph('kpx has changed nothing here, so there is nothing to restore', options)
  const columns = [
    { header: 'revision' },
    { header: 'until' },
    { header: 'replaced by', shrink: true },
    { header: 'change', below: true },
    { header: 'with', below: true, wide: true },
  ]
  const rows = items.map((entry) => [
    { text: entry.revision, paint: options.style.key },
    entry.until.replace(/\.\d+Z$/, 'Z'),
    entry.by,
    changeText(entry),
    entry.command,
  ])
  return table(columns, rows, options)
}

function changeText({ changes, command, object }: HistoryEntry): string {
  if (changes.length === 0) return object.startsWith('DaemonSet') ? command : 'no field: comments or order'
  return changes.map(({ after, before, path }) => `${path}: ${before ?? 'not set'} -> ${after ?? 'not set'}`).join('; ')
}
