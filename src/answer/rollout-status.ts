/** `kpx rollout status`: which nodes run with the configuration as it is now, and the rollout that is under way or was stopped. */
import type { NodeState, RolloutLease, RolloutRecord } from '../cluster/rollout-record.ts'
import { KpxError } from '../error.ts'
import { documentOf } from './document.ts'
import type { Document } from './document.ts'
import type { Finding } from './finding.ts'
import type { Scene } from './scene.ts'
import type { NodeStatus } from './status/node.ts'
import { rolloutFindings, rolloutIn } from './status/rollout.ts'
import { seenNodes } from './status/status.ts'

export type RolloutStatus = Document<'RolloutStatus'> & {
  /** Null where none is under way, and none was stopped. */
  readonly rollout: RolloutProgress | null
  readonly nodes: readonly NodeProgress[]
  readonly findings: readonly Finding[]
}

interface RolloutProgress extends Pick<RolloutRecord, 'by' | 'command' | 'direction' | 'id' | 'startedAt' | 'stopped'> {
  /** Who goes on with it, and when its Lease was renewed (RFC 3339); null where nobody does. */
  readonly holder: string | null
  readonly renewedAt: string
}

interface NodeProgress extends Pick<NodeStatus, 'configCurrent' | 'node' | 'pod' | 'ready' | 'running' | 'startedAt'> {
  /** In the rollout; null where there is none, or the node is not part of it. */
  readonly state: NodeState | null
  readonly why: string | null
}

/** Throws KPX1009 where Leases were not recorded: without, nobody can say whether a rollout is under way. */
export function rolloutStatusOf(scene: Scene, nodes: readonly string[]): RolloutStatus {
  const { capture } = scene
  if (!capture.list('leases')) {
    throw new KpxError('KPX1009', `Leases are not recorded in ${capture.path}, or may not be read`, {
      fix: 'ask the cluster, as somebody who may get leases in the namespace of kube-proxy: kpx rbac',
    })
  }
  const lease = rolloutIn(scene)
  const states = new Map(lease?.record?.nodes.map((one) => [one.node, one]))
  return {
    ...documentOf('RolloutStatus', scene),
    rollout: lease?.record ? progressOf(lease, lease.record) : null,
    nodes: seenNodes(scene, nodes).all.map(({ status }) => {
      const { configCurrent, node, pod, ready, running, startedAt } = status
      const { state = null, why = null } = states.get(node) ?? {}
      return { node, pod, ready, running, startedAt, configCurrent, state, why }
    }),
    findings: rolloutFindings(scene),
  }
}

const progressOf = (
  { holder, renewedAt }: RolloutLease,
  { by, command, direction, id, startedAt, stopped }: RolloutRecord,
): RolloutProgress => ({ id, command, by, startedAt, direction, stopped, holder: holder || null, renewedAt })
