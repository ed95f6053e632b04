/** Why a packet goes no further, and the lines that say so: below a row, with the words of rules whole. */
import type { FileEvidence } from '../answer/finding.ts'
import type { Evidence } from '../answer/outcome.ts'
import { sanitise } from './sanitise.ts'
import type { Paint, ViewOptions } from './style.ts'
import { wrap } from './wrap.ts'

/** `nodes` are those of which it is true; the lines are of the first. */
export function reasonView(
  why: string,
  evidence: readonly Evidence[],
  nodes: readonly string[],
  options: ViewOptions,
): string {
  const alike = nodes.length > 1 ? `, and alike on ${nodes.slice(1).join(', ')}` : ''
  return hanging(why, options, (line) => line) + placesView(evidence, options, alike)
}

/** `node1 iptables-save.txt:43` */
export const placesView = (evidence: readonly (Evidence | FileEvidence)[], options: ViewOptions, alike = ''): string =>
  evidence
    .map((one) => {
      const node = 'node' in one ? `${one.node} ` : ''
      return hanging(`${node}${one.file}:${one.line}${alike}`, options, options.style.dim)
    })
    .join('')

/** Indented by 4, and by 2 more where it goes on. */
function hanging(text: string, { width }: ViewOptions, paint: Paint): string {
  const [first = '', ...rest] = wrap(sanitise(text), width - 6, '')
    .trimEnd()
    .split('\n')
  return [`    ${paint(first)}\n`, ...rest.map((line) => `      ${paint(line)}\n`)].join('')
}
