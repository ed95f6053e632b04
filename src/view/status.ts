/** kube-proxy on every node, the odd ones first, and what to do next. */
import { cleanups } from '../answer/status/cleanup.ts'
import type { NodeStatus } from '../answer/status/node.ts'
import type { Status } from '../answer/status/status.ts'
import { cut } from './cut.ts'
import { findingsView } from './finding.ts'
import { configText, modeText, otherFields } from './mode.ts'
import { platformText } from './platform.ts'
import { fields, heading, paragraph, terms } from './prose.ts'
import type { Field } from './prose.ts'
import { seenView } from './seen.ts'
import type { ViewOptions } from './style.ts'
import { table } from './table.ts'
import type { Cell, TableContent } from './table.ts'

/** `takenAt`: the time that ages are counted from, RFC 3339. */
export function statusView(status: Status, takenAt: string | undefined, options: ViewOptions): string {
  const { findings, seen } = status
  return [
    fields(statusFields(status), options),
    '\n',
    nodesView(status, takenAt, options),
    findingsView(findings, options),
    agreementView(status, options),
    findings.some(({ code }) => code === 'KPX3007') ? cleanupView(options) : '',
    seenView(seen, options),
  ].join('')
}

/** Of the cluster as a whole. */
export const statusFields = (status: Status): Field[] => [
  { name: 'Platform', text: platformText(status.config) },
  { name: 'Config', text: configText(status.config) },
  { name: 'Owner', text: ownerText(status) },
  { name: 'Changed', text: changedText(status) },
  { name: 'Mode', text: modeText(status.mode) },
  ...otherFields(status),
  { name: 'API server', text: status.server ?? '' },
]

function ownerText({ config: { owner, ownerEvidence, platform } }: Status): string {
  if (owner === null) return 'none that kpx recognises'
  // the platform's evidence is told beside it
  return owner === platform?.name ? owner : `${owner} (${ownerEvidence})`
}

const changedText = ({ config: { changedAt, changedBy } }: Status): string =>
  changedAt === null ? '' : `${changedAt}${changedBy === null ? '' : ` by ${changedBy}`}`

function nodesView(status: Status, takenAt: string | undefined, options: ViewOptions): string {
  const { columns, more, rows } = nodesTable(status, takenAt, options)
  return table(columns, rows, options) + more
}

/** Nodes with a finding first; `more` tells of those that are cut. */
export function nodesTable(
  { findings, nodes }: Status,
  takenAt: string | undefined,
  options: ViewOptions,
): TableContent & { readonly more: string } {
  const odd = new Set(findings.map(({ node }) => node))
  const sorted = nodes.toSorted((a, b) => Number(odd.has(b.node)) - Number(odd.has(a.node)))
  const { more, shown } = cut(sorted, options.limit, 'node')
  const rows = shown.map((node) => rowOf(node, takenAt, options))
  const columns = [
    { header: 'NODE', shrink: true, min: 10 },
    { header: 'VERSION' },
    { header: 'KUBELET', wide: true },
    { header: 'POD', wide: true, shrink: true, min: 12 },
    { header: 'READY' },
    { header: 'RUNNING' },
    { header: 'PROGRAMMED' },
    { header: 'LEFTOVERS' },
    { header: 'CONFIG' },
    { header: 'SYNCED' },
  ]
  return { columns, rows, more }
}

function rowOf(node: NodeStatus, takenAt: string | undefined, { style }: ViewOptions): Cell[] {
  const { config, configCurrent, leftovers, pod, programmed, ready, running, sync } = node
  const left = [...new Set(leftovers?.map(({ active, mode }) => `${mode}${active ? '' : ' (idle)'}`))].join(', ')
  const isAsked = running === null || config.effective === null || running === config.effective
  return [
    node.node,
    node.version ?? '?',
    node.kubelet ?? '?',
    pod ?? 'none',
    pod === null ? 'no pod' : ready ? 'yes' : { text: 'no', paint: style.bad },
    isAsked ? (running ?? '?') : { text: running, paint: style.bad },
    programmed === null ? '?' : programmed.join(', ') || 'nothing',
    leftovers === null ? '?' : left === '' ? 'none' : { text: left, paint: style.warn },
    configCurrent === null ? '?' : configCurrent ? 'current' : { text: 'old', paint: style.warn },
    sync.lastSync === null ? '?' : ageText(sync.lastSync, takenAt),
  ]
}

/** `12 s ago`, as of when the capture was taken; the time itself where that is not known. */
function ageText(time: string, takenAt: string | undefined): string {
  const seconds = takenAt === undefined ? NaN : Math.round((Date.parse(takenAt) - Date.parse(time)) / 1000)
  if (Number.isNaN(seconds)) return time
  if (seconds < 120) return `${Math.max(0, seconds)} s ago`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 120) return `${minutes} min ago`
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h ago` : `${Math.floor(minutes / 60 / 24)} d ago`
}

function agreementView(status: Status, options: ViewOptions): string {
  const text = agreementOf(status)
  return text === undefined ? '' : `\n${paragraph(text, options)}`
}

/** That all is as it was asked for: said only where all of it was seen. */
export function agreementOf({ findings, nodes, seen }: Status): string | undefined {
  const isAsAsked = ({ config, programmed, ready, running }: NodeStatus): boolean =>
    ready && running !== null && running === config.effective && programmed?.some((mode) => mode === running) === true
  if (findings.length > 0 || seen.nodes.length < seen.of || nodes.length === 0 || !nodes.every(isAsAsked))
    return undefined
  const where = nodes.length === 1 ? 'the node' : `all ${nodes.length} nodes`
  return `kube-proxy runs as configured on ${where}`
}

const cleanupView = (options: ViewOptions): string =>
  heading('What kube-proxy removes of other modes by itself as it starts', options) +
  terms(
    cleanups.map(({ removes, starting, versions }) => ({ term: versions, text: `${starting}: ${removes}` })),
    options,
  )
