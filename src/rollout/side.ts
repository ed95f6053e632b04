/** The two ways of a rollout, and where each of them leads. */
import type { NodeState, RolloutRecord } from '../cluster/rollout-record.ts'

type Way = Pick<RolloutRecord, 'direction'>

export const sideOf = ({ direction }: Way): 'after' | 'before' => (direction === 'forth' ? 'after' : 'before')

export const finishedIn = ({ direction }: Way): NodeState => (direction === 'forth' ? 'done' : 'undone')
