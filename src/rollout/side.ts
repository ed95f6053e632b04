/** The two ways of a rollout, and where each of them leads. */
import type { NodeState, RolloutRecord } from '../cluster/rollout-record.ts'

type Directed = Pick<RolloutRecord, 'direction'>

export const sideOf = ({ direction }: Directed): 'after' | 'before' => (direction === 'forth' ? 'after' : 'before')

export const finishedIn = ({ direction }: Directed): NodeState => (direction === 'forth' ? 'done' : 'undone')
