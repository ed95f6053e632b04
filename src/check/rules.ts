/** What kpx verify finds: nodes whose rules do something else to Services' packets than the API says. */
import { statusFindingCodes } from '../answer/status/findings.ts'
import { verifyCodes } from '../answer/verify/codes.ts'
import { comparedAll, verificationOf } from '../answer/verify/verify.ts'
import { skipped, whole } from './check.ts'
import type { ClusterCheck } from './check.ts'

/** What kpx status finds as well is told of each node (kube-proxy.ts), entries of conntrack by themselves (stale-connections.ts). */
const codes = verifyCodes.filter((code) => code !== 'KPX3019' && !statusFindingCodes.includes(code))

export const rules: ClusterCheck = {
  codes,
  needs: 'node',
  applies: whole,
  decisive: true,
  ofCluster: ({ observation }) => {
    if (typeof observation === 'string') return skipped(observation)
    const verification = verificationOf(observation, 'never')
    const { nodes, of, packets } = verification.compared
    const findings = verification.findings.filter(({ code }) => codes.includes(code))
    const isOpen = findings.length === 0 && !comparedAll(verification)
    if (!isOpen) return findings
    return skipped(packets === 0 ? 'nothing could be compared' : `packets on ${nodes} of ${of} nodes were compared`)
  },
}
