/** The mode that is asked for, and what each node makes of it. */
import { groupBy } from '../answer/fold.ts'
import type { ModeDocument } from '../answer/status/configured-mode.ts'
import type { Status } from '../answer/status/status.ts'
import { cut } from './cut.ts'
import { fields } from './prose.ts'
import type { Field } from './prose.ts'
import { seenView } from './seen.ts'
import type { ViewOptions } from './style.ts'
import { table } from './table.ts'
import type { Cell } from './table.ts'

export function modeView(document: ModeDocument, options: ViewOptions): string {
  const { config, mode, nodes, seen } = document
  const { more, shown } = cut(nodes, options.limit, 'node')
  const rows = shown.map(({ config: { effective }, node, programmed, running, version }) => [
    node,
    version ?? '?',
    runningCell(running, effective, options),
    programmed === null ? '?' : programmed.join(', ') || 'nothing',
  ])
  const columns = [
    { header: 'NODE', shrink: true, min: 10 },
    { header: 'VERSION' },
    { header: 'RUNNING' },
    { header: 'PROGRAMMED' },
  ]
  return [
    fields(
      [{ name: 'Mode', text: modeText(mode) }, { name: 'Config', text: configText(config) }, ...otherFields(document)],
      options,
    ),
    '\n',
    table(columns, rows, options),
    more,
    seenView(seen, options),
  ].join('')
}

const runningCell = (running: string | null, effective: string | null, { style }: ViewOptions): Cell =>
  running === null || effective === null || running === effective
    ? (running ?? '?')
    : { text: running, paint: style.bad }

/** Where not all nodes have the same configuration, the other ones with their nodes. */
export function otherFields({ config, nodes }: Pick<ModeDocument, 'config' | 'nodes'>): Field[] {
  const main = configText(config)
  const others = nodes.filter((node) => node.config.object !== null && configText(node.config) !== main)
  return [...groupBy(others, (node) => configText(node.config))].map(([place, [first, ...more]]) => {
    const names = [first, ...more].flatMap((one) => one?.node ?? [])
    const text = `${place}: ${first ? modeText(first.config) : ''}`
    return { name: `On ${names.length > mostNamed ? `${names.length} nodes` : names.join(', ')}`, text }
  })
}

const mostNamed = 3

export function configText({ key, object }: Pick<Status['config'], 'key' | 'object'>): string {
  if (object === null) return 'not found'
  if (key !== null) return `${object}, key ${key}`
  return object.startsWith('file') ? object : `flags of ${object}`
}

export function modeText({ configured, effective, why }: Status['mode']): string {
  if (effective === null) return `${configured === null ? 'unknown' : `"${configured}"`}: ${why}`
  return `${effective} (${why})`
}
