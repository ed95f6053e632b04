/** Objects that somebody applies, and who did: labels, annotations and managedFields. */
import type { Capture } from '../capture/capture.ts'
import { object, objects, text } from './json.ts'
import type { Json } from './json.ts'

export interface Applied {
  /** `ConfigMap`. */
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly labels: Json
  readonly annotations: Json
  readonly managers: readonly FieldManager[]
  /** RFC 3339. */
  readonly createdAt: string | undefined
  /** Empty where it was not recorded. */
  readonly resourceVersion: string
}

/** `DaemonSet kube-system/kube-proxy`, `Node node1`. */
export const nameOf = ({ kind, name, namespace }: Pick<Applied, 'kind' | 'name' | 'namespace'>): string =>
  `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`

/** An entry of managedFields; none where they were not recorded, as by kubectl get. */
interface FieldManager {
  /** `kubectl-edit`, `eks`. */
  readonly name: string
  /** RFC 3339. */
  readonly time: string
  /** Whether it wrote `data`. */
  readonly wroteData: boolean
}

/** `kind` is told, for the items of a list do not tell theirs. */
export function appliedOf(kind: string, { metadata }: Json): Applied {
  const { annotations, creationTimestamp, labels, managedFields, name, namespace, resourceVersion } = object(metadata)
  return {
    kind,
    namespace: text(namespace),
    name: text(name),
    labels: object(labels),
    annotations: object(annotations),
    // who writes its status applies nothing
    managers: objects(managedFields)
      .filter(({ subresource }) => text(subresource) === '')
      .map(({ fieldsV1, manager, time }) => ({
        name: text(manager),
        time: text(time),
        wroteData: Object.hasOwn(object(fieldsV1), 'f:data'),
      })),
    createdAt: text(creationTimestamp) || undefined,
    resourceVersion: text(resourceVersion),
  }
}

export interface ConfigMap extends Applied {
  readonly data: ReadonlyMap<string, string>
  /** Nobody can change it. */
  readonly immutable: boolean
}

/** Undefined where it was not recorded. */
export const configMapNamed = (
  capture: Pick<Capture, 'list'>,
  namespace: string,
  name: string,
): ConfigMap | undefined => configMaps(capture).find((map) => map.name === name && map.namespace === namespace)

export const configMaps = (capture: Pick<Capture, 'list'>): readonly ConfigMap[] =>
  Array.from(capture.list('configmaps') ?? [], (item) => {
    const value = object(item)
    const data = Object.entries(object(value['data'])).flatMap(([key, own]): [string, string][] =>
      typeof own === 'string' ? [[key, own]] : [],
    )
    return { ...appliedOf('ConfigMap', value), data: new Map(data), immutable: value['immutable'] === true }
  })

/** Who wrote the data last; undefined where it is not told. RFC 3339 in UTC sorts as text. */
export const lastDataWrite = ({ managers }: Applied): FieldManager | undefined =>
  managers.filter(({ wroteData }) => wroteData).toSorted((a, b) => (a.time < b.time ? 1 : -1))[0]

/** Who wrote anything of it last; undefined where it is not told. Of several within a second, whoever is not `except`. */
export const lastWriter = ({ managers }: Applied, except: string): string | undefined =>
  managers.toSorted((a, b) =>
    a.time === b.time ? Number(a.name === except) - Number(b.name === except) : a.time < b.time ? 1 : -1,
  )[0]?.name
