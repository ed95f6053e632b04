/** Entries of conntrack that still lead to what is no endpoint any more, as kpx verify finds them. */
import { verificationOf } from '../answer/verify/verify.ts'
import { skipped, whole } from './check.ts'
import type { ClusterCheck } from './check.ts'

export const staleConnections: ClusterCheck = {
  codes: ['KPX3019'],
  needs: 'node',
  applies: whole,
  ofCluster: ({ observation }) => {
    if (typeof observation === 'string') return skipped(observation)
    const { findings, skipped: unseen } = verificationOf(observation, 'never')
    const own = findings.filter(({ code }) => code === 'KPX3019')
    const why = unseen.find(({ code }) => code === 'KPX3019')?.why
    return own.length === 0 && why !== undefined ? skipped(why) : own
  },
}
