/** The first way: the pod of kube-proxy is on the node already, in its network, and has the tools that kube-proxy uses. */
import type { KubeProxyPod } from '../../cluster/kube-proxy.ts'
import type { Connection } from '../connection.ts'
import { inPod } from './in-pod.ts'
import { nothingToClose } from './way.ts'
import type { Access } from './way.ts'

export const kubeProxyPodAccess = (connection: Connection, pods: ReadonlyMap<string, KubeProxyPod>): Access => ({
  way: 'exec',
  label: 'kube-proxy',
  prepare: async () => async (node) => {
    const pod = pods.get(node.name)
    if (!pod) return 'no pod of kube-proxy runs on this node'
    const { container, namespace, pod: name } = pod
    return inPod(connection, { namespace, pod: name, container: container.name }, nothingToClose)
  },
})
