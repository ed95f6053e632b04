/** Programs beside kube-proxy, as their DaemonSets tell of them. */
import type { Recognition } from '../platform/recognise.ts'

type DaemonSets = Recognition['scene']['daemonSets']
export type Container = DaemonSets[number]['containers'][number]

interface Found {
  readonly set: DaemonSets[number]
  readonly container: Container
}

/** The first container that is one, with its DaemonSet. */
export function containerNamed(name: RegExp, { scene }: Recognition): Found | undefined {
  for (const set of scene.daemonSets) {
    const container = set.containers.find((one) => name.test(`${set.name}/${one.name}`))
    if (container) return { set, container }
  }
  return undefined
}

export const isUnseen = ({ scene }: Recognition): boolean => scene.unseen.includes('daemonsets')

export const noDaemonSets = 'the DaemonSets were not recorded'

/** `1.19.2` of `registry/amazon-k8s-cni:v1.19.2-eksbuild.1`; undefined where the tag is no version. */
export const versionOf = ({ image }: Container): string | undefined => /:v?(\d+\.\d+(?:\.\d+)?)[^/]*$/.exec(image)?.[1]
