/** A rollout on its way, forth or back: one node, then so many at a time, and none before those before it have shown that they work. */
import type { Finding } from '../answer/finding.ts'
import { finding } from '../answer/finding.ts'
import { nameOf } from '../cluster/applied.ts'
import { object } from '../cluster/json.ts'
import type { Json } from '../cluster/json.ts'
import type { Code } from '../codes.ts'
import { changeNode } from './node-change.ts'
import type { NodeChanged } from './node-change.ts'
import type { NodePod } from './node-pod.ts'
import { batchOf } from './order.ts'
import { patiently } from './patience.ts'
import type { Lease } from './lease.ts'
import { lastWords } from './last-words.ts'
import { pendingNode } from '../cluster/rollout-record.ts'
import type { NodeRecord, NodeState, RolloutRecord } from '../cluster/rollout-record.ts'
import { situationOf, troubledNodes } from './situation.ts'
import type { Situation } from './situation.ts'
import { isRefused } from './subject.ts'
import type { Subject } from './subject.ts'
import { hold, isHeld, letGo } from './template.ts'
import { writeText } from './write-text.ts'

/** Why it went no further: nobody goes on with it before somebody has looked. */
export class Stopped extends Error {
  readonly code: Code
  constructor(code: Code, message: string) {
    super(message)
    this.code = code
  }
}

/** A node did not show that it works. */
export class NodeFailed extends Error {
  readonly node: string
  constructor(node: string, why: string) {
    super(why)
    this.node = node
  }
}

export interface Rolling {
  readonly subject: Subject
  readonly lease: Lease
  readonly progress: (line: string) => void
  /** Whether it begins by replacing what somebody else has made of the text. */
  readonly force: boolean
  /** Why it is to stop before the next node; undefined as long as it is not. */
  readonly stopping: () => string | undefined
  /** When it is to stop before the next node, by performance.now(). */
  readonly end: number
  /** What the nodes have shown. */
  readonly shown: Map<string, NodeChanged>
}

type Sides = 'after' | 'before'

const sideOf = ({ direction }: RolloutRecord): Sides => (direction === 'forth' ? 'after' : 'before')

/** Milliseconds that one who cannot reach the API server tries for. */
export const outage = 120_000

/** Throws Stopped, NodeFailed, and KPX1011 to KPX1017 where the API server is away for too long. */
export async function roll(rolling: Rolling): Promise<void> {
  const { lease, stopping, subject } = rolling
  const generation = await lastingly(() => ready(rolling))
  for (;;) {
    const batch = await lastingly(async () => {
      await lease.hold()
      const now = await situationOf(subject.connection, subject.workload)
      await refuseForeign(rolling, now, generation)
      return nextBatch(rolling, now)
    })
    if (batch.length === 0) break
    const why = stopping() ?? (performance.now() > rolling.end ? 'the time was over' : undefined)
    if (why !== undefined) throw new Stopped('KPX5004', why)
    await changeBatch(rolling, batch)
  }
  await lastingly(() => letGo(subject.connection, subject.workload, lease.record.strategy[sideOf(lease.record)]))
}

const lastingly = <T>(ask: () => Promise<T>): Promise<T> => patiently(ask, performance.now() + outage)

/** The text and the DaemonSet as they are to be: what has been written before is not written again. The DaemonSet's generation then. */
async function ready(rolling: Rolling): Promise<unknown> {
  const { lease, subject } = rolling
  const { mark, text } = lease.record
  const side = sideOf(lease.record)
  const now = text && (await textNow(rolling))
  if (text && now?.holds(text[side]) === false) {
    if (!now.holds(text[side === 'after' ? 'before' : 'after']) && !rolling.force) throw foreignText(now)
    await writeText(now, text[side], lease.record, 'held')
    await completed(lease, subject)
  }
  const wanted = mark && mark[side]
  const { set } = await situationOf(subject.connection, subject.workload)
  if (isHeld(set, wanted)) return generationOf(set)
  await hold(subject.connection, subject.workload, wanted)
  return generationOf((await situationOf(subject.connection, subject.workload)).set)
}

const generationOf = ({ metadata }: Json): unknown => object(metadata)['generation']

/** After the text was written: as the API server has completed it. By it is known later whether somebody has changed it. */
export async function completed(lease: Lease, subject: Subject): Promise<void> {
  const { object: kind, text } = lease.record
  if (kind !== 'DaemonSet' || !text) return
  const now = await subject.reread()
  if (!isRefused(now)) await lease.save({ text: { ...text, [sideOf(lease.record)]: now.text } })
}

async function textNow({ subject }: Rolling): Promise<Subject> {
  const now = await subject.reread()
  if (isRefused(now)) throw new Stopped('KPX5005', `${nameOf(subject.object)} is not what it was`)
  return now
}

const foreignText = ({ changedBy, object }: Subject): Stopped =>
  new Stopped('KPX5005', `${changedBy ?? 'somebody'} has changed ${nameOf(object)} during the rollout`)

/** Throws Stopped. */
async function refuseForeign(rolling: Rolling, { pods, set }: Situation, generation: unknown): Promise<void> {
  const { lease, subject } = rolling
  const { direction, mark, nodes, text } = lease.record
  const side = sideOf(lease.record)
  if (text) {
    const now = await textNow(rolling)
    if (direction === 'forth' && now.holds(text.before)) {
      const message = `${await now.writer()} has put back what ${nameOf(subject.object)} was before the change`
      throw new Stopped('KPX4005', message)
    }
    if (!now.holds(text[side])) throw foreignText(now)
  }
  if (!isHeld(set, mark && mark[side]) || generationOf(set) !== generation) {
    throw new Stopped('KPX5005', `somebody has changed ${nameOf(subject.workload)} during the rollout`)
  }
  const known = new Set(nodes.map(({ node }) => node))
  const added = pods.map(({ node }) => node).filter((node) => !known.has(node))
  if (added.length > 0) {
    await lease.save({ nodes: [...nodes, ...added.map(pendingNode)] })
    throw new Stopped('KPX5005', `${added.join(', ')} came into the cluster after the plan was made`)
  }
}

const finishedIn = (direction: RolloutRecord['direction']): NodeState => (direction === 'forth' ? 'done' : 'undone')

/** What is to be changed next, be it that its pod is new already. */
async function nextBatch({ lease, subject }: Rolling, { pods }: Situation): Promise<NodePod[]> {
  const { direction, nodes, options } = lease.record
  const finished = finishedIn(direction)
  const broken = pods.find(({ fails, node }) => fails && stateOf(nodes, node) === finished)
  if (broken) throw new NodeFailed(broken.node, await lastWords(subject.connection, broken))
  const left = nodes.flatMap(({ node, state }) => {
    const pod = pods.find((one) => one.node === node)
    const isTouched = direction === 'forth' || state !== 'pending' || pod?.isNew === false
    return pod && state !== finished && isTouched ? [{ pod, state }] : []
  })
  const troubled = left.length > 0 ? await troubledNodes(subject.connection) : new Map<string, string>()
  const able = left.filter(({ pod }) => !troubled.has(pod.node))
  await tellLeftOut(lease, troubled)
  const isFirst = direction === 'forth' && !nodes.some(({ state }) => state === 'done')
  // back, those that were changed come first: by the pods that they get it is known which ones were never replaced
  const first = able.filter(({ state }) => state !== 'pending')
  const next = direction === 'back' && first.length > 0 ? first : able
  return next.slice(0, isFirst ? 1 : batchOf(options.batch, nodes.length)).map(({ pod }) => pod)
}

const stateOf = (nodes: readonly NodeRecord[], node: string): NodeState | undefined =>
  nodes.find((one) => one.node === node)?.state

async function tellLeftOut(lease: Lease, troubled: ReadonlyMap<string, string>): Promise<void> {
  const nodes = lease.record.nodes.map((one) => {
    const trouble = troubled.get(one.node)
    const why = trouble === undefined || one.state !== 'pending' ? one.why : `the node is not Ready: ${trouble}`
    return { ...one, why }
  })
  if (nodes.some(({ why }, i) => why !== lease.record.nodes[i]?.why)) await lease.save({ nodes })
}

async function changeBatch(rolling: Rolling, batch: readonly NodePod[]): Promise<void> {
  const { lease } = rolling
  await mark(lease, batch, { state: 'changing', confirmed: null, why: null })
  const changed = await Promise.allSettled(batch.map(async (pod) => changeOne(rolling, pod)))
  const failed = changed.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
}

async function changeOne(rolling: Rolling, pod: NodePod): Promise<void> {
  const { lease, progress, shown, subject } = rolling
  const { direction, options, text } = lease.record
  const after = text?.[sideOf(lease.record)] ?? subject.text
  const change = {
    connection: subject.connection,
    workload: subject.workload,
    expected: subject.expected(after),
    timeout: options.nodeTimeout,
    bridge: options.bridge,
    isModeChange: text !== null && subject.expected(text.before).mode !== subject.expected(text.after).mode,
    progress,
  }
  const { gap, ...changed } = await changeNode(change, pod)
  const { gate } = changed
  // the table that was put there on the way forth outlasts the way back
  shown.set(pod.node, { ...changed, gap: shown.get(pod.node)?.gap === null ? null : gap })
  if (!gate.isPassed) {
    const why = gate.why ?? 'its pod is not ready'
    await mark(lease, [pod], { state: 'failed', confirmed: gate.confirmed, why })
    throw new NodeFailed(pod.node, why)
  }
  const state = finishedIn(direction)
  await mark(lease, [pod], { state, confirmed: gate.confirmed, why: gate.why })
  const { nodes } = lease.record
  const count = nodes.filter((one) => one.state === state).length
  const seen = gate.blind === null ? '' : ', as far as can be seen'
  progress(`${pod.node}: works${seen} (${count} of ${nodes.length})`)
}

async function mark(lease: Lease, batch: readonly NodePod[], now: Omit<NodeRecord, 'node'>): Promise<void> {
  const names = new Set(batch.map(({ node }) => node))
  // of the record as it is at each try: other nodes of the batch are marked too
  const nodes = (): NodeRecord[] => lease.record.nodes.map((one) => (names.has(one.node) ? { ...one, ...now } : one))
  await lastingly(() => lease.save({ nodes: nodes() }))
}

/** Of nodes that are left as they are. */
export const leftOut = ({ nodes }: RolloutRecord, object: string): Finding[] =>
  nodes.flatMap(({ node, state, why }) =>
    state === 'pending' && why !== null
      ? [
          {
            ...finding('KPX5001', { message: why, node, object }),
            fix: 'mend the node: its pod is replaced as soon as it is Ready again',
          },
        ]
      : [],
  )
