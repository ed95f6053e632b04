/** The kernel's part of the expressions that nftables mode's rules use: without, every sync fails and kube-proxy goes on. */
import { finding } from '../answer/finding.ts'
import { missingModules, nftablesModules as expressions, noModprobe } from '../answer/modules.ts'
import { skipped, toMode } from './check.ts'
import type { NodeCheck } from './check.ts'

export const nftablesModules: NodeCheck = {
  codes: ['KPX4105'],
  needs: 'node',
  applies: toMode('nftables'),
  ofNode: (node) => {
    if (!node.changes) return []
    const missing = missingModules(expressions, node)
    if (!missing) return skipped(noModprobe)
    if (missing.size === 0) return []
    const message = `the kernel has no ${[...missing.keys()].join(', ')}`
    return [finding('KPX4105', { message, evidence: [...missing.values()] })]
  },
}
