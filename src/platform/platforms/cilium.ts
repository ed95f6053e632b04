/** Sources: docs.cilium.io, Kubernetes Without kube-proxy; ConfigMap cilium-config, whose values other than these leave Services to kube-proxy. */
import { nameOf } from '../../cluster/applied.ts'
import { replacement } from '../replacement.ts'

const key = 'kube-proxy-replacement'

/** `strict` until 1.13. */
const whole = ['true', 'strict']

export const cilium = replacement(
  {
    id: 'cilium',
    name: 'Cilium',
    recognise: ({ configMaps }) =>
      configMaps
        .filter(({ data, name }) => name === 'cilium-config' && whole.includes(data.get(key) ?? ''))
        .map((map) => `key ${key}: ${map.data.get(key)} of ${nameOf(map)}`),
  },
  {
    what: 'it serves the Services, by eBPF programs (kubeProxyReplacement)',
    how: "Cilium serves the Services; Helm's value kubeProxyReplacement decides that",
  },
)
