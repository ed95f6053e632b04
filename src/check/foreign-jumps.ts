/** Rules of others that jump into kube-proxy's chains of iptables mode, as CNI's portmap does with externalSetMarkChain. */
import { finding } from '../answer/finding.ts'
import { skipped, toMode } from './check.ts'
import type { NodeCheck } from './check.ts'
import { rulesOutside } from './foreign-rules.ts'
import type { ForeignRule } from './foreign-rules.ts'

export const foreignJumps: NodeCheck = {
  codes: ['KPX4118'],
  needs: 'node',
  applies: toMode('nftables'),
  ofNode: (node) => {
    if (!node.changes) return []
    if ((node.seen.ruleset?.seen.size ?? 0) === 0) return skipped("the node's rules were not seen")
    const jumps = rulesOutside(node).filter(isForeignJump)
    if (jumps.length === 0) return []
    const chains = [...new Set(jumps.map(({ chain }) => chain))].slice(0, mostNamed).join(', ')
    const message = `${jumps.length} rules of others, in ${chains}, jump to chains that nftables mode takes away`
    const evidence = jumps.map(({ rule: { at, text } }) => ({ node: node.name, ...at, text }))
    return [finding('KPX4118', { message, evidence })]
  },
}

const mostNamed = 5

/** Chains that base chains lead to by rules of kube-proxy itself, or of the kubelet (KUBE-FIREWALL). */
const ownJumps =
  /^KUBE-(?:EXTERNAL-SERVICES|FIREWALL|FORWARD|IPVS-FILTER|IPVS-OUT-FILTER|NODEPORTS|NODE-PORT|POSTROUTING|PROXY-FIREWALL|SERVICES)$/

function isForeignJump({ chain, rule: { body, text }, table }: ForeignRule): boolean {
  if (!text.includes('KUBE-') || body.tool !== 'iptables') return false
  const target = body.target?.name ?? ''
  const isBase = table.chains.get(chain)?.base !== undefined
  return target.startsWith('KUBE-') && !(isBase && ownJumps.test(target))
}
