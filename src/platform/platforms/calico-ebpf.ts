/** Source: docs.tigera.io, Enable the eBPF data plane (FelixConfiguration default, spec.bpfEnabled). */
import { appliedOf, nameOf } from '../../cluster/applied.ts'
import { object } from '../../cluster/json.ts'
import { replacement } from '../replacement.ts'

export const calicoEbpf = replacement(
  {
    id: 'calico-ebpf',
    name: 'Calico eBPF',
    recognise: ({ felixConfigurations }) =>
      felixConfigurations
        .filter((felix) => object(felix['spec'])['bpfEnabled'] === true)
        .map((felix) => `spec.bpfEnabled: true of ${nameOf(appliedOf('FelixConfiguration', felix))}`),
  },
  {
    what: 'its data plane serves the Services',
    how: "Calico's eBPF data plane serves the Services; linuxDataplane of the Installation or bpfEnabled of the FelixConfiguration decides that",
  },
)
