/** kube-proxy's flags as MicroK8s and Canonical Kubernetes have them: a file on each node with one in a line. */
import { quoted } from '../command-words.ts'
import type { OwnersWay } from './platform.ts'
import { asFlags, flagWords, isNothing } from './setting.ts'
import type { Setting } from './setting.ts'
import type { PlatformScene } from './scene.ts'

/** `service` is the snap's, `k8s.kube-proxy`. */
export function argsFileWay(
  wanted: readonly Setting[],
  scene: PlatformScene,
  { file, service }: { readonly file: string; readonly service: string },
): Partial<OwnersWay> {
  const flags = asFlags(wanted, scene)
  if (isNothing(flags)) return { refused: flags.refused }
  const gone = [...flags.values.keys(), ...flags.unset]
  return {
    commands: [
      ...gone.map((name) => `sudo sed -i '/^--${name}\\([= ]\\|$\\)/d' ${file}`),
      ...flagWords(flags).map((word) => `echo ${quoted(`--${word}`)} | sudo tee -a ${file}`),
      `sudo snap restart ${service}`,
    ],
    notes: ['they are to be typed on each node, on one after the other'],
    refused: flags.refused,
  }
}
