/** What could not be seen, below every answer that it touches; nothing where all was seen. */
import type { Seen } from '../answer/scene.ts'
import { paragraph } from './prose.ts'
import type { ViewOptions } from './style.ts'

export function seenView({ blind, nodes, notes = [], of }: Seen, options: ViewOptions): string {
  const noted = notes.length === 0 ? '' : `\n${notes.map((note) => paragraph(`note: ${note}`, options)).join('')}`
  if (blind.length === 0 && nodes.length === of) return noted
  const lines = blind.map(({ node, why }) => paragraph(`${node}: ${why}`, options, '  '))
  return `\n${options.style.warn(`seen ${nodes.length}/${of} nodes`)}\n${lines.join('')}${noted}`
}
