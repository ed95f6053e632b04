/** A recorded cluster one node of which has no pod of kube-proxy, so that kpx needs another way to get at it. */
import type { Script } from './api-server.ts'
import { itemsOf, recordedCluster } from './recorded-cluster.ts'

interface Pod {
  readonly metadata: { readonly name: string }
  readonly spec: { readonly nodeName: string; readonly containers: readonly { readonly name: string }[] }
}

export interface WithoutKubeProxy {
  readonly script: Required<Pick<Script, 'exec' | 'forward' | 'get' | 'write'>>
  /** Debug pods that are there now. */
  readonly there: ReadonlyMap<string, Pod>
  /** What was asked: `POST /api/...`, with what was posted. */
  readonly written: readonly { readonly what: string; readonly object: unknown }[]
}

export interface WithoutKubeProxyOptions {
  /** The status of a debug pod; unless told otherwise, its first container runs. */
  readonly status?: (pod: Pod) => object
  /** In the list of pods beside the recorded ones. */
  readonly pods?: readonly object[]
}

const pods = '/api/v1/namespaces/kube-system/pods'

const runs = ({ spec }: Pod): object => ({
  phase: 'Running',
  containerStatuses: spec.containers.map(({ name }, i) => ({
    name,
    state: i === 0 ? { running: {} } : { waiting: {} },
  })),
})

export function withoutKubeProxy(
  recording: string,
  node: string,
  { pods: others = [], status = runs }: WithoutKubeProxyOptions = {},
): WithoutKubeProxy {
  const cluster = recordedCluster(recording)
  const recorded = itemsOf(recording, 'pods')
  const proxy = recorded.find(
    ({ metadata, spec }) => metadata.labels?.['k8s-app'] === 'kube-proxy' && spec.nodeName === node,
  )
  const there = new Map<string, Pod>()
  const written: { what: string; object: unknown }[] = []
  const proxyFor = (pod: string): string =>
    there.get(pod)?.spec.nodeName === node ? (proxy?.metadata.name ?? '') : pod
  const get: Script['get'] = (url, request) => {
    const pod = there.get(url.pathname.slice(pods.length + 1))
    if (pod) return { body: { ...pod, status: status(pod) } }
    if (url.pathname !== '/api/v1/pods') return cluster.get(url, request)
    return { body: { items: [...recorded.filter((one) => one !== proxy), ...others] } }
  }
  const write: Script['write'] = (method, path, object) => {
    // nobody who asks may know what they may do
    if (!path.startsWith(pods)) return undefined
    written.push({ what: `${method} ${path}`, object })
    const name = path.slice(pods.length + 1)
    if (method === 'DELETE') return there.delete(name) ? {} : undefined
    const pod = object as Pod
    there.set(pod.metadata.name, pod)
    return { status: 201, body: pod }
  }
  return {
    script: {
      get,
      write,
      exec: (pod, words) => cluster.exec(proxyFor(pod), words),
      forward: (pod, port, path) => cluster.forward(proxyFor(pod), port, path),
    },
    there,
    written,
  }
}
