/** Findings: below an answer each is told once for all nodes where it is the same. */
import { isOpen } from '../answer/finding-list.ts'
import type { Finding } from '../answer/finding.ts'
import { bullet, heading, paragraph } from './prose.ts'
import type { ViewOptions } from './style.ts'

/** `2 errors, 1 warning`. */
export const countsOf = (all: readonly Finding[]): string => counted(all.filter(isOpen))

const counted = (findings: readonly Finding[]): string =>
  (['error', 'warning', 'info'] as const)
    .map((level) => ({ level, count: findings.filter((finding) => finding.level === level).length }))
    .filter(({ count }) => count > 0)
    .map(({ count, level }) => `${count} ${level}${count === 1 || level === 'info' ? '' : 's'}`)
    .join(', ')

/** With `lines`, the first lines of evidence. */
export const findingsView = (findings: readonly Finding[], options: ViewOptions, lines = 0): string =>
  alike(findings)
    .map((same) => findingView(same, options, lines))
    .join('')

/** Those that are known and accepted: with the reason, in a line each. */
export function suppressedView(findings: readonly Finding[], options: ViewOptions): string {
  const hidden = findings.filter((one) => !isOpen(one))
  const byWhom = [...new Set(hidden.map(({ suppressed }) => suppressed?.by))]
  const same = byWhom.flatMap((by) => alike(hidden.filter(({ suppressed }) => suppressed?.by === by)))
  const lines = same.flatMap(([first, ...others]) => {
    if (!first?.suppressed) return []
    const { code, message, object, suppressed } = first
    const nodes = [first, ...others].flatMap(({ node }) => node ?? []).join(', ')
    const where = [object ?? '', nodes === '' ? '' : `on ${nodes}`].filter((part) => part !== '').join(' ')
    const text = `${code}${where === '' ? '' : ` ${where}`}: ${message} (${suppressed.by}: ${suppressed.reason})`
    return [bullet(text, options, options.style.dim)]
  })
  return lines.length === 0 ? '' : heading('Suppressed', options) + lines.join('')
}

/** Findings of several nodes that are one thing to know. */
export function alike(findings: readonly Finding[]): Finding[][] {
  const groups = new Map<string, Finding[]>()
  for (const finding of findings) {
    const key = [finding.code, finding.object, finding.message].join('|')
    groups.set(key, [...(groups.get(key) ?? []), finding])
  }
  return [...groups.values()]
}

function findingView(same: readonly Finding[], options: ViewOptions, lines: number): string {
  const { style } = options
  const [first] = same
  if (!first) return ''
  const { code, fix, level, message } = first
  const nodes = same.flatMap(({ node }) => node ?? []).join(', ')
  const title = `${level} ${code}${nodes === '' ? '' : ` on ${nodes}`}`
  const paint = level === 'error' ? style.bad : level === 'info' ? style.key : style.warn
  const shown = first.evidence
    .slice(0, lines)
    .map(({ file, line, text }) => paragraph(`${file}:${line} ${text}`, options, '    ', style.dim))
  const next = fix === null ? '' : paragraph(`fix: ${fix}`, options, '  ')
  return `\n${paragraph(title, options, '', paint)}${paragraph(message, options, '  ')}${shown.join('')}${next}`
}
