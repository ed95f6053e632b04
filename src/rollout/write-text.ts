/** A text written with what was there before, as a revision. */
import { addRevision } from '../config/revisions.ts'
import { whenInterrupted } from '../interruption.ts'
import type { RolloutRecord } from '../cluster/rollout-record.ts'
import type { Subject, Writing } from './subject.ts'

/** Throws KPX2106, and as Connection.change. */
export async function writeText(
  now: Subject,
  after: string,
  { by, command }: Pick<RolloutRecord, 'by' | 'command'>,
  how: Writing,
): Promise<void> {
  const revisions = addRevision(now.revisions, { text: now.text, until: new Date().toISOString(), by, command })
  const writing = now.write(after, revisions, how).then(() => undefined)
  // Ctrl-C waits for it, so that what is told then is true
  const release = whenInterrupted(() => writing)
  await writing.finally(release)
}
