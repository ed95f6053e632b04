/** One node cleaned up: each thing by the programs that are there, or by kube-proxy itself behind a bridge. */
import { sceneOf } from '../../answer/scene.ts'
import type { Scene } from '../../answer/scene.ts'
import { seenNodes } from '../../answer/status/status.ts'
import type { Capture } from '../../capture/capture.ts'
import { kubeProxyPods } from '../../cluster/kube-proxy.ts'
import { KpxError } from '../../error.ts'
import type { AccessOptions } from '../../kube/access/index.ts'
import { inPod } from '../../kube/access/in-pod.ts'
import { wayTo } from '../../kube/access/way-to.ts'
import { nothingToClose } from '../../kube/access/way.ts'
import type { Way } from '../../kube/access/way.ts'
import type { Connection } from '../../kube/connection.ts'
import { isMissingProgram } from '../../kube/exec.ts'
import type { ExecResult } from '../../kube/exec.ts'
import { daemonSetSubject } from '../daemon-set.ts'
import { changeNode } from '../node-change.ts'
import { lookAtNode, wrongIn } from '../node-look.ts'
import type { NodePod } from '../node-pod.ts'
import { situationOf } from '../situation.ts'
import { isRefused } from '../subject.ts'
import { planFor } from './plan.ts'
import type { Command, NodePlan } from './plan.ts'

export interface Cleaning {
  readonly connection: Connection
  /** Looks at these nodes; at all that are asked for, where none is named. */
  readonly look: (nodes?: readonly string[]) => Promise<Capture>
  readonly access: AccessOptions
  /** Milliseconds that a node whose kube-proxy starts anew may take. */
  readonly nodeTimeout: number
  readonly progress: (line: string) => void
}

/** With the Lease, without which nothing is done. */
export interface Held extends Cleaning {
  /** Throws where another kpx has it. */
  readonly hold: () => Promise<void>
}

export const plansIn = (scene: Scene, nodes: readonly string[]): NodePlan[] =>
  seenNodes(scene, nodes).all.map((seen) => planFor(seen, scene))

/** What went wrong, as sentences; what is still there is for another look to tell. */
export async function cleanNode(cleaning: Held, { node, removals }: NodePlan, capture: Capture): Promise<string[]> {
  if (!removals.some(({ by }) => by === 'kube-proxy')) return removed(cleaning, { node, removals }, capture)
  const troubles = await throughKubeProxy(cleaning, node, capture)
  if (troubles.length > 0) return troubles
  const now = await cleaning.look([node])
  const [rest] = plansIn(sceneOf(now), [node])
  return rest ? removed(cleaning, rest, now) : []
}

async function removed(
  { access, connection, progress }: Cleaning,
  { node, removals }: Pick<NodePlan, 'node' | 'removals'>,
  capture: Capture,
): Promise<string[]> {
  return told(async () => {
    const way = await wayTo(connection, node, capture, access)
    if (!('change' in way)) return [way.why]
    const troubles: string[] = []
    try {
      for (const removal of removals) {
        if (removal.by !== 'commands') continue
        const own = await runAll(way, removal.commands)
        troubles.push(...own)
        progress(`${node}: ${removal.what} ${own.length === 0 ? 'removed' : `not removed: ${own.join('; ')}`}`)
      }
    } finally {
      await way.close()
    }
    return troubles
  })
}

/** What keeps kpx from a node is a sentence as well. */
async function told(work: () => Promise<string[]>): Promise<string[]> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof KpxError) return [error.message]
    throw error
  }
}

/** The first that fails ends it. */
async function runAll(way: Way, commands: readonly Command[]): Promise<string[]> {
  for (const { stdin, words } of commands) {
    const trouble = await runFirst(way, words, stdin)
    if (trouble !== undefined) return [trouble]
  }
  return []
}

/** One that is not there has changed nothing: the next one may be. */
async function runFirst(way: Way, all: Command['words'], stdin: string | undefined): Promise<string | undefined> {
  for (const words of all) {
    const result = await way.change(words, stdin)
    if (result.exitCode === 0) return undefined
    if (result.exitCode !== undefined || !isMissingProgram(result.failure)) return failureOf(words, result)
  }
  return `there is no ${all.map(([program]) => program).join(' or ')} to be run there`
}

const failureOf = ([program]: readonly string[], { exitCode, failure, stderr }: ExecResult): string =>
  `${program} fails: ${(stderr || failure).split('\n')[0] || `exit code ${exitCode}`}`

/** It takes away its own rules as well: a bridge serves Services until its pod, which starts anew, has them again. */
async function throughKubeProxy(cleaning: Held, node: string, capture: Capture): Promise<string[]> {
  const { connection, hold, nodeTimeout, progress } = cleaning
  const { daemonSet, namespace } = kubeProxyPods(capture.list('pods') ?? []).get(node) ?? {}
  return told(async () => {
    const asked = { daemonSet: `${namespace}/${daemonSet}`, wanted: [], force: true }
    const subject = await daemonSetSubject(connection, asked)
    if (isRefused(subject)) return ['its kube-proxy cannot be started anew']
    const { workload } = subject
    const pod = (await situationOf(connection, workload)).pods.find((one) => one.node === node)
    if (!pod) return ['its pod of kube-proxy has gone']
    const expected = subject.expected(subject.text)
    const meanwhile = async (own: NodePod): Promise<void> => {
      progress(`${node}: kube-proxy --cleanup takes away the rules of every mode`)
      const program = words.find((word) => word.endsWith('/kube-proxy')) ?? 'kube-proxy'
      // it says nothing while it works
      const patient = connection.another(nodeTimeout)
      const way = inPod(patient, placeOf(own), { missing: new Set(), close: nothingToClose })
      // it says that it failed also where something was not there; what is left another look tells
      await way.change([program, '--cleanup'])
    }
    const words = kubeProxyPods(capture.list('pods') ?? []).get(node)?.container.words ?? []
    const change = {
      connection,
      workload,
      expected,
      timeout: nodeTimeout,
      bridge: true,
      isModeChange: false,
      progress,
      hold,
      check: async () => undefined,
      meanwhile,
    }
    const look = await lookAtNode(connection, node)
    const { gate, left } = await changeNode(change, pod, { look, wrong: wrongIn(look), isTouched: false })
    return [...(gate.isPassed ? [] : [gate.why ?? 'its kube-proxy does not work']), ...(left === null ? [] : [left])]
  })
}

const placeOf = ({ container, name, namespace }: NodePod) => ({ namespace, pod: name, container })
