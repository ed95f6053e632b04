/** What could not be seen, below every answer that it touches; nothing where all was seen. */
import type { Seen } from '../answer/scene.ts'
import { sanitise } from './sanitise.ts'
import type { ViewOptions } from './style.ts'
import { wrap } from './wrap.ts'

export function seenView({ blind, nodes, notes = [], of }: Seen, { style, width }: ViewOptions): string {
  const noted =
    notes.length === 0 ? '' : `\n${notes.map((note) => wrap(sanitise(`note: ${note}`), width, '')).join('')}`
  if (blind.length === 0 && nodes.length === of) return noted
  const lines = blind.map(({ node, why }) => wrap(sanitise(`${node}: ${why}`), width, '  '))
  return `\n${style.warn(`seen ${nodes.length}/${of} nodes`)}\n${lines.join('')}${noted}`
}
