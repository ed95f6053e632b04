/** What a node's kernel does and its kube-proxy says, looked at before and after the node is changed. */
import type { Finding } from '../answer/finding.ts'
import { sceneWithoutBridge } from '../answer/bridge.ts'
import type { Scene } from '../answer/scene.ts'
import type { SeenNode } from '../answer/status/node.ts'
import { seenNodes } from '../answer/status/status.ts'
import { observe } from '../answer/verify/observe.ts'
import { comparedAll, verificationOf } from '../answer/verify/verify.ts'
import type { Wrong } from '../cluster/rollout-record.ts'
import { servedPorts } from '../config/served-ports.ts'
import { KpxError } from '../error.ts'
import type { Connection } from '../kube/connection.ts'
import { liveCapture } from '../kube/live-capture.ts'
import { isPassing } from './patience.ts'

export interface NodeLook {
  /** Undefined where the node cannot be looked at. */
  readonly seen: { readonly node: SeenNode; readonly server: string | null; readonly scene: Scene } | undefined
  /** What verify says that is an error. */
  readonly errors: readonly Finding[]
  /** Why packets could not be compared; undefined where they were. */
  readonly blind: string | undefined
}

/** Nobody is asked in the middle of a rollout. */
const debugPods = { allowed: false, image: undefined, consent: async () => 'not during a rollout', onStale() {} }

/** As if there were no bridge. Throws KPX1013 and its like where the API server does not answer; what is not allowed makes the node blind. */
export async function lookAtNode(connection: Connection, node: string): Promise<NodeLook> {
  try {
    const options = { scope: 'state', nodes: [node], via: undefined, debugPods, servedPorts } as const
    return lookIn(sceneWithoutBridge(await liveCapture(connection.another(), options)), node)
  } catch (error) {
    if (!(error instanceof KpxError) || isPassing(error)) throw error
    return { seen: undefined, errors: [], blind: error.message }
  }
}

function lookIn(scene: Scene, node: string): NodeLook {
  const { findings, ...verification } = verificationOf(observe(scene.cluster.services, [node], scene), 'error')
  const {
    all: [own],
    server,
  } = seenNodes(scene, [node])
  const blind = comparedAll({ findings, ...verification })
    ? undefined
    : (verification.seen.blind[0]?.why ?? 'its packets cannot be compared')
  return {
    seen: own && { node: own, server, scene },
    errors: findings.filter(({ level }) => level === 'error'),
    blind,
  }
}

/** Services that are kept of a finding: more of them are as good as all. */
const mostServices = 20

export const wrongIn = ({ errors }: NodeLook): Wrong[] =>
  errors.map(({ affects = [], code }) => ({ code, affects: affects.length > mostServices ? null : affects }))

/** What is wrong that was not before: another finding, or one that affects other Services. */
export const newErrors = ({ errors }: NodeLook, before: readonly Wrong[]): Finding[] =>
  errors.filter(({ affects = [], code }) => {
    const known = before.filter((one) => one.code === code)
    if (known.length === 0) return true
    const own = new Set(known.flatMap((one) => one.affects ?? affects))
    return affects.some((name) => !own.has(name))
  })
