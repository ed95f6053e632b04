/**
 * The kernel that nftables mode asks for. kube-proxy compares its release from 1.31 on (pkg/proxy/nftables/proxier.go), unless the variable
 * is set; it stands for how a host's own nft of the same age takes kube-proxy's table.
 */
import { finding } from '../answer/finding.ts'
import { skipped, toMode } from './check.ts'
import type { NodeCheck } from './check.ts'
import { isOlder, noKernel } from './kernel.ts'

const unchecked = 'KUBE_PROXY_NFTABLES_SKIP_KERNEL_VERSION_CHECK'

export const nftablesKernel: NodeCheck = {
  codes: ['KPX4102'],
  needs: 'cluster',
  applies: toMode('nftables'),
  decisive: true,
  ofNode: ({ kernel, minor = 31, seen }) => {
    if (!kernel) return skipped(noKernel)
    if (!isOlder(kernel, 5, 13)) return []
    const isSet = (seen.started?.container.env.get(unchecked) ?? '') !== ''
    const isCompared = minor >= 31 && !isSet
    const why = isCompared ? 'kube-proxy would exit' : 'kube-proxy would start, and nobody tries it there'
    const found = finding('KPX4102', {
      message: `the kernel is ${kernel.release}, and nftables mode asks for 5.13 or later: ${why}`,
    })
    return [isCompared ? found : { ...found, level: 'warning' }]
  },
}
