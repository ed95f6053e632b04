/**
 * Tables that another kube-proxy has left. One up to 1.35 that starts in nftables mode where one of 1.36 or later ran in it leaves the chains
 * of endpoints empty: every Service is refused, and its health is good (measured with 1.33.13 after 1.37.1).
 */
import { finding } from '../answer/finding.ts'
import { programmedIn } from '../answer/status/programmed.ts'
import { skipped, toMode } from './check.ts'
import type { NodeCheck } from './check.ts'

export const nftablesTables: NodeCheck = {
  codes: ['KPX4107'],
  needs: 'node',
  applies: toMode('nftables'),
  ofNode: ({ changes, minor, name: node, seen: { ruleset } }) => {
    if (!changes || (minor !== undefined && minor > 35)) return []
    if (!ruleset || ruleset.seen.size === 0) return skipped("the node's rules were not seen")
    const tables = programmedIn(ruleset).filter(({ mode }) => mode === 'nftables')
    if (tables.length === 0) return []
    const message = `there are ${tables.map(({ what }) => what).join(', ')}: if one of 1.36 or later wrote them, this kube-proxy${minor === undefined ? '' : `, 1.${minor},`} leaves its own chains of endpoints empty`
    const evidence = tables.flatMap(({ first }) => (first ? [{ node, ...first.at, text: first.text }] : []))
    return [finding('KPX4107', { message, evidence })]
  },
}
