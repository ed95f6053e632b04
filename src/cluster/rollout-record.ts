/** What the cluster keeps of a rollout while it is under way: enough for another kpx, on another machine, to go on with it or back. */
import { gunzipSync, gzipSync } from 'node:zlib'
import { object, text } from './json.ts'
import type { Json } from './json.ts'
import { KpxError } from '../error.ts'

/** `changing`: its pod is replaced, or its new pod is checked. `undone`: it had the change and has what was before. */
export type NodeState = 'changing' | 'done' | 'failed' | 'pending' | 'undone'

export interface NodeRecord {
  readonly node: string
  readonly state: NodeState
  /** Whether its kube-proxy said that it runs as it should; null where it was not asked, or does not tell. */
  readonly confirmed: boolean | null
  /** Why it is not done, or not confirmed; null where there is nothing to say. */
  readonly why: string | null
  /** What was wrong there before it was changed; null where that is not known. */
  readonly wrong: readonly Wrong[] | null
}

/** A finding that was there before. */
export interface Wrong {
  readonly code: string
  /** The Services that it affects; null for any. */
  readonly affects: readonly string[] | null
}

/** A node that nothing was done to. */
export const pendingNode = (node: string): NodeRecord => ({
  node,
  state: 'pending',
  confirmed: null,
  why: null,
  wrong: null,
})

/** Of what is before the change, and after. */
interface Sides<T> {
  readonly before: T
  readonly after: T
}

export interface RolloutOptions {
  /** Nodes at a time after the first one: `1`, `10%`. */
  readonly batch: string
  /** Whether a table serves Services while a node's mode changes. */
  readonly bridge: boolean
  /** Milliseconds that a node may take. */
  readonly nodeTimeout: number
  /** Whether a node that fails is left for a person to look at. */
  readonly pauseOnFailure: boolean
}

export interface RolloutRecord {
  readonly id: string
  readonly command: string
  readonly by: string
  /** RFC 3339. */
  readonly startedAt: string
  readonly direction: 'back' | 'forth'
  /** Why nobody goes on with it; null while somebody does. */
  readonly stopped: string | null
  /** `kube-system/kube-proxy`. */
  readonly daemonSet: string
  /** What holds the text. */
  readonly object: 'ConfigMap' | 'DaemonSet'
  /** Null where pods start anew and nothing else changes. */
  readonly text: Sides<string> | null
  /** The DaemonSet's updateStrategy, which is OnDelete meanwhile. */
  readonly strategy: Sides<Json>
  /** What its template is marked with; null where the template itself changes. */
  readonly mark: Sides<string> | null
  /** The DaemonSet's, as the rollout has left it; null before. */
  readonly generation: number | null
  readonly options: RolloutOptions
  /** In the order in which they are changed. */
  readonly nodes: readonly NodeRecord[]
}

/** A cleanup keeps others off the nodes, and starts no pod anew: there is nothing to go on with or to take back. */
export const isOfCleanup = ({ mark, text: texts }: Pick<RolloutRecord, 'mark' | 'text'>): boolean =>
  texts === null && mark === null

/** The Lease that has it, in the namespace of kube-proxy. */
export const leaseName = 'kpx-rollout'

/** What everybody may read who may read Leases, and the texts, which are for those who may read the objects that they are of. */
const recordAnnotation = 'kpx/rollout'
const textsAnnotation = 'kpx/rollout-texts'

export interface RolloutLease {
  /** `alice at laptop, process 4711`; empty where nobody holds it. */
  readonly holder: string
  /** RFC 3339, by its holder's clock. */
  readonly renewedAt: string
  readonly namespace: string
  readonly resourceVersion: string
  /** Undefined where it cannot be read. */
  readonly record: RolloutRecord | undefined
  /** Whether texts of it are missing, as in a capture. */
  readonly isCut: boolean
}

export function rolloutLease(lease: Json): RolloutLease {
  const { annotations, namespace, resourceVersion } = object(lease['metadata'])
  const { holderIdentity, renewTime } = object(lease['spec'])
  const record = recordIn(object(annotations))
  return {
    holder: text(holderIdentity),
    renewedAt: text(renewTime),
    namespace: text(namespace),
    resourceVersion: text(resourceVersion),
    record: record && { ...record, text: textsIn(object(annotations)) },
    isCut: record?.hasTexts === true && text(object(annotations)[textsAnnotation]) === '',
  }
}

/** Bytes that texts may unpack to: two of the largest size of an object. */
const mostBytes = 8 * 2 ** 20

/** Characters: half of what Kubernetes allows for all annotations of an object (TotalAnnotationSizeLimitB), for a record grows on its way. */
const mostCharacters = 128 * 1024

/** The Lease's annotations. */
export const annotationsOf = ({ text: texts, ...record }: RolloutRecord): Readonly<Record<string, string>> => ({
  [recordAnnotation]: packed({ ...record, hasTexts: texts !== null }),
  ...(texts && { [textsAnnotation]: packed(texts) }),
})

/** Before it begins. Throws KPX2106 where there is no room for it. */
export function refuseTooLarge(record: RolloutRecord): void {
  const characters = Object.values(annotationsOf(record)).reduce((sum, value) => sum + value.length, 0)
  if (characters < mostCharacters) return
  throw new KpxError('KPX2106', 'the change is too large for the cluster to keep while it is rolled out', {
    fix: 'make the configuration smaller with another tool',
  })
}

type Kept = Omit<RolloutRecord, 'text'> & { readonly hasTexts: boolean }

function recordIn(annotations: Json): Kept | undefined {
  const record = unpacked(text(annotations[recordAnnotation])) as Partial<Kept>
  return Array.isArray(record.nodes) && record.strategy && record.options ? (record as Kept) : undefined
}

function textsIn(annotations: Json): Sides<string> | null {
  const { after, before } = unpacked(text(annotations[textsAnnotation]))
  return typeof before === 'string' ? { before, after: text(after) } : null
}

const packed = (value: object): string => gzipSync(JSON.stringify(value)).toString('base64')

function unpacked(value: string): Json {
  try {
    const bytes = gunzipSync(Buffer.from(value, 'base64'), { maxOutputLength: mostBytes })
    return object(JSON.parse(bytes.toString('utf8')))
  } catch {
    return {}
  }
}
