/** A container with the words that it is started with, and where the files that it sees come from. */
import { object, objects, text, texts } from './json.ts'
import type { Json } from './json.ts'

export interface Container {
  readonly name: string
  readonly image: string
  /** command and args; `$(NODE_NAME)` and its like as they are written. */
  readonly words: readonly string[]
  /** By name; empty where the value is another object's. */
  readonly env: ReadonlyMap<string, string>
  readonly mounts: readonly Mount[]
}

interface Mount {
  /** `/var/lib/kube-proxy`. */
  readonly path: string
  /** The part of the volume that is mounted; empty for all of it. */
  readonly subPath: string
  readonly source: VolumeSource
}

/** `items`: keys under other names, by the name of the file. */
export type VolumeSource =
  | { readonly kind: 'ConfigMap' | 'Secret'; readonly name: string; readonly items: ReadonlyMap<string, string> }
  | { readonly kind: 'hostPath'; readonly path: string }
  | { readonly kind: 'other' }

/** Of a pod's spec, or that of a template. */
export const containersOf = (spec: Json): readonly Container[] =>
  objects(spec['containers']).map((container) => ({
    name: text(container['name']),
    image: text(container['image']),
    words: [...texts(container['command']), ...texts(container['args'])],
    env: new Map(objects(container['env']).map(({ name, value }) => [text(name), text(value)])),
    mounts: objects(container['volumeMounts']).map((mount) => ({
      path: text(mount['mountPath']).replace(/(?<=.)\/+$/, ''),
      subPath: text(mount['subPath']),
      source: sourceOf(objects(spec['volumes']).find(({ name }) => name === mount['name']) ?? {}),
    })),
  }))

function sourceOf(volume: Json): VolumeSource {
  const { configMap, hostPath, secret } = volume
  if (configMap !== undefined) return keyed('ConfigMap', object(configMap), 'name')
  if (secret !== undefined) return keyed('Secret', object(secret), 'secretName')
  return hostPath === undefined ? { kind: 'other' } : { kind: 'hostPath', path: text(object(hostPath)['path']) }
}

const keyed = (kind: 'ConfigMap' | 'Secret', source: Json, name: string): VolumeSource => ({
  kind,
  name: text(source[name]),
  items: new Map(objects(source['items']).map((item) => [text(item['path']), text(item['key'])])),
})

/** Where the container finds a file: an object's key, a path of the host, or another volume; undefined for a file of its image. */
export type FileSource =
  | { readonly kind: 'ConfigMap' | 'Secret'; readonly name: string; readonly key: string }
  | { readonly kind: 'hostPath'; readonly path: string }
  | { readonly kind: 'other' }

export function fileSource({ mounts }: Container, path: string): FileSource | undefined {
  const [mount] = mounts.filter((one) => isWithin(path, one.path)).sort((a, b) => b.path.length - a.path.length)
  if (!mount) return undefined
  const { source, subPath } = mount
  const rest = [subPath, path.slice(mount.path.length).replace(/^\/+/, '')].filter((part) => part !== '').join('/')
  if (source.kind === 'hostPath') return { kind: 'hostPath', path: [source.path, rest].filter(Boolean).join('/') }
  if (source.kind === 'other') return { kind: 'other' }
  return { kind: source.kind, name: source.name, key: source.items.get(rest) ?? rest }
}

/** The names of the ConfigMaps that the container sees. */
export const configMapsOf = ({ mounts }: Container): string[] => [
  ...new Set(mounts.flatMap(({ source }) => (source.kind === 'ConfigMap' ? [source.name] : []))),
]

const isWithin = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`)
