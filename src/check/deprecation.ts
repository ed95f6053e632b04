/** A mode that Kubernetes gives up. */
import { finding } from '../answer/finding.ts'
import { modes } from '../modes.ts'
import { toAnyMode } from './check.ts'
import type { ClusterCheck } from './check.ts'

export const deprecation: ClusterCheck = {
  codes: ['KPX2011'],
  needs: 'static',
  applies: toAnyMode,
  ofCluster: ({ question: { mode } }) => {
    const { advice = '', milestones = [] } = modes.find(({ name }) => name === mode) ?? {}
    const ends = milestones.filter(({ event }) => ['deprecated', 'off by default', 'removed'].includes(event))
    if (ends.length === 0) return []
    const told = ends.map(({ event, kubernetes }) => `${event} in ${kubernetes}`).join(', ')
    const message = `${mode} mode is on its way out: ${told}. ${advice.replace(/\.$/, '')}`
    return [
      {
        ...finding('KPX2011', { message, field: 'mode' }),
        fix: 'see whether nftables would do: kpx mode check nftables',
      },
    ]
  },
}
