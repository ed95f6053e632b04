/** What kpx status finds wrong with a node's kube-proxy: a change of the mode does not begin on a node that is not in order. */
import { statusFindingCodes, statusFindings } from '../answer/status/findings.ts'
import type { Finding } from '../answer/finding.ts'
import { always, skipped } from './check.ts'
import type { NodeCheck } from './check.ts'

export const kubeProxy: NodeCheck = {
  codes: statusFindingCodes.filter((code) => code !== 'KPX4004'),
  needs: 'node',
  applies: always,
  ofNode: ({ seen }, { question: { mode }, scene, status: { anyPod, server } }) => {
    const findings = statusFindings(seen, server, anyPod, scene)
    if (findings.length === 0 && !seen.ruleset) return skipped('nothing of the node was seen')
    // a change of the mode starts every pod anew, with what is configured then; where there is none, there is none to change
    const isMilder = ({ code }: Finding): boolean =>
      code === 'KPX2102' ? mode !== undefined : code === 'KPX3008' && !seen.started
    return findings.map((one) => (isMilder(one) ? { ...one, level: 'warning' } : one))
  },
}
