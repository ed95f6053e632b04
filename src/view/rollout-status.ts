/** How far a rollout is, node by node. */
import type { RolloutStatus } from '../answer/rollout-status.ts'
import { cut } from './cut.ts'
import { findingsView } from './finding.ts'
import { fields, paragraph } from './prose.ts'
import { seenView } from './seen.ts'
import type { ViewOptions } from './style.ts'
import { table } from './table.ts'
import type { Cell } from './table.ts'

export function rolloutStatusView({ findings, nodes, rollout, seen }: RolloutStatus, options: ViewOptions): string {
  const { more, shown } = cut(nodes, options.limit, 'node')
  const columns = [
    { header: 'NODE', shrink: true, min: 10 },
    { header: 'POD', shrink: true, min: 12 },
    { header: 'READY' },
    { header: 'RUNNING' },
    { header: 'CONFIG' },
    ...(rollout ? [{ header: 'ROLLOUT' }, { header: 'WHY', below: true }] : []),
  ]
  return [
    rollout ? fields(aboutRollout(rollout), options) : paragraph('No rollout is under way.', options),
    '\n',
    table(
      columns,
      shown.map((node) => rowOf(node, rollout !== null, options)),
      options,
    ),
    more,
    findingsView(findings, options),
    seenView(seen, options),
  ].join('')
}

const aboutRollout = ({
  by,
  command,
  direction,
  holder,
  startedAt,
  stopped,
}: NonNullable<RolloutStatus['rollout']>) => [
  { name: 'Rollout', text: command },
  { name: 'Begun', text: `${startedAt} by ${by}` },
  { name: 'Direction', text: direction === 'forth' ? '' : 'back: it is taken back' },
  { name: 'Held by', text: holder ?? 'nobody' },
  { name: 'Stopped', text: stopped ?? '' },
]

function rowOf(node: RolloutStatus['nodes'][number], hasRollout: boolean, { style }: ViewOptions): Cell[] {
  const { configCurrent, pod, ready, running, state, why } = node
  return [
    node.node,
    pod ?? 'none',
    ready ? 'yes' : { text: 'no', paint: style.bad },
    running ?? '?',
    configCurrent === null ? '?' : configCurrent ? 'current' : { text: 'old', paint: style.warn },
    ...(hasRollout ? [state ?? '', why ?? ''] : []),
  ]
}
