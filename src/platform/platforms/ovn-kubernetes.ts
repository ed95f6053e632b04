/** Source: ovn-kubernetes.io, architecture (DaemonSet ovnkube-node; Services are load balancers of OVN). */
import { objectsThat } from '../evidence.ts'
import { replacement } from '../replacement.ts'

export const ovnKubernetes = replacement(
  {
    id: 'ovn-kubernetes',
    name: 'OVN-Kubernetes',
    recognise: ({ daemonSets }) => objectsThat(daemonSets, ({ name }) => name === 'ovnkube-node'),
  },
  {
    what: 'it serves the Services, by load balancers of OVN',
    how: 'OVN-Kubernetes serves the Services',
  },
)
