/** kube-proxy as a workload: its DaemonSets, and its pod on each node. */
import { appliedOf } from './applied.ts'
import type { Applied } from './applied.ts'
import { number, object, objects, text } from './json.ts'
import type { Json } from './json.ts'
import { containersOf } from './workload.ts'
import type { Container } from './workload.ts'

export interface KubeProxyPod {
  readonly node: string
  readonly namespace: string
  readonly pod: string
  /** The DaemonSet that made it; undefined for a pod of another, or of the node's own (static). */
  readonly daemonSet: string | undefined
  readonly labels: Json
  readonly container: Container
  /** Pods with the same one have the same programs. */
  readonly imageId: string
  /** Its container runs, so that commands can run in it. */
  readonly ready: boolean
  /** RFC 3339; undefined for a container that does not run. */
  readonly startedAt: string | undefined
  readonly createdAt: string | undefined
  readonly restarts: number
  /** Why the container does not run: `CrashLoopBackOff`, with what the kubelet or the container says. */
  readonly waiting: { readonly reason: string; readonly message: string } | undefined
}

/** By node: its container is in the node's network, and has the tools that kube-proxy uses. */
export function kubeProxyPods(pods: Iterable<unknown>): ReadonlyMap<string, KubeProxyPod> {
  const found = new Map<string, KubeProxyPod>()
  for (const pod of pods) {
    const one = kubeProxyPod(object(pod))
    // of an old pod that ends and its successor, the one that is ready
    if (one && !found.get(one.node)?.ready) found.set(one.node, one)
  }
  return found
}

function kubeProxyPod({ metadata, spec, status }: Json): KubeProxyPod | undefined {
  const { creationTimestamp, labels, name, namespace, ownerReferences } = object(metadata)
  const { hostNetwork, nodeName } = object(spec)
  if (hostNetwork !== true || text(nodeName) === '' || text(name) === '' || text(namespace) === '') return undefined
  const container = kubeProxyContainer(object(spec), object(labels))
  if (!container) return undefined
  const own = objects(object(status)['containerStatuses']).find((one) => one['name'] === container.name) ?? {}
  const state = object(own['state'])
  return {
    node: text(nodeName),
    namespace: text(namespace),
    pod: text(name),
    daemonSet: text(objects(ownerReferences).find(({ kind }) => kind === 'DaemonSet')?.['name']) || undefined,
    labels: object(labels),
    container,
    imageId: text(own['imageID']) || text(container.image),
    ready: own['ready'] === true,
    startedAt: text(object(state['running'])['startedAt']) || undefined,
    createdAt: text(creationTimestamp) || undefined,
    restarts: number(own['restartCount']) ?? 0,
    waiting: waitingOf(state, object(own['lastState'])),
  }
}

/** As the object that says what it is started with. */
export const podAsApplied = ({ createdAt, labels, namespace, pod }: KubeProxyPod): Applied => ({
  kind: 'Pod',
  namespace,
  name: pod,
  labels,
  annotations: {},
  managers: [],
  createdAt,
  resourceVersion: '',
})

/** By its name; or, with the labels of kubeadm, EKS and AKS (k8s-app or component), by its command. */
function kubeProxyContainer(spec: Json, labels: Json): Container | undefined {
  const containers = containersOf(spec)
  const labelled = ['k8s-app', 'component', 'app'].some((label) => labels[label] === 'kube-proxy')
  return (
    containers.find(({ name }) => name === 'kube-proxy') ??
    (labelled ? containers.find(({ words }) => words.some((word) => word.includes('kube-proxy'))) : undefined)
  )
}

function waitingOf(state: Json, last: Json): KubeProxyPod['waiting'] {
  const { message, reason } = object(state['waiting'] ?? state['terminated'])
  if (text(reason) === '') return undefined
  // what the process said as it ended says more than that it is to be started again
  const ended = text(object(last['terminated'])['message']).trim()
  return { reason: text(reason), message: ended || text(message) }
}

export interface KubeProxyDaemonSet extends Applied {
  readonly container: Container
  /** Nodes that it should be on. */
  readonly desired: number
  /** Pods that a node may have beside an old one while they are replaced, as it is written: `1`, `10%`; empty where it is not. */
  readonly maxSurge: string
  /** Pods that may be away while they are replaced, alike. */
  readonly maxUnavailable: string
  /** `RollingUpdate`, `OnDelete`; empty where it is not written. */
  readonly updateStrategy: string
  /** Whether the kubelet asks its container whether it works. */
  readonly isProbed: boolean
}

/** Those with a container of kube-proxy. */
export const kubeProxyDaemonSets = (daemonSets: Iterable<unknown>): readonly KubeProxyDaemonSet[] =>
  Array.from(daemonSets, (item) => daemonSetOf(object(item))).flat()

function daemonSetOf(value: Json): KubeProxyDaemonSet[] {
  const { spec, status } = value
  const template = object(object(spec)['template'])
  const container = kubeProxyContainer(object(template['spec']), object(object(template['metadata'])['labels']))
  const desired = number(object(status)['desiredNumberScheduled']) ?? 0
  const { rollingUpdate, type } = object(object(spec)['updateStrategy'])
  const { maxSurge, maxUnavailable } = object(rollingUpdate)
  if (!container) return []
  const own = objects(object(template['spec'])['containers']).find(({ name }) => name === container.name)
  return [
    {
      ...appliedOf('DaemonSet', value),
      container,
      desired,
      maxSurge: countOf(maxSurge),
      maxUnavailable: countOf(maxUnavailable),
      updateStrategy: text(type),
      isProbed: own?.['readinessProbe'] !== undefined,
    },
  ]
}

/** Of `1` and `"10%"`. */
const countOf = (value: unknown): string => (typeof value === 'number' ? String(value) : text(value))
