/** Room in conntrack: every connection through a Service has an entry there, and clients that try again make more. */
import { finding } from '../answer/finding.ts'
import { always, skipped } from './check.ts'
import type { NodeCheck } from './check.ts'

const fullness = 0.8

export const conntrackRoom: NodeCheck = {
  codes: ['KPX4124'],
  needs: 'node',
  applies: always,
  ofNode: ({ seen: { ruleset } }) => {
    const [count, most] = ['nf_conntrack_count', 'nf_conntrack_max'].map((name) =>
      Number(ruleset?.sysctls.get(`net/netfilter/${name}`)),
    )
    if (count === undefined || most === undefined || !(count >= 0) || !(most > 0)) {
      return skipped('how full conntrack is was not recorded')
    }
    if (count / most < fullness) return []
    return [finding('KPX4124', { message: `conntrack has ${count} entries, and room for ${most}` })]
  },
}
