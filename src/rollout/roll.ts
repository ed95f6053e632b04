/** A rollout on its way, forth or back: one node, then so many at a time, and none before those before it have shown that they work. */
import type { NodeRecord } from '../cluster/rollout-record.ts'
import { foreignSet, foreignText, generationOf, refuseAdded, refuseForeign, textNow } from './foreign.ts'
import type { Lease } from './lease.ts'
import { nextBatch } from './next-batch.ts'
import { changeNode } from './node-change.ts'
import type { NodeChanged } from './node-change.ts'
import { lookAtNode, wrongIn } from './node-look.ts'
import type { NodePod } from './node-pod.ts'
import { patiently } from './patience.ts'
import { finishedIn, sideOf } from './side.ts'
import { situationOf } from './situation.ts'
import { NodeFailed, Stopped } from './stopped.ts'
import type { Subject } from './subject.ts'
import { hold, isHeld, letGo } from './template.ts'
import { writeText } from './write-text.ts'

export interface Rolling {
  readonly subject: Subject
  readonly lease: Lease
  readonly progress: (line: string) => void
  /** Whether it begins by replacing what somebody else has made of the text. */
  readonly force: boolean
  /** Whether the person who goes on was told of what somebody else has made of the DaemonSet. */
  readonly isTold: boolean
  /** Why it is to stop before the next node; undefined as long as it is not. */
  readonly stopping: () => string | undefined
  /** When it is to stop before the next node, by performance.now(). */
  readonly end: number
  /** What the nodes have shown. */
  readonly shown: Map<string, NodeChanged>
  /** Of nodes that did not get back what they had: the others do all the same. */
  readonly failures: Map<string, NodeFailed>
}

/** Milliseconds that one who cannot reach the API server tries for. */
const outage = 120_000

export const lastingly = <T>(ask: () => Promise<T>): Promise<T> => patiently(ask, performance.now() + outage)

/** Throws Stopped, NodeFailed, KPX5003 and KPX5005 where the Lease is lost, and KPX1011 to KPX1017 where the API server is away for too long. */
export async function roll(rolling: Rolling): Promise<void> {
  const { lease, stopping, subject } = rolling
  await lastingly(() => ready(rolling))
  for (;;) {
    const batch = await lastingly(async () => {
      await lease.hold()
      const now = await situationOf(subject.connection, subject.workload)
      await refuseForeign(rolling, now)
      await refuseAdded(rolling, now)
      return nextBatch(rolling, now)
    })
    if (batch.length === 0) break
    const why = stopping() ?? (performance.now() > rolling.end ? 'the time was over' : undefined)
    if (why !== undefined) throw new Stopped('KPX5004', why)
    await changeBatch(rolling, batch)
  }
  await lastingly(async () => {
    await lease.hold()
    await letGo(subject.connection, subject.workload, lease.record.strategy[sideOf(lease.record)])
  })
}

/** The text and the DaemonSet as they are to be: what has been written before is not written again. */
async function ready({ force, isTold, lease, subject }: Rolling): Promise<void> {
  const { generation, mark, text } = lease.record
  const { connection, workload } = subject
  const side = sideOf(lease.record)
  const { set } = await situationOf(connection, workload)
  if (generation !== null && generationOf(set) !== generation && !isTold) throw foreignSet(subject)
  if (text) {
    const now = await textNow(subject)
    if (!now.holds(text[side])) {
      if (!now.holds(text[side === 'after' ? 'before' : 'after']) && !force) throw foreignText(now)
      await writeText(now, text[side], lease.record, 'held')
    }
  }
  const wanted = mark && mark[side]
  if (!isHeld((await situationOf(connection, workload)).set, wanted)) await hold(connection, workload, wanted)
  await lease.save({ generation: generationOf((await situationOf(connection, workload)).set) })
}

/** Forth, the first that fails ends it; back, the others are to have what they had all the same. */
async function changeBatch(rolling: Rolling, batch: readonly NodePod[]): Promise<void> {
  const changed = await Promise.allSettled(batch.map(async (pod) => changeOne(rolling, pod)))
  const reasons: unknown[] = changed.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
  const failures = reasons.filter((one) => one instanceof NodeFailed)
  const other = reasons.find((one) => !(one instanceof NodeFailed))
  const isForth = rolling.lease.record.direction === 'forth'
  if (isForth && failures[0]) throw failures[0]
  for (const failure of failures) rolling.failures.set(failure.node, failure)
  if (other !== undefined) throw other
}

async function changeOne(rolling: Rolling, pod: NodePod): Promise<void> {
  const { lease, progress, shown, subject } = rolling
  const { direction, nodes: before, options, text } = lease.record
  const after = text?.[sideOf(lease.record)] ?? subject.text
  const own = before.find(({ node }) => node === pod.node)
  const look = await lastingly(() => lookAtNode(subject.connection, pod.node))
  // what is wrong on a node that was touched may be the change's own doing
  const wrong = own?.wrong ?? (own?.state === 'pending' ? wrongIn(look) : [])
  await mark(lease, pod, { state: 'changing', confirmed: null, why: null, wrong })
  const { gap, ...changed } = await changeNode(
    {
      connection: subject.connection,
      workload: subject.workload,
      expected: subject.expected(after),
      timeout: options.nodeTimeout,
      bridge: options.bridge,
      isModeChange: text !== null && subject.expected(text.before).mode !== subject.expected(text.after).mode,
      progress,
      hold: () => lease.hold(),
      check: async () => refuseForeign(rolling, await situationOf(subject.connection, subject.workload)),
    },
    pod,
    { look, wrong, isTouched: own?.state !== 'pending' },
  )
  const { gate } = changed
  // the table that was put there on the way forth outlasts the way back
  shown.set(pod.node, { ...changed, gap: shown.get(pod.node)?.gap === null ? null : gap })
  if (!gate.isPassed) {
    const why = gate.why ?? 'its pod is not ready'
    await mark(lease, pod, { state: 'failed', confirmed: gate.confirmed, why, wrong })
    throw new NodeFailed(pod.node, why)
  }
  const state = finishedIn({ direction })
  await mark(lease, pod, { state, confirmed: gate.confirmed, why: gate.why, wrong })
  const { nodes } = lease.record
  const count = nodes.filter((one) => one.state === state).length
  const seen = gate.blind === null ? '' : ', as far as can be seen'
  progress(`${pod.node}: works${seen} (${count} of ${nodes.length})`)
}

async function mark(lease: Lease, { node }: NodePod, now: Omit<NodeRecord, 'node'>): Promise<void> {
  // of the record as it is at each try: other nodes of the batch are marked too
  const nodes = (): NodeRecord[] => lease.record.nodes.map((one) => (one.node === node ? { ...one, ...now } : one))
  await lastingly(() => lease.save({ nodes: nodes() }))
}
