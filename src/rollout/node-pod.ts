/** The pods of a DaemonSet, one of each node, while they are replaced. */
import { list, number, object, objects, text } from '../cluster/json.ts'
import type { Json } from '../cluster/json.ts'
import { kubeProxyDaemonSets } from '../cluster/kube-proxy.ts'

export interface NodePod {
  readonly node: string
  readonly namespace: string
  readonly name: string
  readonly uid: string
  /** kube-proxy's. */
  readonly container: string
  /** Made from the template as it is now. */
  readonly isNew: boolean
  readonly ready: boolean
  /** How often its container was started again. */
  readonly restarts: number
  /** Its container has ended for the second time, or cannot be made: it will not do better by itself. */
  readonly fails: boolean
  /** Why its container does not run; empty where it does. */
  readonly waits: string
}

/** The kubelet's reasons for which it only tries again. */
const hopeless = /^(CreateContainer\w*Error|ImagePullBackOff|InvalidImageName|RunContainerError)$/

/** The newest of each node, by node. `set` is the DaemonSet. */
export function nodePods(pods: readonly unknown[], set: Json): readonly NodePod[] {
  const { uid } = object(set['metadata'])
  const own = pods
    .map(object)
    .filter((pod) => objects(object(pod['metadata'])['ownerReferences']).some((owner) => owner['uid'] === uid))
  const byNode = new Map<string, Json>()
  for (const pod of own) {
    const node = nodeOf(object(pod['spec']))
    const before = byNode.get(node)
    if (node !== '' && (!before || createdAt(before) < createdAt(pod))) byNode.set(node, pod)
  }
  const isUpdated = updatedBy(set, own)
  const container = kubeProxyDaemonSets([set])[0]?.container.name ?? ''
  const found = [...byNode].map(([node, pod]) => ({ ...nodePod(node, pod, isUpdated(pod)), container }))
  return found.sort((a, b) => (a.node < b.node ? -1 : 1))
}

/**
 * Whether a pod is of the template as it is now, as the DaemonSet's controller sees it (IsPodUpdated(), pkg/controller/daemon/util): it has
 * the template's generation, or the hash of its revision. A template that comes back has the hash of before, and pods of then stay.
 */
function updatedBy(set: Json, pods: readonly Json[]): (pod: Json) => boolean {
  const { annotations, generation } = object(set['metadata'])
  const { desiredNumberScheduled, observedGeneration, updatedNumberScheduled } = object(set['status'])
  const template = text(object(annotations)['deprecated.daemonset.template.generation'])
  const isMade = (pod: Json): boolean => template !== '' && labelOf(pod, 'pod-template-generation') === template
  const hashes = new Set(pods.filter(isMade).map((pod) => labelOf(pod, 'controller-revision-hash')))
  const areAll =
    observedGeneration === generation && number(updatedNumberScheduled) === (number(desiredNumberScheduled) ?? 0)
  return (pod) => {
    const hash = labelOf(pod, 'controller-revision-hash')
    return isMade(pod) || areAll || (hash !== '' && hashes.has(hash))
  }
}

/** One that waits for a place has only the affinity to its node that the DaemonSet's controller gives it (pkg/controller/daemon/util). */
function nodeOf({ affinity, nodeName }: Json): string {
  const required = object(object(object(affinity)['nodeAffinity'])['requiredDuringSchedulingIgnoredDuringExecution'])
  const fields = objects(required['nodeSelectorTerms']).flatMap(({ matchFields }) => objects(matchFields))
  return text(nodeName) || text(list(fields.find(({ key }) => key === 'metadata.name')?.['values'])[0])
}

const labelOf = (pod: Json, name: string): string => text(object(object(pod['metadata'])['labels'])[name])

const createdAt = (pod: Json): string => text(object(pod['metadata'])['creationTimestamp'])

function nodePod(node: string, { metadata, status }: Json, isUpdated: boolean): Omit<NodePod, 'container'> {
  const { deletionTimestamp, name, namespace, uid } = object(metadata)
  const containers = objects(object(status)['containerStatuses'])
  const states = containers.map(({ state }) => object(state))
  const reason = states.map(({ waiting }) => text(object(waiting)['reason'])).find((one) => one !== '') ?? ''
  const restarts = Math.max(0, ...containers.map(({ restartCount }) => number(restartCount) ?? 0))
  const ready = containers.length > 0 && containers.every((one) => one['ready'] === true)
  const hasEnded = reason === 'CrashLoopBackOff' || states.some(({ terminated }) => terminated !== undefined)
  return {
    node,
    namespace: text(namespace),
    name: text(name),
    uid: text(uid),
    isNew: deletionTimestamp === undefined && isUpdated,
    restarts,
    ready,
    // one that has ended before has ended at least twice now; between two looks it may have begun once more
    fails: !ready && (hopeless.test(reason) || (hasEnded && restarts >= 1) || restarts >= 2),
    waits: reason,
  }
}
