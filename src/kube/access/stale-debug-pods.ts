/** Debug pods of kpx that nobody uses any more: left by a run that was killed. */
import { systemNamespace } from '../role.ts'
import { deadline, labels, ownerAnnotation } from './debug-pod-manifest.ts'
import type { DebugPod } from './debug-pod-manifest.ts'
import { hasEnded } from './owner.ts'

interface PodLike {
  readonly metadata?: Partial<DebugPod['metadata']> & {
    readonly creationTimestamp?: string
    readonly deletionTimestamp?: string
  }
  readonly status?: { readonly phase?: string }
}

/**
 * Those that have ended, those whose run has ended for sure, and those that are twice as old as any may be, for clocks differ. `now` is in
 * milliseconds.
 */
export function staleDebugPods(pods: readonly unknown[], now: number): { name: string; namespace: string }[] {
  return pods.flatMap((pod) => {
    const { metadata = {}, status } = Object(pod) as PodLike
    const { annotations = {}, creationTimestamp = '', deletionTimestamp, name, namespace } = metadata
    const isOwn = namespace === systemNamespace && Object.entries(labels).every(isIn(metadata.labels))
    if (!isOwn || name === undefined || deletionTimestamp !== undefined) return []
    const isStale =
      status?.phase === 'Failed' ||
      status?.phase === 'Succeeded' ||
      hasEnded(annotations[ownerAnnotation] ?? '') ||
      now - Date.parse(creationTimestamp) > 2 * deadline * 1000
    return isStale ? [{ name, namespace }] : []
  })
}

const isIn =
  (found: Readonly<Record<string, string>> = {}) =>
  ([name, value]: [string, string]): boolean =>
    found[name] === value
