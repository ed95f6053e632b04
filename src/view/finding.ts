/** A finding below an answer. */
import type { Finding } from '../answer/finding.ts'
import { sanitise } from './sanitise.ts'
import type { ViewOptions } from './style.ts'
import { wrap } from './wrap.ts'

export function findingView({ code, fix, level, message }: Finding, { style, width }: ViewOptions): string {
  const paint = level === 'error' ? style.bad : style.warn
  return `\n${paint(`${level} ${code}`)}\n${wrap(sanitise(message), width, '  ')}${fix === null ? '' : wrap(`fix: ${fix}`, width, '  ')}`
}
