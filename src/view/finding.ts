/** Findings below an answer, each told once for all nodes where it is the same. */
import type { Finding } from '../answer/finding.ts'
import { sanitise } from './sanitise.ts'
import type { ViewOptions } from './style.ts'
import { wrap } from './wrap.ts'

export function findingsView(findings: readonly Finding[], options: ViewOptions): string {
  const groups = new Map<string, Finding[]>()
  for (const finding of findings) {
    const key = [finding.code, finding.object, finding.message].join('|')
    groups.set(key, [...(groups.get(key) ?? []), finding])
  }
  return [...groups.values()].map((same) => findingView(same, options)).join('')
}

function findingView(same: readonly Finding[], { style, width }: ViewOptions): string {
  const [first] = same
  if (!first) return ''
  const { code, fix, level, message } = first
  const nodes = same.flatMap(({ node }) => node ?? []).join(', ')
  const title = `${level} ${code}${nodes === '' ? '' : ` on ${nodes}`}`
  const paint = level === 'error' ? style.bad : style.warn
  return `\n${paint(title)}\n${wrap(sanitise(message), width, '  ')}${fix === null ? '' : wrap(`fix: ${fix}`, width, '  ')}`
}
