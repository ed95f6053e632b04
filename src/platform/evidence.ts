/** What speaks for a platform, in words: the object and the label, annotation or field of it. */
import { nameOf } from '../cluster/applied.ts'
import type { Applied } from '../cluster/applied.ts'
import { text } from '../cluster/json.ts'
import type { PlatformNode, PlatformScene } from './scene.ts'

type Wanted = (value: string) => boolean

const any: Wanted = () => true

/** `label KEY: VALUE of Node NAME and 3 more`; empty where no object has it. An empty value is one too. */
export function marked(
  objects: readonly Applied[],
  on: 'annotations' | 'labels',
  key: string,
  isWanted: Wanted = any,
): string[] {
  const having = objects.filter((one) => typeof one[on][key] === 'string' && isWanted(text(one[on][key])))
  const value = text(having[0]?.[on][key])
  const shown = value === '' || value.length > longest ? '' : `: ${value}`
  return told(`${on.slice(0, -1)} ${key}${shown}`, having)
}

/** Characters of a value that says something by itself; a whole command line does not. */
const longest = 80

/** `kubeletVersion v1.33.1+k3s1 of Node NAME`. */
export function nodesWhose(
  { nodes }: PlatformScene,
  field: 'kubeletVersion' | 'osImage' | 'providerId',
  isWanted: Wanted,
): string[] {
  const having = nodes.filter((node) => isWanted(node[field]))
  const name = field === 'providerId' ? 'providerID' : field
  return told(`${name} ${having[0]?.[field] ?? ''}`, having)
}

export const versionHas = ({ gitVersion }: PlatformScene, part: string): string[] =>
  gitVersion.includes(part) ? [`the API server's version ${gitVersion}`] : []

export const apiGroup = ({ apiGroups }: PlatformScene, group: string): string[] =>
  apiGroups.has(group) ? [`API group ${group}`] : []

/** Objects that are there, by what is known of them. */
export const objectsThat = <T extends Applied>(objects: readonly T[], isWanted: (one: T) => boolean): string[] =>
  told('', objects.filter(isWanted))

/** Of those who make clusters with kubeadm from a provider's own builds: their versions are the provider's, and nothing else is. */
export const isMadeByKubeadm = ({ configMaps }: PlatformScene): boolean =>
  configMaps.some(({ name, namespace }) => namespace === 'kube-system' && name === 'kubeadm-config')

function told(what: string, [first, ...others]: readonly Applied[]): string[] {
  if (!first) return []
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  return [`${what === '' ? '' : `${what} of `}${nameOf(first)}${more}`]
}

/** The value of a label that every node has alike which has it; undefined where there is none, or several. */
export function commonLabel(
  nodes: readonly PlatformNode[],
  on: 'annotations' | 'labels',
  key: string,
): string | undefined {
  const values = new Set(nodes.flatMap((node) => text(node[on][key]) || []))
  return values.size === 1 ? [...values][0] : undefined
}
