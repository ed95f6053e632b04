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

export function findingsView(findings: readonly Finding[], options: ViewOptions): string {
  const groups = new Map<string, Finding[]>()
  for (const finding of findings) {
    const key = [finding.code, finding.object, finding.message].join('|')
    groups.set(key, [...(groups.get(key) ?? []), finding])
  }
  return [...groups.values()].map((same) => findingView(same, options)).join('')
}

function findingView(same: readonly Finding[], options: ViewOptions): string {
  const { style } = options
  const [first] = same
  if (!first) return ''
  const { code, fix, level, message } = first
  const nodes = same.flatMap(({ node }) => node ?? []).join(', ')
  const title = `${level} ${code}${nodes === '' ? '' : ` on ${nodes}`}`
  const paint = level === 'error' ? style.bad : style.warn
  const next = fix === null ? '' : paragraph(`fix: ${fix}`, options, '  ')
  return `\n${paragraph(title, options, '', paint)}${paragraph(message, options, '  ')}${next}`
}
