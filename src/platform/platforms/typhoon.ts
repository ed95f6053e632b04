/** Typhoon. Sources: typhoon.psdn.io, architecture (labels of nodes); terraform-render-bootstrap resources/manifests/kube-proxy.yaml. */
import { marked, nodesWhose } from '../evidence.ts'
import { modesOf } from '../mode.ts'
import { kept } from '../platform.ts'
import type { Platform } from '../platform.ts'
import { asFlags, flagWords, isNothing } from '../setting.ts'

export const typhoon: Platform = {
  id: 'typhoon',
  name: 'Typhoon',
  kind: 'flags',
  recognise: (scene) => {
    const systems = nodesWhose(scene, 'osImage', (image) => /^(?:Fedora CoreOS|Flatcar)/.test(image))
    const controllers = marked(scene.nodes, 'labels', 'node.kubernetes.io/controller')
    // others label nodes like that too, on other systems
    return systems.length > 0 && controllers.length > 0 ? [...controllers, ...systems] : []
  },
  place: () =>
    'flags in DaemonSet kube-system/kube-proxy, which Typhoon applies once, when the cluster is made; there is no ConfigMap',
  fate: kept,
  modes: (scene) => modesOf(scene),
  change: (wanted, scene) => {
    const flags = asFlags(wanted, scene)
    if (isNothing(flags)) return { refused: flags.refused }
    return {
      commands: ['kpx edit daemonset'],
      notes: [
        "Typhoon's module has no variable for it",
        ...flagWords(flags).map((word) => `in the container's command: --${word}`),
        ...flags.unset.map((name) => `out of the container's command: --${name}`),
      ],
      refused: flags.refused,
    }
  },
}
