/** Whether a cluster may change to a mode: the one verdict, a line for each node, then what was found and what could not be looked for. */
import { isOpen } from '../answer/finding-list.ts'
import type { FindingList } from '../answer/finding-list.ts'
import type { ModeCheck, NodeModeCheck } from '../check/mode-check.ts'
import { cut } from './cut.ts'
import { alike, findingsView, suppressedView } from './finding.ts'
import { bullet, heading, paragraph } from './prose.ts'
import { seenView } from './seen.ts'
import type { Paint, ViewOptions } from './style.ts'
import { table } from './table.ts'
import type { Cell, TableContent } from './table.ts'

/** Lines of evidence that are shown of each finding. */
const mostLines = 3

export function modeCheckView(check: ModeCheck, options: ViewOptions): string {
  const { findings, seen } = check
  const open = findings.filter(isOpen)
  return [
    paragraph(modeVerdictText(check), options, '', paintOf(check.verdict, options)),
    check.nodes.length === 0 ? '' : `\n${nodesView(check.nodes, options)}`,
    findingsView(open, options, options.wide ? options.limit : mostLines),
    suppressedView(findings, options),
    skippedView(check, options),
    seenView(seen, options),
  ].join('')
}

/** `nftables: yes, with 2 things to know`. */
export const modeVerdictText = (check: ModeCheck): string => `${check.mode}: ${verdictText(check)}`

function verdictText({ findings, nodes, verdict }: ModeCheck): string {
  if (verdict === 'no') return 'not yet'
  if (verdict === 'unknown') return 'unknown, for too little was seen'
  const isThere = nodes.every(({ changes }) => !changes)
  const things = alike(findings.filter(isOpen)).length
  const more = things === 0 ? '' : `, with ${things} ${things === 1 ? 'thing' : 'things'} to know`
  return `yes${isThere ? ', and every node is in it' : ''}${more}`
}

const paintOf = (verdict: ModeCheck['verdict'], { style }: ViewOptions): Paint =>
  verdict === 'no' ? style.bad : verdict === 'unknown' ? style.warn : style.good

const words = { no: 'not yet', unknown: '?', yes: 'yes' } as const

function nodesView(nodes: readonly NodeModeCheck[], options: ViewOptions): string {
  const { columns, more, rows } = modeNodesTable(nodes, options)
  return table(columns, rows, options) + more
}

/** Those that speak against it first; `more` tells of those that are cut. */
export function modeNodesTable(
  nodes: readonly NodeModeCheck[],
  options: ViewOptions,
): TableContent & { readonly more: string } {
  const order = ['no', 'unknown', 'yes']
  const sorted = nodes.toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))
  const { more, shown } = cut(sorted, options.limit, 'node')
  const columns = [
    { header: 'NODE', shrink: true, min: 10 },
    { header: 'READY FOR IT' },
    { header: 'NOW' },
    { header: 'KUBE-PROXY' },
    { header: 'KERNEL', shrink: true, min: 8 },
    { header: 'FINDINGS', below: true },
  ]
  const rows = shown.map(({ codes, from, kernel, node, verdict, version }): Cell[] => [
    node,
    { text: words[verdict], paint: paintOf(verdict, options) },
    from ?? '?',
    version ?? '?',
    kernel ?? '?',
    codes.join(', ') || 'none',
  ])
  return { columns, rows, more }
}

/** Checks of one reason that are told with their titles. */
const mostTitles = 3

/** What was not looked for matters to whoever decides by it; the same reason is told once. */
export function skippedView({ skipped }: Pick<FindingList, 'skipped'>, options: ViewOptions): string {
  if (skipped.length === 0) return ''
  const reasons = new Map<string, string[]>()
  for (const { code, title, why } of skipped) reasons.set(why, [...(reasons.get(why) ?? []), `${code} (${title})`])
  const short = (codes: readonly string[]): readonly string[] =>
    codes.length > mostTitles ? codes.map((code) => code.replace(/ .*/, '')) : codes
  const lines = [...reasons].map(([why, codes]) => bullet(`${short(codes).join(', ')}: ${why}`, options))
  return heading('Could not be looked for', options) + lines.join('')
}
