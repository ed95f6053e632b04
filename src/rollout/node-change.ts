/** One node's kube-proxy started anew, so that it takes what is in force now, and what came of it. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Applied } from '../cluster/applied.ts'
import type { Wrong } from '../cluster/rollout-record.ts'
import type { Connection } from '../kube/connection.ts'
import { resources } from '../kube/resource.ts'
import { bridgeAway, bridgeOver, needsBridge } from './bridge/over.ts'
import { failing, passGate } from './gate.ts'
import type { Gate } from './gate.ts'
import { isConflict } from './lease.ts'
import type { NodeLook } from './node-look.ts'
import type { NodePod } from './node-pod.ts'
import { patiently } from './patience.ts'
import { confirm } from './running.ts'
import type { Expected } from './running.ts'

export interface NodeChange {
  readonly connection: Connection
  readonly workload: Applied
  readonly expected: Expected
  /** Milliseconds. */
  readonly timeout: number
  /** Whether a table serves Services while the mode changes. */
  readonly bridge: boolean
  /** Whether the configuration has another mode than before. */
  readonly isModeChange: boolean
  readonly progress: (line: string) => void
  /** Throws where another kpx has taken the rollout over. */
  readonly hold: () => Promise<void>
  /** Throws where somebody else has changed what is rolled out. */
  readonly check: () => Promise<void>
  /** What is done behind the table before the pod is replaced; nothing is, not even that, where there is no table. */
  readonly meanwhile?: (pod: NodePod) => Promise<void>
}

export interface NodeChanged {
  readonly gate: Gate
  /** Why no table served Services while the mode changed; null where one did, or the mode did not. */
  readonly gap: string | null
  /** Why that table is still there; null where it is not. */
  readonly left: string | null
}

/** What the node was like before. */
export interface Before {
  readonly look: NodeLook
  readonly wrong: readonly Wrong[]
  /** Whether a rollout has begun to change it, and may have left the table there. */
  readonly isTouched: boolean
}

/** Throws KPX1013 and its like where the API server does not answer for as long as the node may take, and as `hold`. */
export async function changeNode(change: NodeChange, pod: NodePod, before: Before): Promise<NodeChanged> {
  const { check, connection, expected, hold, progress, timeout, workload } = change
  const end = performance.now() + timeout
  const isNew = change.meanwhile ? false : await runsWith(change, pod)
  await patiently(hold, end)
  const isOpen = change.meanwhile !== undefined || needsBridge(before.look, expected.mode, change.isModeChange)
  const gap = isNew || !isOpen ? null : await bridged(change, pod, before.look)
  if (change.meanwhile && gap !== null)
    return { gate: failing(`no table would serve Services: ${gap}`), gap, left: null }
  await change.meanwhile?.(pod)
  if (isNew) progress(`${pod.node}: ${pod.name} is new already`)
  else {
    progress(`${pod.node}: ${pod.name} is replaced`)
    await patiently(async () => {
      await hold()
      await deletePod(connection, pod)
    }, end)
  }
  const longEnough = Math.max(20_000, timeout / 6)
  const gate = await passGate({ connection, workload, node: pod.node, expected, before, end, longEnough, check })
  const mayBeThere = change.bridge && (isOpen || before.isTouched)
  return { gate, gap, left: gate.pod && mayBeThere ? await away(change, gate.pod) : null }
}

/** How often the bridge is tried to be taken away, and milliseconds between. */
const mostTries = 3
const pause = 1_000

async function away({ connection, hold }: NodeChange, pod: NodePod): Promise<string | null> {
  for (let tries = 1; ; tries++) {
    await hold()
    const why = await bridgeAway(connection, pod)
    if (why === undefined || tries === mostTries) return why ?? null
    await delay(pause)
  }
}

/** Whether it was started anew with it already, be it by chance. */
async function runsWith({ connection, expected }: NodeChange, pod: NodePod): Promise<boolean> {
  if (!pod.isNew || !pod.ready) return pod.isNew
  const told = await confirm(connection, pod, expected)
  return told?.confirmed !== false
}

async function deletePod(connection: Connection, { name, namespace, uid }: NodePod): Promise<void> {
  try {
    await connection.delete({ verb: 'delete', resource: resources.pods, namespace, name }, { uid })
  } catch (error) {
    // it has a successor of the same name already
    if (!isConflict(error)) throw error
  }
}

/** It outlasts the time that the node may take, and that again, in which what it had is brought back. */
const lastsFor = (timeout: number): number => Math.ceil((2 * timeout) / 1000) + 60

async function bridged(
  { bridge, connection, timeout }: NodeChange,
  pod: NodePod,
  before: NodeLook,
): Promise<string | null> {
  if (!bridge) return '--no-bridge'
  return (await bridgeOver(connection, pod, before, lastsFor(timeout))) ?? null
}
