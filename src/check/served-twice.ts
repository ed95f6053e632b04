/** Another program that serves the Services beside kube-proxy; where a mode is asked about, platform-mode.ts tells it. */
import { servedTwice as findings } from '../answer/status/findings.ts'
import { whole } from './check.ts'
import type { ClusterCheck } from './check.ts'

export const servedTwice: ClusterCheck = {
  codes: ['KPX4004'],
  needs: 'cluster',
  applies: (question) => whole(question) && question.mode === undefined,
  ofCluster: ({ recognition }) => findings(recognition),
}
