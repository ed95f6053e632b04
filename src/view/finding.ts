/** Findings: below an answer each is told once for all nodes where it is the same. */
import type { Finding } from '../answer/finding.ts'
import { paragraph } from './prose.ts'
import type { ViewOptions } from './style.ts'

/** `2 errors, 1 warning`. */
export const countsOf = (findings: readonly Finding[]): string =>
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
