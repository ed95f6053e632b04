/** So many Services that iptables mode is slow with them (kubernetes.io, blog of 2025-02-28 on nftables mode). */
import { finding } from '../answer/finding.ts'
import { skipped, whole } from './check.ts'
import type { NodeCheck } from './check.ts'

/** Our own judgement of what many are. */
const many = 1_000

export const iptablesScale: NodeCheck = {
  codes: ['KPX4139'],
  needs: 'cluster',
  applies: whole,
  ofNode: ({ from }, { question: { mode }, scene: { cluster }, services }) => {
    if (!cluster.isRecorded('services')) return skipped('the Services were not recorded')
    if ((mode ?? from) !== 'iptables' || services.length <= many) return []
    return [finding('KPX4139', { message: `there are ${services.length} Services` })]
  },
}
