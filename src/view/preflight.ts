/** One verdict from all that was looked for: a line for each check, by what has to be seen for it, then the findings. */
import { isOpen } from '../answer/finding-list.ts'
import { groups } from '../check/check.ts'
import type { Group } from '../check/check.ts'
import type { CheckList } from '../check/check-list.ts'
import type { Preflight, PreflightCheck } from '../check/preflight.ts'
import { countsOf, findingsView, suppressedView } from './finding.ts'
import { skippedView } from './mode-check.ts'
import { heading, paragraph } from './prose.ts'
import { seenView } from './seen.ts'
import type { Paint, ViewOptions } from './style.ts'
import { table } from './table.ts'
import type { Cell, TableContent } from './table.ts'

export const groupTitles: Readonly<Record<Group, string>> = {
  static: 'Configuration and DaemonSet',
  cluster: 'Cluster',
  metrics: "kube-proxy's metrics",
  node: 'Nodes',
}

export function preflightView(list: Preflight, options: ViewOptions): string {
  const { findings, seen, skipped } = list
  const lines = options.wide ? options.limit : mostLines
  return [
    paragraph(verdictText(list), options, '', paintOf(list.verdict, options)),
    ...groups.map((group) => groupView(group, list.checks, options)),
    findingsView(findings.filter(isOpen), options, lines),
    suppressedView(findings, options),
    skippedView({ skipped }, options),
    seenView(seen, options),
  ].join('')
}

/** Lines of evidence that are shown of each finding. */
const mostLines = 3

const verdicts = { no: 'not ready', unknown: 'unknown, for too little was seen', yes: 'ready' } as const

export function verdictText({ checks, findings, kubernetes, mode, verdict }: Preflight): string {
  const subject = [mode === undefined ? '' : `mode ${mode}`, kubernetes === undefined ? '' : `Kubernetes ${kubernetes}`]
  const what = subject.filter((part) => part !== '').join(', ')
  const count = (result: PreflightCheck['result'], word: string): string[] => {
    const all = checks.filter((one) => one.result === result).length
    return all === 0 ? [] : [`${all} ${word}`]
  }
  const counts = [...count('pass', 'passed'), ...count('skip', 'skipped'), ...[countsOf(findings)].filter(Boolean)]
  return `${what === '' ? 'preflight' : what}: ${verdicts[verdict]} (${counts.join(', ')})`
}

const paintOf = (verdict: Preflight['verdict'], { style }: ViewOptions): Paint =>
  verdict === 'no' ? style.bad : verdict === 'unknown' ? style.warn : style.good

/** A symbol for the eye, and a word for who searches. */
const words = { error: 'x FAIL', info: 'i INFO', pass: '+ PASS', skip: '- SKIP', warning: '! WARN' } as const

function groupView(group: Group, checks: readonly PreflightCheck[], options: ViewOptions): string {
  const own = checks.filter((one) => one.group === group)
  if (own.length === 0) return ''
  if (own.every(({ result }) => result === 'skip')) {
    return `${heading(groupTitles[group], options)}${options.style.dim(`${words.skip}  all ${own.length} checks`)}\n`
  }
  const { columns, rows } = checksTable(own, options)
  return heading(groupTitles[group], options) + table(columns, rows, options)
}

export const checksTable = (checks: readonly PreflightCheck[], options: ViewOptions): TableContent => ({
  columns: [{ header: 'RESULT' }, { header: 'CODE' }, { header: 'LOOKED FOR', below: true }],
  rows: checks.map(({ code, result, title }) => [{ text: words[result], paint: paints(options)[result] }, code, title]),
})

const paints = ({ style }: ViewOptions): Readonly<Record<PreflightCheck['result'], Paint>> => ({
  error: style.bad,
  info: style.key,
  pass: style.good,
  skip: style.dim,
  warning: style.warn,
})

/** What is looked for, by what has to be seen for it. */
export const checkListView = ({ items }: CheckList, options: ViewOptions): string =>
  groups
    .map((group) => {
      const columns = [{ header: 'CODE' }, { header: 'WHEN' }, { header: 'LOOKED FOR', below: true }]
      const own = items.filter(({ needs }) => needs === group)
      const rows = own.map(({ code, title, when }): Cell[] => [code, when, title])
      return heading(`${groupTitles[group]} (${group})`, options) + table(columns, rows, options)
    })
    .join('')
    .trimStart()
