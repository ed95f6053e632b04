/** The first way: the pod of kube-proxy is on the node already, in its network, and has the tools that kube-proxy uses. */
import type { Connection } from '../connection.ts'
import type { KubeProxyPod } from '../kube-proxy-pods.ts'
import { inPod } from './in-pod.ts'
import { nothingToClose } from './way.ts'
import type { Access } from './way.ts'

export const kubeProxyPodAccess = (connection: Connection, pods: ReadonlyMap<string, KubeProxyPod>): Access => ({
  way: 'exec',
  label: 'kube-proxy',
  prepare: async () => async (node) => {
    const pod = pods.get(node.name)
    return pod ? inPod(connection, pod, nothingToClose) : 'no pod of kube-proxy runs on this node'
  },
})
