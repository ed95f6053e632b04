/** minikube. Sources: minikube.sigs.k8s.io, --extra-config (kube-proxy.KEY becomes a line of the configuration); the labels of its nodes. */
import type { Applied } from '../../cluster/applied.ts'
import { commonLabel, marked } from '../evidence.ts'
import { kpxWay } from '../kpx-way.ts'
import { modesOf } from '../mode.ts'
import type { Fate, Platform } from '../platform.ts'
import { quoted } from '../../command-words.ts'
import { configurationWith } from '../setting.ts'
import { kubeadmPlace } from './kubeadm.ts'

const fate = (_object: Applied): Fate => ({
  outcome: 'replaced',
  why: 'minikube start may set kube-proxy up anew, with what was given as --extra-config',
})

/** As it can stand in a line of YAML. */
const lineText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

export const minikube: Platform = {
  id: 'minikube',
  name: 'minikube',
  refines: ['kubeadm'],
  kind: 'ConfigMap',
  recognise: ({ nodes }) => marked(nodes, 'labels', 'minikube.k8s.io/name'),
  place: () => `${kubeadmPlace}, as minikube start makes it`,
  fate,
  modes: (scene) => modesOf(scene),
  change: (wanted, { nodes }) => {
    // a section's fields would be lines that no release knows
    const top = wanted.filter(({ path, value }) => !path.includes('.') && value !== null)
    const profile = commonLabel(nodes, 'labels', 'minikube.k8s.io/name') ?? 'minikube'
    const { apiVersion: _api, kind: _kind, ...config } = configurationWith(top)
    const extra = Object.entries(config).map(([key, value]) =>
      quoted(`--extra-config=kube-proxy.${key}=${lineText(value)}`),
    )
    const start = [`minikube start --profile ${profile} ${extra.join(' ')}`]
    return {
      commands: [...kpxWay(wanted).commands, ...(top.length > 0 ? start : [])],
      notes: [
        'the first changes the cluster that is there; minikube start with --extra-config makes it last',
        ...(top.length < wanted.length ? ['--extra-config takes no field of a section'] : []),
      ],
    }
  },
}
