/** Rules of iptables-legacy and of iptables-nft on one node: two lists of one kernel, of which each tool shows but its own. */
import { finding } from '../answer/finding.ts'
import type { Table } from '../ruleset/ruleset.ts'
import { skipped, toMode } from './check.ts'
import type { NodeCheck } from './check.ts'

export const iptablesFlavours: NodeCheck = {
  codes: ['KPX4120'],
  needs: 'node',
  applies: toMode('iptables', 'ipvs'),
  ofNode: ({ name: node, seen: { ruleset } }) => {
    if (!ruleset || ruleset.seen.size === 0) return skipped("the node's rules were not seen")
    const used = ruleset.tables.filter(hasRules)
    const [legacy, nft] = (['iptables-legacy', 'iptables-nft'] as const).map((tool) =>
      used.find((table) => table.tool === tool),
    )
    if (!legacy || !nft) return []
    const message = 'both iptables-legacy and iptables-nft have rules here'
    const evidence = [legacy, nft].map(({ at, name }) => ({ node, ...at, text: `*${name}` }))
    return [finding('KPX4120', { message, evidence })]
  },
}

/** Chains that only mark which of the two the kubelet uses have none. */
const hasRules = (table: Table): boolean => {
  for (const name of table.chains.keys()) if ((table.chains.get(name)?.rules.length ?? 0) > 0) return true
  return false
}
