/** kube-proxy's pods start anew with another configuration: the DaemonSet's template is marked, and each node's pod is waited for. */
import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Applied } from '../cluster/applied.ts'
import { number, object, text } from '../cluster/json.ts'
import type { Json } from '../cluster/json.ts'
import type { Connection } from '../kube/connection.ts'
import { changeObject, getObject, listIn } from '../kube/objects.ts'
import { resources } from '../kube/resource.ts'
import type { NodeRollout, Rollout } from './change.ts'
import type { Confirmation } from './running.ts'
import { lastWords } from './last-words.ts'
import { nodePods } from './node-pod.ts'
import type { NodePod } from './node-pod.ts'

/** Of the DaemonSet's template: which configuration its pods are started with. */
const hashAnnotation = 'kpx/config-hash'

const hashOf = (configuration: string): string => createHash('sha256').update(configuration).digest('hex').slice(0, 16)

const daemonSet = (verb: 'get' | 'patch', { name, namespace }: Applied) =>
  ({ verb, resource: resources.daemonSets, namespace, name }) as const

const markOf = (set: object): string =>
  text(object(object(object(object(object(set)['spec'])['template'])['metadata'])['annotations'])[hashAnnotation])

/** Whether the template's pods are started with this configuration. */
export async function isMarked(connection: Connection, workload: Applied, configuration: string): Promise<boolean> {
  const now = markOf(await getObject(connection, daemonSet('get', workload)))
  return now.split('-')[0] === hashOf(configuration)
}

/** Marks the template, so that the DaemonSet's controller replaces the pods. */
export async function mark(connection: Connection, workload: Applied, configuration: string): Promise<void> {
  const before = markOf(await getObject(connection, daemonSet('get', workload)))
  const hash = hashOf(configuration)
  // of a configuration that comes back, without the one between having been rolled out
  const next = before.split('-')[0] === hash ? `${hash}-${Number(before.split('-')[1] ?? 1) + 1}` : hash
  const template = { metadata: { annotations: { [hashAnnotation]: next } } }
  await changeObject(connection, daemonSet('patch', workload), { spec: { template } }, {})
}

export interface Waiting {
  /** Milliseconds. */
  readonly timeout: number
  readonly progress: (line: string) => void
  /** Whether the node's kube-proxy runs with the change; undefined where it does not answer, or not yet. */
  readonly confirm: (pod: NodePod) => Promise<Confirmation | undefined>
  /** Who has put back what was before; undefined as long as nobody has. */
  readonly undoneBy: () => Promise<string | undefined>
}

/** `undoneBy` is null where nobody has undone it. */
export interface Restarted {
  readonly rollout: Rollout
  readonly undoneBy: string | null
}

/** Milliseconds between two looks, and how much longer than the look itself: a large cluster's answer is work for the API server. */
const shortest = 500
const patience = 10

/** Waits until each node has a pod of the template as it is now that is ready and confirmed, or one has failed, the change is undone or the time over. */
export async function awaitRestart(connection: Connection, workload: Applied, waiting: Waiting): Promise<Restarted> {
  const end = performance.now() + waiting.timeout
  const done = new Map<string, NodeRollout>()
  const steady = new Steady()
  for (;;) {
    const started = performance.now()
    const set = object(await getObject(connection, daemonSet('get', workload)))
    const pods = nodePods(await listIn(connection, resources.pods, workload.namespace, selectorOf(set)), set)
    const undoneBy = await waiting.undoneBy()
    if (undoneBy !== undefined) return { rollout: undone(markOf(set), pods, undoneBy), undoneBy }
    for (const pod of pods) {
      const { node } = pod
      const ready = steady.milliseconds(pod)
      if (ready === undefined || !pod.isNew || done.has(node)) continue
      const told = (await waiting.confirm(pod)) ?? silent(pod)
      // one that does not tell may be about to end: it must have been there for a while
      if (told.confirmed === null && ready < longEnough) continue
      done.set(node, { node, state: 'done', ...told })
      waiting.progress(progressLine(pod, done.size, set))
    }
    const id = markOf(set)
    const failed = pods.find(({ fails, isNew }) => isNew && fails)
    const wrong = [...done.values()].find(({ confirmed }) => confirmed === false)
    if (failed || wrong || performance.now() > end) {
      return { rollout: await rolloutOf(id, pods, done, connection), undoneBy: null }
    }
    if (isComplete(set, pods, done))
      return { rollout: { id, state: 'done', nodes: [...done.values()] }, undoneBy: null }
    await delay(Math.max(shortest, patience * (performance.now() - started)))
  }
}

/** Milliseconds for which a pod must be ready whose kube-proxy does not say what it runs with. */
const longEnough = 20_000

const silent = ({ name }: NodePod): Confirmation => ({ confirmed: null, why: `${name} does not say what it runs with` })

/** For how long pods have been ready without an end of their container. */
class Steady {
  readonly #since = new Map<string, { readonly at: number; readonly restarts: number }>()

  /** Undefined for a pod that is not ready. */
  milliseconds({ name, ready, restarts }: NodePod): number | undefined {
    const now = performance.now()
    const before = this.#since.get(name)
    if (!ready) this.#since.delete(name)
    else if (before?.restarts !== restarts) this.#since.set(name, { at: now, restarts })
    return ready ? now - (this.#since.get(name)?.at ?? now) : undefined
  }
}

function selectorOf(set: Json): string {
  const labels = object(object(object(set['spec'])['selector'])['matchLabels'])
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${text(value)}`)
    .join(',')
}

const desiredOf = (set: Json): number => number(object(set['status'])['desiredNumberScheduled']) ?? 0

/** The controller has seen the template, and every node that should have a pod has a new one that is ready. */
function isComplete(set: Json, pods: readonly NodePod[], done: ReadonlyMap<string, NodeRollout>): boolean {
  const status = object(set['status'])
  const isObserved = (number(status['observedGeneration']) ?? 0) >= (number(object(set['metadata'])['generation']) ?? 0)
  return isObserved && done.size >= desiredOf(set) && pods.every(({ node }) => done.has(node))
}

const progressLine = ({ name, node }: NodePod, count: number, set: Json): string =>
  `${node}: ${name} is ready (${count} of ${desiredOf(set)})`

const undone = (id: string, pods: readonly NodePod[], by: string): Rollout => ({
  id,
  state: 'undone',
  nodes: pods.map(({ node }) => ({ node, state: 'pending', confirmed: null, why: `${by} has undone the change` })),
})

async function rolloutOf(
  id: string,
  pods: readonly NodePod[],
  done: ReadonlyMap<string, NodeRollout>,
  connection: Connection,
): Promise<Rollout> {
  const nodes = await Promise.all(
    pods.map(async (pod): Promise<NodeRollout> => {
      const own = done.get(pod.node)
      if (own) return own.confirmed === false ? { ...own, state: 'failed' } : own
      const why = pod.isNew ? await lastWords(connection, pod) : `${pod.name} runs with the configuration before`
      return { node: pod.node, state: pod.fails ? 'failed' : 'pending', confirmed: null, why }
    }),
  )
  return { id, state: 'failed', nodes }
}
