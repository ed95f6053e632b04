/** What checks found in files: each finding with its line, and carets under what is meant. */
import { isOpen } from '../answer/finding-list.ts'
import type { FileEvidence, Finding } from '../answer/finding.ts'
import type { FindingList } from '../answer/finding-list.ts'
import { countsOf, suppressedView } from './finding.ts'
import { paragraph } from './prose.ts'
import { sanitise } from './sanitise.ts'
import type { ViewOptions } from './style.ts'

export function findingListView({ findings: all, kubernetes = '', ok }: FindingList, options: ViewOptions): string {
  const findings = all.filter(isOpen)
  const errors = findings.some(({ level }) => level === 'error')
  const verdict = errors
    ? `kube-proxy ${kubernetes} would not start with it`
    : `kube-proxy ${kubernetes} would start with it`
  const summary = `${verdict}: ${findings.length === 0 ? 'nothing to complain of' : countsOf(findings)}`
  const paint = errors ? options.style.bad : ok && findings.length === 0 ? options.style.good : options.style.warn
  return `${findings.map((finding) => `${placedFindingView(finding, options)}\n`).join('')}${paragraph(summary, options, '', paint)}${suppressedView(all, options)}`
}

export function placedFindingView(
  { code, evidence, fix, level, message, object, says }: Finding,
  options: ViewOptions,
): string {
  const { style } = options
  const paint = level === 'error' ? style.bad : style.warn
  const [first] = evidence
  const place = first ? `${first.file}:${first.line}${'column' in first ? `:${first.column}` : ''}` : ''
  const where = [place, object ?? ''].filter((text) => text !== '').join(', ')
  return [
    `${paint(level)} ${code} ${sanitise(where)}\n`,
    paragraph(message, options, '  '),
    first && 'column' in first ? excerpt(first, options) : '',
    says === undefined ? '' : paragraph(`kube-proxy: ${says}`, options, '  ', style.dim),
    fix === null ? '' : paragraph(`fix: ${fix}`, options, '  '),
  ].join('')
}

/** The line, cut where it is long, with carets under the part that is meant. */
function excerpt({ column, endColumn, line, text }: FileEvidence, { style, width }: ViewOptions): string {
  const gutter = `  ${line} | `
  const room = Math.max(20, Math.min(width, 120) - gutter.length)
  const first = column > room - 10 ? column - 10 : 1
  const shown = sanitise(text.slice(first - 1, first - 1 + room).replaceAll('\t', ' '))
  const before = sanitise(text.slice(first - 1, column - 1).replaceAll('\t', ' ')).length
  const carets = '^'.repeat(Math.max(1, Math.min(endColumn - column + 1, room - (column - first))))
  return `${style.dim(gutter)}${shown}\n${' '.repeat(gutter.length + before)}${style.bad(carets)}\n`
}
