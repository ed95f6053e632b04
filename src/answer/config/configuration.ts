/** Where a kube-proxy has its configuration from, whose that is, and the mode that it asks for. */
import type { Capture } from '../../capture/capture.ts'
import { lastDataWrite, nameOf } from '../../cluster/applied.ts'
import type { Applied, ConfigMap } from '../../cluster/applied.ts'
import type { FileSource } from '../../cluster/workload.ts'
import { modeSetting } from '../../config/effective.ts'
import { configFileOf } from '../../platform/config-file.ts'
import type { Started } from '../../platform/config-file.ts'
import { ownershipOf, recognitionOf } from '../../platform/recognise.ts'
import type { Recognition } from '../../platform/recognise.ts'
import { platformFacts } from './platform.ts'
import type { PlatformFacts } from './platform.ts'

export interface Configuration extends PlatformFacts {
  /** `ConfigMap kube-system/kube-proxy`, `DaemonSet kube-system/kube-proxy` for flags; null where it is not known. */
  readonly object: string | null
  /** Null where the configuration is in flags. */
  readonly key: string | null
  readonly owner: string | null
  readonly ownerEvidence: string
  /** When and by whom it was last written, RFC 3339 and a field manager; null where it is not told. */
  readonly changedAt: string | null
  readonly changedBy: string | null
  /** Whether nobody has changed the object since it was made: no container can have started with another text. */
  readonly isOriginal: boolean
  readonly mode: Mode
}

interface Mode {
  /** As it is written; null where it is not. */
  readonly configured: string | null
  /** What kube-proxy makes of that; null where it cannot be told, or where it would not start. */
  readonly effective: string | null
  readonly why: string
}

/** A kube-proxy of that version: what it is started with, and the object that says so (its DaemonSet or pod). */
export interface StartedBy extends Started {
  readonly version: string | undefined
}

export function configurationOf(started: StartedBy, capture: Capture): Configuration {
  const { container, object, version } = started
  const { file, map, source, text } = configFileOf(started, capture)
  const recognition = recognitionOf(capture)
  const { configured = null, effective = null, why } = modeSetting({ command: container.words, config: text, version })
  return {
    ...placeOf(file, source, object),
    ...ownerOf(map ?? object, source, recognition),
    ...platformFacts(recognition),
    ...lastChange(map),
    mode: { configured, effective, why },
  }
}

/** Where the one is to look who wants to change it. */
function placeOf(
  file: string | undefined,
  source: FileSource | undefined,
  object: Applied,
): Pick<Configuration, 'key' | 'object'> {
  const { kind, namespace } = object
  if (file === undefined) return { object: nameOf(object), key: null }
  if (kind === 'Node') return { object: `file ${file} of ${nameOf(object)}`, key: null }
  if (source?.kind === 'ConfigMap' || source?.kind === 'Secret') {
    return { object: `${source.kind} ${namespace}/${source.name}`, key: source.key }
  }
  if (source?.kind === 'hostPath') return { object: `file ${source.path} of each node`, key: null }
  return { object: `file ${file} in the container of ${nameOf(object)}`, key: null }
}

function ownerOf(
  object: Applied,
  source: FileSource | undefined,
  recognition: Recognition,
): Pick<Configuration, 'owner' | 'ownerEvidence'> {
  if (source?.kind === 'ConfigMap' && object.kind !== 'ConfigMap') {
    return { owner: null, ownerEvidence: `ConfigMap ${object.namespace}/${source.name} was not seen` }
  }
  const { evidence, owner } = ownershipOf(object, recognition)
  return { owner, ownerEvidence: evidence }
}

function lastChange(map: ConfigMap | undefined): Pick<Configuration, 'changedAt' | 'changedBy' | 'isOriginal'> {
  const write = map && lastDataWrite(map)
  const isOriginal = write !== undefined && write.time === map?.createdAt
  return { changedAt: write?.time || null, changedBy: write?.name || null, isOriginal }
}

/** Seconds until a changed ConfigMap is in a running pod's volume: the kubelet's sync period and cache (60 s each). */
const mountLag = 120

/**
 * Whether a container was started with the configuration as it is now: kube-proxy does not read it again. Null where that cannot be told:
 * a container that starts again soon after a change may still find the old file, which only a new pod never does.
 */
export function isCurrent(
  { changedAt, isOriginal }: Pick<Configuration, 'changedAt' | 'isOriginal'>,
  { createdAt, startedAt }: { readonly createdAt: string | undefined; readonly startedAt: string | undefined },
): boolean | null {
  if (changedAt === null || startedAt === undefined) return null
  const [changed, started, created] = [changedAt, startedAt, createdAt ?? ''].map((time) => Date.parse(time) / 1000)
  if (changed === undefined || started === undefined || Number.isNaN(changed) || Number.isNaN(started)) return null
  if (started < changed) return false
  if (isOriginal || (created !== undefined && created > changed)) return true
  return started - changed > mountLag ? true : null
}
