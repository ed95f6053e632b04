/** A revision as the user names it: `3`, `daemonset/1`, or none for the newest. */
import { KpxError } from '../error.ts'
import type { Revision } from './revisions.ts'

export interface WantedRevision {
  readonly of: 'configmap' | 'daemonset'
  /** Undefined for the newest. */
  readonly revision: number | undefined
}

/** Throws KPX1001 for what names none. */
export function wantedRevision(word: string | undefined): WantedRevision {
  if (word === undefined) return { of: 'configmap', revision: undefined }
  const [, of = 'configmap', number] = /^(?:(configmap|daemonset)\/)?([1-9]\d*)$/.exec(word) ?? []
  if (number !== undefined) return { of: of === 'daemonset' ? 'daemonset' : 'configmap', revision: Number(number) }
  throw new KpxError('KPX1001', `"${word}" names no revision`, {
    fix: 'write 3 or daemonset/3: see kpx config history',
  })
}

/** Throws KPX1005 where it is not kept. */
export function revisionOf(kept: readonly Revision[], { revision }: WantedRevision): Revision {
  const found = revision === undefined ? kept.at(-1) : kept.find((one) => one.revision === revision)
  if (found) return found
  const numbers = kept.map((one) => one.revision).join(', ')
  const message =
    kept.length === 0 ? 'no change by kpx is known, so nothing of before is kept' : `no revision ${revision} is kept`
  throw new KpxError('KPX1005', message, { fix: kept.length === 0 ? 'see kpx config history' : `there are ${numbers}` })
}
