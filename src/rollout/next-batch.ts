/** Which nodes are changed next. */
import type { Finding } from '../answer/finding.ts'
import { finding } from '../answer/finding.ts'
import type { NodeRecord, NodeState, RolloutRecord } from '../cluster/rollout-record.ts'
import { lastWords } from './last-words.ts'
import type { NodePod } from './node-pod.ts'
import { batchOf } from './order.ts'
import type { Rolling } from './roll.ts'
import { finishedIn } from './side.ts'
import { troublesOfNodes } from './situation.ts'
import type { Situation } from './situation.ts'
import { NodeFailed, Stopped } from './stopped.ts'

/** Empty where no node is left. Throws NodeFailed and Stopped where one is and nothing can be done. */
export async function nextBatch(rolling: Rolling, { pods }: Situation): Promise<NodePod[]> {
  const { failures, lease, subject } = rolling
  const troubles = await troublesOfNodes(subject.connection)
  await keepNodes(rolling, troubles)
  const { direction, nodes, options } = lease.record
  const finished = finishedIn(lease.record)
  const podOf = (node: string): NodePod | undefined => pods.find((pod) => pod.node === node)
  const broken = pods.find(
    (pod) => pod.fails && nodes.some(({ node, state }) => node === pod.node && state === finished),
  )
  if (broken && direction === 'forth') throw new NodeFailed(broken.node, await lastWords(subject.connection, broken))
  const left = nodes.filter(({ node, state }) => isLeft(state, podOf(node), lease.record) && !failures.has(node))
  const able = left.flatMap(({ node, state }) => {
    const pod = podOf(node)
    return pod && troubles.get(node) === '' ? [{ pod, state }] : []
  })
  if (able.length === 0) refuseOpen(left, troubles, rolling)
  const isFirst = direction === 'forth' && !nodes.some(({ state }) => state === 'done')
  // back, those that were changed come first: by the pods that they get it is known which ones were never replaced
  const first = able.filter(({ state }) => state !== 'pending')
  const next = direction === 'back' && first.length > 0 ? first : able
  return next.slice(0, isFirst ? 1 : batchOf(options.batch, nodes.length)).map(({ pod }) => pod)
}

const isLeft = (state: NodeState, pod: NodePod | undefined, record: RolloutRecord): boolean =>
  state !== finishedIn(record) && (record.direction === 'forth' || state !== 'pending' || pod?.isNew === false)

/** A node that the rollout has touched and cannot get at is no node that is done. */
function refuseOpen(left: readonly NodeRecord[], troubles: ReadonlyMap<string, string>, { failures }: Rolling): void {
  const [failure] = failures.values()
  if (failure) throw failure
  const open = left.find(({ state }) => state !== 'pending')
  if (!open) return
  const trouble = troubles.get(open.node)
  const why = trouble === '' ? 'it has no pod of kube-proxy' : `it is not Ready: ${trouble}`
  throw new Stopped(
    'KPX5001',
    `${open.node} is in the middle of its change, and ${why}`,
    'mend the node, then go on with kpx rollout resume',
  )
}

/** Those that are still there, each with why it cannot be changed. */
async function keepNodes({ lease }: Rolling, troubles: ReadonlyMap<string, string>): Promise<void> {
  const before = lease.record.nodes
  const nodes = before.flatMap((one) => {
    const trouble = troubles.get(one.node)
    if (trouble === undefined) return []
    if (one.state !== 'pending') return [one]
    return [{ ...one, why: trouble === '' ? null : `the node is not Ready: ${trouble}` }]
  })
  if (JSON.stringify(nodes) !== JSON.stringify(before)) await lease.save({ nodes })
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
