/**
 * The DaemonSet while a rollout replaces its pods itself: its updateStrategy is OnDelete, so that none is replaced but by kpx, and its
 * template is marked, so that new pods can be told from old ones.
 */
import { createHash } from 'node:crypto'
import type { Applied } from '../cluster/applied.ts'
import { object, text } from '../cluster/json.ts'
import type { Json } from '../cluster/json.ts'
import type { Connection } from '../kube/connection.ts'
import { changeObject, getObject } from '../kube/objects.ts'
import { resources } from '../kube/resource.ts'

/** Of the template: which configuration its pods are started with. */
const hashAnnotation = 'kpx/config-hash'

export const onDelete: Json = { type: 'OnDelete' }

const hashOf = (configuration: string): string => createHash('sha256').update(configuration).digest('hex').slice(0, 16)

const daemonSet = (verb: 'get' | 'patch', { name, namespace }: Pick<Applied, 'name' | 'namespace'>) =>
  ({ verb, resource: resources.daemonSets, namespace, name }) as const

export const getDaemonSet = async (connection: Connection, workload: Applied): Promise<Json> =>
  object(await getObject(connection, daemonSet('get', workload)))

/** Empty for a template that kpx has not marked. */
export const markOf = (set: Json): string =>
  text(object(object(object(object(set['spec'])['template'])['metadata'])['annotations'])[hashAnnotation])

export const strategyOf = (set: Json): Json => object(object(set['spec'])['updateStrategy'])

/** Whether the template's pods are started with this configuration. */
export const isMarked = (set: Json, configuration: string): boolean =>
  markOf(set).split('-')[0] === hashOf(configuration)

/** Another one than the template has, also of a configuration that comes back without the one between having been rolled out. */
export function nextMark(set: Json, configuration: string): string {
  const [before, count = '1'] = markOf(set).split('-')
  const hash = hashOf(configuration)
  return before === hash ? `${hash}-${Number(count) + 1}` : hash
}

/** Whether no pod is replaced by itself, and new ones are as the mark says; null is any. */
export const isHeld = (set: Json, mark: string | null): boolean =>
  strategyOf(set)['type'] === 'OnDelete' && (mark === null || markOf(set) === mark)

/** In one write, so that no pod is replaced between the two. An empty mark is none. Throws as Connection.change. */
export async function hold(connection: Connection, workload: Applied, mark: string | null): Promise<void> {
  await changeObject(connection, daemonSet('patch', workload), heldBy(mark), {})
}

/** Whether the API server would take it. Throws as Connection.change. */
export async function tryHold(connection: Connection, workload: Applied, mark: string): Promise<void> {
  await changeObject(connection, daemonSet('patch', workload), heldBy(mark), { dryRun: 'All' })
}

function heldBy(mark: string | null): object {
  const marked = mark !== null && {
    template: { metadata: { annotations: { [hashAnnotation]: mark === '' ? null : mark } } },
  }
  return { spec: { updateStrategy: { ...onDelete, rollingUpdate: null }, ...marked } }
}

/** Its own strategy again. Throws as Connection.change. */
export async function letGo(connection: Connection, workload: Applied, strategy: Json): Promise<void> {
  // a strategy that is not told is the default, which a patch with nothing in it would not bring back
  const updateStrategy = { type: 'RollingUpdate', ...strategy }
  await changeObject(connection, daemonSet('patch', workload), { spec: { updateStrategy } }, {})
}
