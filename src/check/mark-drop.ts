/** Rules of others that jump to KUBE-MARK-DROP, which was the kubelet's (KEP-3178). */
import { finding } from '../answer/finding.ts'
import { skipped, whole } from './check.ts'
import type { NodeCheck } from './check.ts'
import { rulesOutside } from './foreign-rules.ts'

export const markDrop: NodeCheck = {
  codes: ['KPX4135'],
  needs: 'node',
  applies: whole,
  ofNode: (node) => {
    if ((node.seen.ruleset?.seen.size ?? 0) === 0) return skipped("the node's rules were not seen")
    const jumps = rulesOutside(node).filter(
      ({ rule: { body, text } }) =>
        text.includes('KUBE-MARK-DROP') && body.tool === 'iptables' && body.target?.name === 'KUBE-MARK-DROP',
    )
    if (jumps.length === 0) return []
    const chains = [...new Set(jumps.map(({ chain }) => chain))].join(', ')
    const evidence = jumps.map(({ rule: { at, text } }) => ({ node: node.name, ...at, text }))
    return [finding('KPX4135', { message: `rules in ${chains} jump to KUBE-MARK-DROP`, evidence })]
  },
}
