/** What could not be seen, below every answer that it touches; nothing where all was seen. */
import type { Seen } from '../answer/scene.ts'
import { sanitise } from './sanitise.ts'
import type { ViewOptions } from './style.ts'
import { wrap } from './wrap.ts'

export function seenView({ blind, nodes, of }: Seen, { style, width }: ViewOptions): string {
  if (blind.length === 0 && nodes.length === of) return ''
  const lines = blind.map(({ node, why }) => wrap(sanitise(`${node}: ${why}`), width, '  '))
  return `\n${style.warn(`seen ${nodes.length}/${of} nodes`)}\n${lines.join('')}`
}
