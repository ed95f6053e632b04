/** What a command that writes has done, or would do. */
import { documentSeeing } from '../answer/document.ts'
import type { Document } from '../answer/document.ts'
import type { Finding } from '../answer/finding.ts'
import type { OwnersWay } from '../platform/platform.ts'

export type DryRun = 'client' | 'server'

export interface NodeRollout {
  readonly node: string
  /** `pending`: its pod is the old one still; `failed`: it did not show that it works; `undone`: it has what was before again. */
  readonly state: 'done' | 'failed' | 'pending' | 'undone'
  /** Whether the node's kube-proxy said that it runs with the change; null where it was not asked. */
  readonly confirmed: boolean | null
  /** Why it is not done, or not confirmed. */
  readonly why: string | null
}

export interface Rollout {
  readonly id: string
  /** `undone`: everything is as before; `paused`: a person is to go on with it, or back. */
  readonly state: 'done' | 'failed' | 'paused' | 'undone'
  readonly nodes: readonly NodeRollout[]
}

/** The change as the owner of the object would make it. */
export interface Instead extends OwnersWay {
  /** `AKS`, `Helm release kube-proxy`. */
  readonly by: string
}

export interface Change extends Document<'Change'> {
  /** `ConfigMap kube-system/kube-proxy`; where there is no object, what the platform has instead of one. */
  readonly object: string
  readonly changed: boolean
  readonly dryRun: DryRun | null
  /** Unified; empty where nothing would change. */
  readonly diff: string
  /** What somebody else changed meanwhile, as a diff; null where nobody did. */
  readonly theirs: string | null
  readonly findings: readonly Finding[]
  /** Where it was refused because of an owner: the owner's way, null where that has none. */
  readonly instead: Instead | null
  /** Null where no pod was to start anew. */
  readonly rollout: Rollout | null
}

export const changeOf = (change: Pick<Change, 'diff' | 'object'> & Partial<Change>): Change => ({
  ...documentSeeing('Change', { nodes: [], of: 0, blind: [] }),
  object: change.object,
  changed: change.changed ?? false,
  dryRun: change.dryRun ?? null,
  diff: change.diff,
  theirs: change.theirs ?? null,
  findings: change.findings ?? [],
  instead: change.instead ?? null,
  rollout: change.rollout ?? null,
})

/** 0 done or nothing to do, 1 refused, 3 nodes not judged, 4 changed and not everywhere as wanted, 5 taken back because a node failed. */
export function exitOf({ changed, findings, rollout }: Change): 0 | 1 | 3 | 4 | 5 {
  if (findings.some(({ code }) => code === 'KPX5021')) return 4
  if (findings.some(({ code }) => code === 'KPX5022')) return 3
  if (rollout?.state === 'undone') return findings.some(({ code }) => code === 'KPX5007') ? 5 : 0
  if (rollout && rollout.state !== 'done') return 4
  return !changed && findings.some(({ level }) => level === 'error') ? 1 : 0
}
