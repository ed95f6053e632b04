/** The pods of a DaemonSet, one of each node, while they are replaced. */
import { number, object, objects, text } from '../cluster/json.ts'
import type { Json } from '../cluster/json.ts'

export interface NodePod {
  readonly node: string
  readonly namespace: string
  readonly name: string
  /** Made from the template as it is now. */
  readonly isNew: boolean
  readonly ready: boolean
  /** How often its container was started again. */
  readonly restarts: number
  /** Its container has ended again and again, or cannot be made: it will not do better by itself. */
  readonly fails: boolean
  /** Why its container does not run; empty where it does. */
  readonly waits: string
}

/** Restarts after which a container that has ended once more is taken to fail. */
const mostRestarts = 1

/** The kubelet's reasons for which it only tries again. */
const hopeless = /^(CrashLoopBackOff|CreateContainer\w*Error|ImagePullBackOff|InvalidImageName|RunContainerError)$/

/** The newest of each node, by node. `set` is the DaemonSet, whose template's generation its pods are labelled with. */
export function nodePods(pods: readonly unknown[], set: Json): readonly NodePod[] {
  const { annotations, uid } = object(set['metadata'])
  const generation = text(object(annotations)['deprecated.daemonset.template.generation'])
  const own = pods
    .map(object)
    .filter((pod) => objects(object(pod['metadata'])['ownerReferences']).some((owner) => owner['uid'] === uid))
  const byNode = new Map<string, Json>()
  for (const pod of own) {
    const node = text(object(pod['spec'])['nodeName'])
    const before = byNode.get(node)
    if (node !== '' && (!before || createdAt(before) < createdAt(pod))) byNode.set(node, pod)
  }
  const found = [...byNode].map(([node, pod]) => nodePod(node, pod, generation))
  return found.sort((a, b) => (a.node < b.node ? -1 : 1))
}

const createdAt = (pod: Json): string => text(object(pod['metadata'])['creationTimestamp'])

function nodePod(node: string, { metadata, status }: Json, generation: string): NodePod {
  const { deletionTimestamp, labels, name, namespace } = object(metadata)
  const containers = objects(object(status)['containerStatuses'])
  const reason =
    containers.map(({ state }) => text(object(object(state)['waiting'])['reason'])).find((one) => one !== '') ?? ''
  const restarts = Math.max(0, ...containers.map(({ restartCount }) => number(restartCount) ?? 0))
  const isCrash = reason === 'CrashLoopBackOff'
  return {
    node,
    namespace: text(namespace),
    name: text(name),
    isNew:
      generation !== '' &&
      deletionTimestamp === undefined &&
      text(object(labels)['pod-template-generation']) === generation,
    restarts,
    ready: containers.length > 0 && containers.every(({ ready }) => ready === true),
    fails: hopeless.test(reason) && (!isCrash || restarts >= mostRestarts),
    waits: reason,
  }
}
