/** Findings below an answer, each told once for all nodes where it is the same. */
import type { Finding } from '../answer/finding.ts'
import { paragraph } from './prose.ts'
import type { ViewOptions } from './style.ts'

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
