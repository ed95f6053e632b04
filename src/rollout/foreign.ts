/** What somebody else changes during a rollout: the plan that was agreed to is not about that. */
import { nameOf } from '../cluster/applied.ts'
import { object } from '../cluster/json.ts'
import type { Json } from '../cluster/json.ts'
import { pendingNode } from '../cluster/rollout-record.ts'
import { sideOf } from './side.ts'
import type { Rolling } from './roll.ts'
import type { Situation } from './situation.ts'
import { Stopped } from './stopped.ts'
import { isRefused } from './subject.ts'
import type { Subject } from './subject.ts'
import { isHeld } from './template.ts'

/** The text and the DaemonSet, which also make it vain to wait for a node. Throws Stopped. */
export async function refuseForeign({ lease, subject }: Rolling, { set }: Situation): Promise<void> {
  const { direction, generation, mark, text } = lease.record
  const side = sideOf(lease.record)
  if (text) {
    const now = await textNow(subject)
    if (direction === 'forth' && now.holds(text.before)) {
      const message = `${await now.writer()} has put back what ${nameOf(subject.object)} was before the change`
      throw new Stopped('KPX4005', message)
    }
    if (!now.holds(text[side])) throw foreignText(now)
  }
  if (!isHeld(set, mark && mark[side]) || generationOf(set) !== generation) throw foreignSet(subject)
}

/** Nodes that were not there when the plan was made; on the way back they are as good as the others. Throws Stopped. */
export async function refuseAdded({ lease }: Rolling, { pods }: Situation): Promise<void> {
  const { direction, nodes } = lease.record
  const known = new Set(nodes.map(({ node }) => node))
  const added = pods.map(({ node }) => node).filter((node) => !known.has(node))
  if (added.length === 0) return
  await lease.save({ nodes: [...nodes, ...added.map(pendingNode)] })
  if (direction === 'forth')
    throw new Stopped('KPX5005', `${added.join(', ')} came into the cluster after the plan was made`)
}

/** The DaemonSet's: another one means that somebody has edited it. */
export const generationOf = ({ metadata }: Json): number => Number(object(metadata)['generation'])

/** The object as it is now. Throws Stopped where it is nothing that can be written to any more. */
export async function textNow(subject: Subject): Promise<Subject> {
  const now = await subject.reread()
  if (isRefused(now)) throw new Stopped('KPX5005', `${nameOf(subject.object)} is not what it was`)
  return now
}

const backByForce =
  'look at what it is now; then go back with kpx rollout undo --force, which keeps what they wrote as a revision'

export const foreignText = ({ changedBy, object: own }: Subject): Stopped =>
  new Stopped('KPX5005', `${changedBy ?? 'somebody'} has changed ${nameOf(own)} during the rollout`, backByForce)

export const foreignSet = ({ workload }: Subject): Stopped =>
  new Stopped('KPX5005', `somebody has changed ${nameOf(workload)} during the rollout`)
