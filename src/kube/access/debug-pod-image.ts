/** The image for a debug pod: kube-proxy's, which has the tools, and which the node has already where that is possible. */
import { kubeProxyPods } from '../../cluster/kube-proxy.ts'
import type { ClusterNode } from './cluster-node.ts'

/** Of the node's own pod of kube-proxy, be it broken; of what the node has, best what other nodes use; of what they use. */
export function imageFor(node: ClusterNode, pods: readonly unknown[]): string | undefined {
  const proxies = kubeProxyPods(pods)
  const used = [...proxies.values()].map(({ container }) => container.image)
  // a name with a digest says no version
  const [here] = node.images.filter(isKubeProxy).sort((a, b) => Number(a.includes('@')) - Number(b.includes('@')))
  return proxies.get(node.name)?.container.image ?? node.images.find((name) => used.includes(name)) ?? here ?? used[0]
}

/** `registry.k8s.io/kube-proxy:v1.37.1`, `k8s.gcr.io/kube-proxy-amd64@sha256:...`. */
const isKubeProxy = (name: string): boolean => /(^|\/)kube-proxy(-[a-z0-9]+)?[:@][^/]*$/.test(name)
