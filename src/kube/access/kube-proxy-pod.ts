/** The first way: the pod of kube-proxy is on the node already, in its network, and has the tools that kube-proxy uses. */
import type { KubeProxyPod } from '../../cluster/kube-proxy.ts'
import type { Connection } from '../connection.ts'
import { KpxError } from '../../error.ts'
import type { ClusterNode } from './cluster-node.ts'
import { inPod } from './in-pod.ts'
import { nothingToClose } from './way.ts'
import type { Access, NoWay, Way } from './way.ts'

export function kubeProxyPodAccess(connection: Connection, pods: ReadonlyMap<string, KubeProxyPod>): Access {
  const missing = new Map<string, Set<string>>()
  const missingIn = (image: string): Set<string> => {
    const own = missing.get(image) ?? new Set<string>()
    missing.set(image, own)
    return own
  }
  return {
    way: 'exec',
    label: 'kube-proxy',
    prepare: async () => async (node) => {
      const pod = pods.get(node.name)
      if (!pod) return notReady(node) ?? withoutPod(node)
      const { container, imageId, namespace, pod: name } = pod
      const place = { namespace, pod: name, container: container.name }
      return explained(inPod(connection, place, { missing: missingIn(imageId), close: nothingToClose }), pod, node)
    },
  }
}

const withoutPod = ({ name }: ClusterNode): NoWay => ({
  why: 'no pod of kube-proxy runs on this node',
  fix: `see what does: kubectl get pods -A -o wide --field-selector spec.nodeName=${name}; a process of the node is seen with --via 'ssh {node} sudo'`,
})

const notReady = ({ name, trouble }: ClusterNode): Required<NoWay> | undefined =>
  trouble === undefined
    ? undefined
    : {
        why: `the node is not ready${trouble === '' ? '' : `: ${trouble}`}`,
        fix: `see its conditions: kubectl describe node ${name}`,
      }

/** Where the node or its pod does not answer, what the API knows of them says more than the failure. */
function explained(way: Way, pod: KubeProxyPod, node: ClusterNode): Way {
  const explain = (error: unknown): never => {
    const known = notReady(node) ?? notRunning(pod)
    if (!(error instanceof KpxError) || !known || !isOfNode(error)) throw error
    throw new KpxError(error.code, known.why, { fix: known.fix, cause: error })
  }
  return {
    ...way,
    run: (words) => way.run(words).catch(explain),
    change: (words, stdin) => way.change(words, stdin).catch(explain),
    get: (port, path) => way.get(port, path).catch(explain),
  }
}

/** The API server could be reached, and lets the user in. */
const isOfNode = ({ code }: KpxError): boolean => code === 'KPX1016' || code === 'KPX1017'

const notRunning = ({ namespace, pod, waiting }: KubeProxyPod): Required<NoWay> | undefined =>
  waiting && {
    why: `it does not run (${waiting.reason}), so that nothing on the node can be read; rules that it made may still be in force`,
    fix: `see why it ended: kubectl logs -n ${namespace} ${pod}`,
  }
