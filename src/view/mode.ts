/** The mode that is asked for, and what each node makes of it. */
import type { ModeDocument } from '../answer/status/configured-mode.ts'
import type { Status } from '../answer/status/status.ts'
import { cut } from './cut.ts'
import { fields } from './prose.ts'
import { seenView } from './seen.ts'
import type { ViewOptions } from './style.ts'
import { table } from './table.ts'

export function modeView({ config, mode, nodes, seen }: ModeDocument, options: ViewOptions): string {
  const { more, shown } = cut(nodes, options.limit, 'node')
  const rows = shown.map(({ node, programmed, running, version }) => [
    node,
    version ?? '?',
    running === null || mode.effective === null || running === mode.effective
      ? (running ?? '?')
      : { text: running, paint: options.style.bad },
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
      [
        { name: 'Mode', text: modeText(mode) },
        { name: 'Config', text: configText(config) },
      ],
      options,
    ),
    '\n',
    table(columns, rows, options),
    more,
    seenView(seen, options),
  ].join('')
}

export function configText({ key, object }: Pick<Status['config'], 'key' | 'object'>): string {
  if (object === null) return 'not found'
  if (key !== null) return `${object}, key ${key}`
  return object.startsWith('file') ? object : `flags of ${object}`
}

export function modeText({ configured, effective, why }: Status['mode']): string {
  if (effective === null) return `${configured === null ? 'unknown' : `"${configured}"`}: ${why}`
  return `${effective} (${why})`
}
