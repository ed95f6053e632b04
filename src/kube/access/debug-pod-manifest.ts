/** A pod for looking at a node's rules: in the node's network, with what netfilter's tools need and no more. */
import { randomBytes } from 'node:crypto'
import { systemNamespace } from '../role.ts'
import { owner } from './owner.ts'

/** Seconds after which the kubelet ends it, whatever has become of kpx. */
export const deadline = 300

/** By these kpx finds its own again. */
export const labels: Readonly<Record<string, string>> = {
  'app.kubernetes.io/managed-by': 'kpx',
  'app.kubernetes.io/component': 'debug-pod',
}

export const ownerAnnotation = 'kpx/owner'

/**
 * Containers whose programs do nothing and go on, of which every image of kube-proxy has one: upstream's has `sleep`; EKS's minimal one has
 * iptables alone, which waits for rules on its standard input and would only test them. The one that runs is used.
 */
const holders = [
  { name: 'sleep', command: ['sleep', String(deadline)] },
  { name: 'wait', command: ['xtables-nft-multi', 'iptables-restore', '--test'], stdin: true },
]

/** As far as kpx looks at it again. */
export interface DebugPod {
  readonly apiVersion: 'v1'
  readonly kind: 'Pod'
  readonly metadata: {
    readonly name: string
    readonly namespace: string
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
  }
  readonly spec: {
    readonly nodeName: string
    readonly containers: readonly { readonly name: string; readonly image: string }[]
    readonly [field: string]: unknown
  }
}

/** Root, for wrappers of iptables link it to the flavour in use; of root's capabilities, those that reading rules needs. */
const securityContext = {
  runAsUser: 0,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'], add: ['NET_ADMIN', 'NET_RAW'] },
}

export const debugPod = (node: string, image: string): DebugPod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: `kpx-debug-${randomBytes(4).toString('hex')}`,
    namespace: systemNamespace,
    labels,
    annotations: { [ownerAnnotation]: owner },
  },
  spec: {
    nodeName: node,
    hostNetwork: true,
    restartPolicy: 'Never',
    activeDeadlineSeconds: deadline,
    terminationGracePeriodSeconds: 1,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    tolerations: [{ operator: 'Exists' }],
    containers: holders.map((holder) => ({
      ...holder,
      image,
      imagePullPolicy: 'IfNotPresent',
      securityContext,
    })),
  },
})
