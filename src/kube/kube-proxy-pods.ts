/** The pod of kube-proxy on each node: its container is in the node's network, and has the tools that kube-proxy uses. */
import type { Container } from './exec.ts'

interface PodLike {
  readonly metadata?: {
    readonly namespace?: string
    readonly name?: string
    readonly labels?: Readonly<Record<string, string>>
  }
  readonly spec?: {
    readonly nodeName?: string
    readonly hostNetwork?: boolean
    readonly containers?: readonly {
      readonly name?: string
      readonly image?: string
      readonly command?: readonly string[]
    }[]
  }
  readonly status?: {
    readonly phase?: string
    readonly containerStatuses?: readonly { readonly name?: string; readonly ready?: boolean }[]
  }
}

export interface KubeProxyPod extends Container {
  readonly node: string
  readonly image: string | undefined
  /** Its container runs, so that commands can run in it. */
  readonly ready: boolean
}

/** By their labels (kubeadm, EKS and AKS: k8s-app or component), or by a container of that name in a pod of the host's network. */
export function kubeProxyPods(pods: readonly unknown[]): ReadonlyMap<string, KubeProxyPod> {
  const found = new Map<string, KubeProxyPod>()
  for (const pod of pods) {
    const one = kubeProxyPod(pod as PodLike)
    // of an old pod that ends and its successor, the one that is ready
    if (one && !found.get(one.node)?.ready) found.set(one.node, one)
  }
  return found
}

function kubeProxyPod({ metadata, spec, status }: PodLike): KubeProxyPod | undefined {
  const { labels = {}, name, namespace } = metadata ?? {}
  const { containers = [], hostNetwork, nodeName: node } = spec ?? {}
  if (hostNetwork !== true || node === undefined || name === undefined || namespace === undefined) return undefined
  const labelled =
    labels['k8s-app'] === 'kube-proxy' || labels['component'] === 'kube-proxy' || labels['app'] === 'kube-proxy'
  const container =
    containers.find((one) => one.name === 'kube-proxy') ??
    (labelled ? containers.find((one) => one.command?.some((word) => word.includes('kube-proxy'))) : undefined)
  if (container?.name === undefined) return undefined
  const ready = status?.containerStatuses?.some((one) => one.name === container.name && one.ready) === true
  return { node, namespace, pod: name, container: container.name, image: container.image, ready }
}
