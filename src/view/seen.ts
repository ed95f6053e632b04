/** What could not be seen, below every answer that it touches; nothing where all was seen. */
import type { Seen } from '../answer/scene.ts'
import type { Reached } from '../capture/capture.ts'
import { paragraph } from './prose.ts'
import { sanitise } from './sanitise.ts'
import type { ViewOptions } from './style.ts'

export function seenView(seen: Seen, options: ViewOptions): string {
  const { blind, nodes, of } = seen
  const all = noticesOf(seen)
  const noted = all.length === 0 ? '' : `\n${all.map((note) => paragraph(`note: ${note}`, options)).join('')}`
  if (blind.length === 0 && nodes.length === of) return noted
  const lines = blind.map(
    ({ fix, node, why }) =>
      paragraph(`${node}: ${why}`, options, '  ') + (fix === undefined ? '' : `    ${sanitise(fix)}\n`),
  )
  return `\n${options.style.warn(`seen ${nodes.length}/${of} nodes`)}\n${lines.join('')}${noted}`
}

/** What there is to know of how it was seen. */
export const noticesOf = ({ notes = [], reached = [] }: Pick<Seen, 'notes' | 'reached'>): string[] => [
  ...notes,
  ...unusualWays(reached),
]

const phrases: Readonly<Record<Reached['way'], string>> = {
  exec: "in kube-proxy's pod",
  'debug-pod': 'in a debug pod that is deleted again',
  local: 'on this machine, which is the node',
  via: 'by --via',
}

/** The nodes that were not simply asked in the pod of kube-proxy, and why not. */
function unusualWays(reached: NonNullable<Seen['reached']>): string[] {
  const nodes = new Map<string, string[]>()
  for (const { instead, node, way } of reached) {
    if (way === 'exec' && instead === undefined) continue
    const how = `${phrases[way]}${instead === undefined ? '' : ` (${instead})`}`
    nodes.set(how, [...(nodes.get(how) ?? []), node])
  }
  return [...nodes].map(([how, names]) => `${names.join(', ')} read ${how}`)
}
