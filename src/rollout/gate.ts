/** What a node must show after its pod was replaced, before the next one is changed. */
import { setTimeout as delay } from 'node:timers/promises'
import type { NodeStatus } from '../answer/status/node.ts'
import type { Applied } from '../cluster/applied.ts'
import { KpxError } from '../error.ts'
import type { Connection } from '../kube/connection.ts'
import { lastWords } from './last-words.ts'
import { lookAtNode, newErrors } from './node-look.ts'
import type { NodeLook } from './node-look.ts'
import type { Before } from './node-change.ts'
import type { NodePod } from './node-pod.ts'
import { isPassing } from './patience.ts'
import { confirm } from './running.ts'
import type { Confirmation, Expected } from './running.ts'
import { situationOf } from './situation.ts'

export interface Gate extends Confirmation {
  readonly isPassed: boolean
  /** Why its packets were not compared; null where they were. */
  readonly blind: string | null
  /** Undefined where it has not passed. */
  readonly pod?: NodePod
}

export interface Gated {
  readonly connection: Connection
  readonly workload: Applied
  readonly node: string
  readonly expected: Expected
  readonly before: Before
  /** When the node must have shown it, by performance.now(). */
  readonly end: number
  /** Milliseconds for which a pod must be ready whose kube-proxy does not say what it runs with: it may be about to end. */
  readonly longEnough: number
  /** Throws where somebody else has changed what is rolled out: it would be waited for in vain. */
  readonly check: () => Promise<void>
}

/** Milliseconds between two looks, and between two checks. */
const pause = 300
const checkEvery = 3_000

/** Waits until the node has shown it, cannot any more, or the time is over. Throws as `check`. */
export async function passGate(gated: Gated): Promise<Gate> {
  const gate = await waited(gated)
  // what somebody else has put back is no failure of the node
  if (!gate.isPassed) await gated.check()
  return gate
}

async function waited(gated: Gated): Promise<Gate> {
  const { connection, end, node, workload } = gated
  const steady = new Steady()
  let last = 'no pod of kube-proxy is there'
  let checked = performance.now()
  for (; performance.now() < end; await delay(pause)) {
    try {
      if (performance.now() - checked > checkEvery) {
        await gated.check()
        checked = performance.now()
      }
      const { pods } = await situationOf(connection, workload)
      const pod = pods.find((one) => one.node === node)
      if (!pod) continue
      const shown = await showing(gated, pod, steady.milliseconds(pod))
      if (typeof shown !== 'string') return shown
      last = shown
    } catch (error) {
      if (!(error instanceof KpxError) || !isPassing(error)) throw error
      last = error.message
    }
  }
  return failing(last)
}

/** A node that did not show it. */
export const failing = (why: string): Gate => ({ isPassed: false, confirmed: null, why, blind: null })

/** The end of it, or what is waited for. `ready`: for how many milliseconds. */
async function showing(gated: Gated, pod: NodePod, ready: number | undefined): Promise<Gate | string> {
  const { before, connection, expected, longEnough, node } = gated
  if (!pod.isNew) return `${pod.name} is still there`
  if (ready === undefined) {
    const words = await lastWords(connection, pod)
    return pod.fails ? failing(words) : words
  }
  const told = await confirm(connection, pod, expected)
  if (told?.confirmed === false) return { ...failing(told.why ?? ''), confirmed: false }
  if (!told && ready < longEnough) return `${pod.name} does not say what it runs with`
  const look = await lookAtNode(connection, node)
  const trouble = troubleIn(look, expected.mode, before)
  if (trouble !== undefined) return trouble
  // what could be looked at before is looked at again
  if (look.blind !== undefined && before.look.blind === undefined && ready < longEnough) return look.blind
  const { confirmed, why } = told ?? { confirmed: null, why: `${pod.name} does not say what it runs with` }
  return { isPassed: true, confirmed, why, blind: look.blind ?? null, pod }
}

function troubleIn(look: NodeLook, mode: string | undefined, { wrong }: Before): string | undefined {
  const [error] = newErrors(look, wrong)
  const trouble = look.seen && notInStep(look.seen.node.status, mode)
  return trouble ?? (error && `${error.message} (${error.code})`)
}

/** The kube-proxy of a node, as it says itself: another mode is run in, or its rules are older than it is. */
function notInStep({ running, startedAt, sync }: NodeStatus, mode: string | undefined): string | undefined {
  if (running !== null && mode !== undefined && running !== mode) return `it runs in ${running} mode, not in ${mode}`
  if (sync.healthy === false) return 'its /healthz says that it is not healthy'
  if (Date.parse(sync.lastSync ?? '') < Date.parse(startedAt ?? '')) return 'it has not programmed the node'
  return undefined
}

/** For how long a pod has been ready without an end of its container. */
class Steady {
  #since: { readonly at: number; readonly pod: string } | undefined

  /** Undefined for a pod that is not ready. */
  milliseconds({ name, ready, restarts }: NodePod): number | undefined {
    const pod = `${name} ${restarts}`
    if (!ready) this.#since = undefined
    else if (this.#since?.pod !== pod) this.#since = { at: performance.now(), pod }
    return this.#since && performance.now() - this.#since.at
  }
}
