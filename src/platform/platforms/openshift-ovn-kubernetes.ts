/** OpenShift as it is installed. Source: cluster-network-operator: with OVNKubernetes it deploys no kube-proxy and refuses options for it. */
import { objectsThat } from '../evidence.ts'
import { undone } from '../platform.ts'
import type { Platform } from '../platform.ts'
import { unsettable } from '../unsettable.ts'

const why =
  'there is no kube-proxy: OVN-Kubernetes serves the Services, and the operator refuses kubeProxyConfig with it'

export const openshiftOvnKubernetes: Platform = {
  id: 'openshift-ovn-kubernetes',
  name: 'OpenShift with OVN-Kubernetes',
  refines: ['openshift', 'ovn-kubernetes'],
  kind: 'none',
  recognise: ({ daemonSets }) =>
    objectsThat(
      daemonSets,
      ({ name, namespace }) => namespace === 'openshift-ovn-kubernetes' && name === 'ovnkube-node',
    ),
  place: () =>
    'there is no kube-proxy: DaemonSet openshift-ovn-kubernetes/ovnkube-node serves the Services, managed by the cluster-network-operator',
  fate: undone('the cluster-network-operator manages it'),
  ...unsettable(why),
}
