/** A rollout that was stopped: its nodes have different configurations. */
import { rolloutFindings } from '../answer/status/rollout.ts'
import { whole } from './check.ts'
import type { ClusterCheck } from './check.ts'

export const unfinishedRollout: ClusterCheck = {
  codes: ['KPX5004'],
  needs: 'cluster',
  applies: whole,
  ofCluster: ({ scene }) => rolloutFindings(scene),
}
