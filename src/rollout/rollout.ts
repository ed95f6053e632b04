/** A rollout from its beginning, or from where it was left, to its end: done, taken back, or left for a person. */
import { finding } from '../answer/finding.ts'
import type { Finding } from '../answer/finding.ts'
import { groupBy } from '../answer/fold.ts'
import { nameOf } from '../cluster/applied.ts'
import { pendingNode } from '../cluster/rollout-record.ts'
import type { RolloutOptions, RolloutRecord } from '../cluster/rollout-record.ts'
import type { Code } from '../codes.ts'
import { KpxError } from '../error.ts'
import { whenInterrupted } from '../interruption.ts'
import { listObjects } from '../kube/objects.ts'
import { resources } from '../kube/resource.ts'
import { whoAmI } from '../kube/who-am-i.ts'
import { begun } from './begun.ts'
import type { NodeRollout, Rollout } from './change.ts'
import type { Lease } from './lease.ts'
import { leftOut } from './next-batch.ts'
import type { NodeChanged } from './node-change.ts'
import { inOrder } from './order.ts'
import { lastingly, roll } from './roll.ts'
import type { Rolling } from './roll.ts'
import { situationOf } from './situation.ts'
import { NodeFailed, Stopped } from './stopped.ts'
import type { Subject } from './subject.ts'
import { markOf, nextMark } from './template.ts'

export interface Rollouts extends RolloutOptions {
  /** As the user typed it, for those who look at the history. */
  readonly command: string
  /** Milliseconds for all nodes; where it is not told, as long as each of them may take, and at least ten minutes. */
  readonly timeout: number | undefined
}

export interface Ended {
  readonly rollout: Rollout
  readonly findings: readonly Finding[]
}

/** The record of a change that is to be made; `after` is undefined where pods are only to start anew. Throws as Connection.get. */
export async function newRecord(
  subject: Subject,
  after: string | undefined,
  { batch, bridge, command, nodeTimeout, pauseOnFailure }: Rollouts,
): Promise<RolloutRecord> {
  const { connection, object, text, workload } = subject
  const [{ pods, set }, nodes, by, before, next] = await Promise.all([
    situationOf(connection, workload),
    listObjects(connection, resources.nodes),
    whoAmI(connection),
    subject.strategy(text),
    subject.strategy(after ?? text),
  ])
  const isMarked = after === undefined || subject.restart(after) !== 'itself'
  return {
    ...begun(by, command, workload),
    object: object.kind === 'DaemonSet' ? 'DaemonSet' : 'ConfigMap',
    text: after === undefined ? null : { before: text, after },
    strategy: { before, after: next },
    mark: isMarked ? { before: markOf(set), after: nextMark(set, after ?? text) } : null,
    options: { batch, bridge, nodeTimeout, pauseOnFailure },
    nodes: inOrder(
      pods.map(({ node }) => node),
      nodes,
    ).map(pendingNode),
  }
}

/**
 * Rolls on as the Lease's record has it. Afterwards either nothing of kpx is left in the cluster, or the Lease keeps what is needed to go
 * on or back. Throws KPX1013 to KPX1017 where the API server is away for too long.
 */
export async function rollOn(
  subject: Subject,
  lease: Lease,
  { force, isTold, timeout }: Pick<Rolling, 'force' | 'isTold'> & Pick<Rollouts, 'timeout'>,
  progress: (line: string) => void,
): Promise<Ended> {
  let stopping: string | undefined
  const rolling: Rolling = {
    subject,
    lease,
    progress,
    force,
    isTold,
    stopping: () => stopping,
    end: performance.now() + (timeout ?? timeoutFor(lease.record)),
    shown: new Map(),
    failures: new Map(),
  }
  const ending = carried(rolling)
  const release = whenInterrupted(async () => {
    stopping = 'it was interrupted'
    progress('stopping as soon as the node that is being changed works')
    await ending.catch(() => undefined)
    progress(lease.record.stopped === null ? 'the rollout had ended already' : goingOn)
  })
  return ending.finally(release)
}

const shortestTimeout = 600_000

const timeoutFor = ({ nodes, options }: RolloutRecord): number =>
  Math.max(shortestTimeout, nodes.length * options.nodeTimeout)

const goingOn = 'go on with: kpx rollout resume; or back with: kpx rollout undo'

async function carried(rolling: Rolling): Promise<Ended> {
  const { lease, progress } = rolling
  try {
    await roll(rolling)
    await lease.end()
    return ended(rolling, lease.record.direction === 'forth' ? 'done' : 'undone', [])
  } catch (error) {
    if (error instanceof NodeFailed && lease.record.direction === 'forth' && !lease.record.options.pauseOnFailure) {
      progress(`${error.node}: ${error.message}: the change is taken back`)
      await lastingly(() => lease.save({ direction: 'back' }))
      return takenBack(rolling, error)
    }
    return left(rolling, error)
  }
}

async function takenBack(rolling: Rolling, { message, node }: NodeFailed): Promise<Ended> {
  const object = nameOf(rolling.subject.object)
  const found = finding('KPX5007', { message, node, object })
  try {
    // who has begun it wants it to be taken back, whatever else they want
    await roll({ ...rolling, end: Infinity, stopping: () => undefined, isTold: true })
    await rolling.lease.end()
    return ended(rolling, 'undone', [found])
  } catch (error) {
    const { findings, rollout } = await left(rolling, error)
    return { rollout, findings: [found, ...findings] }
  }
}

/** Somebody else may go on with it. */
async function left(rolling: Rolling, error: unknown): Promise<Ended> {
  const { lease, subject } = rolling
  if (!(error instanceof Error)) throw error
  await lease.leave(error.message).catch(() => undefined)
  const object = nameOf(subject.object)
  if (error instanceof NodeFailed) {
    const { message, node } = error
    const found = {
      ...finding('KPX5001', { message, node, object }),
      fix: `look at what its pod says; then ${goingOn}`,
    }
    return ended(rolling, lease.record.direction === 'forth' ? 'paused' : 'failed', [found])
  }
  if (error instanceof Stopped || isOfLease(error)) {
    const { code, fix, message } = error
    const found = finding(code, { message, object })
    return ended(rolling, 'paused', [{ ...found, fix: fix ?? found.fix }])
  }
  if (error instanceof KpxError) {
    throw new KpxError(error.code, error.message, { fix: `${error.fix}; then ${goingOn}`, cause: error })
  }
  throw error
}

/** Another kpx has it, or it is gone. */
const isOfLease = (error: Error): error is KpxError =>
  error instanceof KpxError && (error.code === 'KPX5003' || error.code === 'KPX5004' || error.code === 'KPX5005')

function ended(rolling: Rolling, state: Rollout['state'], findings: readonly Finding[]): Ended {
  const { lease, subject } = rolling
  const { id, nodes } = lease.record
  const waiting = state === 'done' ? leftOut(lease.record, nameOf(subject.object)) : []
  return {
    rollout: {
      id,
      state: waiting.length > 0 ? 'failed' : state,
      nodes: nodes.map(({ confirmed, node, state: own, why }): NodeRollout => ({
        node,
        state: own === 'changing' ? 'failed' : own,
        confirmed,
        why,
      })),
    },
    findings: [...findings, ...waiting, ...remarks(rolling)],
  }
}

/** What is to be told of nodes that work, once for each reason. */
function remarks({ shown }: Rolling): Finding[] {
  const why = (of: (changed: NodeChanged) => string | null, code: Code, what: string): Finding[] => {
    const told = [...shown].flatMap(([node, changed]) => {
      const reason = of(changed)
      return reason === null ? [] : [{ node, reason }]
    })
    return [...groupBy(told, ({ reason }) => reason)].map(([reason, all]) => {
      const nodes = all.map(({ node }) => node).join(', ')
      return finding(code, { message: `${what} ${nodes}: ${reason}` })
    })
  }
  return [
    ...why(({ gate }) => gate.blind, 'KPX5006', 'packets were not compared on'),
    ...why(({ gap }) => gap, 'KPX5009', 'no table served Services on'),
    ...why(({ left }) => left, 'KPX3020', 'the table that served Services meanwhile is still on'),
  ]
}
