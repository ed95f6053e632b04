/** RKE1, whose support has ended. Sources: rke.docs.rancher.com, services and extra_args; its nodes' annotation rke.cattle.io/internal-ip. */
import { yamlOfJson } from '../../config/yaml-object.ts'
import { marked } from '../evidence.ts'
import { modesOf } from '../mode.ts'
import { undone } from '../platform.ts'
import type { Platform } from '../platform.ts'
import { asFlags, isNothing } from '../setting.ts'

export const rke: Platform = {
  id: 'rke',
  name: 'RKE',
  kind: 'host process',
  recognise: ({ nodes }) => marked(nodes, 'annotations', 'rke.cattle.io/internal-ip'),
  place: () => 'services.kubeproxy of cluster.yml; kube-proxy is a container of Docker on each node, and has no pod',
  fate: undone('rke up makes the containers anew from cluster.yml'),
  modes: (scene) => modesOf(scene),
  change: (wanted, scene) => {
    const flags = asFlags(wanted, scene)
    if (isNothing(flags)) return { refused: flags.refused }
    const extra = Object.fromEntries(Array.from(flags.values, ([name, value]) => [name, String(value)]))
    const taken = flags.unset.map((name) => `${name} is to be taken out of services.kubeproxy.extra_args`)
    return {
      files: [{ path: 'cluster.yml', text: yamlOfJson({ services: { kubeproxy: { extra_args: extra } } }) }],
      commands: ['rke up --config cluster.yml'],
      notes: ['cluster.yml has more than that: only the named arguments are to be changed in it', ...taken],
      refused: flags.refused,
    }
  },
}
