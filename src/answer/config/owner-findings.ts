/** What becomes of a change of an object that somebody owns. */
import { nameOf } from '../../cluster/applied.ts'
import type { Applied } from '../../cluster/applied.ts'
import type { Ownership } from '../../platform/recognise.ts'
import { finding } from '../finding.ts'
import type { Finding } from '../finding.ts'

interface Owned {
  readonly object: Applied
  readonly ownership: Ownership
}

/** An error where the owner would undo it, or where the change is made all the same, a warning; a warning where it lasts for a while. */
export function ownerFindings({ object, ownership }: Owned, force: boolean): Finding[] {
  const { evidence, fate, owner } = ownership
  const name = nameOf(object)
  if (fate.outcome === 'kept') return []
  if (fate.outcome === 'replaced') {
    const message = `the change of ${name} lasts for a while: ${fate.why} (${owner}: ${evidence})`
    return [finding('KPX4003', { message, object: name })]
  }
  const message = `${owner} would undo the change of ${name}: ${fate.why} (${evidence})`
  const found = finding('KPX4002', { message, object: name })
  return [force ? { ...found, level: 'warning', fix: 'see what becomes of it: kpx status' } : found]
}
