/** `kpx config history`: what the configuration and the DaemonSet were before each change by kpx. */
import type { Applied } from '../../cluster/applied.ts'
import { text } from '../../cluster/json.ts'
import { changedFields } from '../../config/edit/changed-fields.ts'
import type { FieldChange } from '../../config/edit/changed-fields.ts'
import { readRevisions, revisionsAnnotation } from '../../config/revisions.ts'
import type { Revision } from '../../config/revisions.ts'
import { documentSeeing } from '../document.ts'
import type { Document } from '../document.ts'
import type { Place } from './place.ts'

export interface HistoryEntry extends Omit<Revision, 'revision'> {
  /** As `config restore` takes it: `3`, or `daemonset/1`. */
  readonly revision: string
  /** `ConfigMap kube-system/kube-proxy`. */
  readonly object: string
  /** What replaced it: fields with their values before and after; empty where none is another, as for a comment, and for DaemonSets. */
  readonly changes: readonly FieldChange[]
}

export interface History extends Document<'History'> {
  /** The newest first. */
  readonly items: readonly HistoryEntry[]
}

/** Throws KPX2106 where somebody else wrote into kpx's annotation. */
export function historyOf({ file: { map, text: now }, workload }: Place): History {
  const items = [
    ...(map ? entriesOf(map, '', now) : []),
    ...(workload.kind === 'DaemonSet' ? entriesOf(workload, 'daemonset/', undefined) : []),
  ]
  return {
    ...documentSeeing('History', { nodes: [], of: 0, blind: [] }),
    items: items.sort((a, b) => (a.until < b.until ? 1 : -1)),
  }
}

function entriesOf(object: Applied, prefix: string, now: string | undefined): HistoryEntry[] {
  const kept = readRevisions(text(object.annotations[revisionsAnnotation]))
  return kept.map(({ revision, ...rest }, i) => {
    const after = kept[i + 1]?.text ?? now
    const changes = now === undefined || after === undefined ? [] : changedFields(rest.text, after)
    return {
      revision: `${prefix}${revision}`,
      object: `${object.kind} ${object.namespace}/${object.name}`,
      ...rest,
      changes,
    }
  })
}
