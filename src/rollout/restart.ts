/** `kpx rollout restart`: every pod starts anew with what there is, as carefully as with a change. */
import { nameOf } from '../cluster/applied.ts'
import { KpxError } from '../error.ts'
import { changeOf } from './change.ts'
import type { Change, DryRun } from './change.ts'
import { Lease, refuseOther } from './lease.ts'
import { newRecord, rollOn } from './rollout.ts'
import type { Rollouts } from './rollout.ts'
import type { Subject } from './subject.ts'
import { getDaemonSet, nextMark, tryHold } from './template.ts'
import { startingAnew } from './write.ts'
import type { Dialog } from './write.ts'

/** Throws KPX1025 where it is not wanted, KPX5003 and KPX5004 where a rollout is under way, and KPX1011 to KPX1017. */
export async function restart(
  subject: Subject,
  options: Rollouts & { readonly dryRun: DryRun | null },
  { consent, progress }: Dialog,
): Promise<Change> {
  const { connection, workload } = subject
  const object = nameOf(workload)
  const planned = { object, diff: '', dryRun: options.dryRun }
  if (options.dryRun === 'server')
    await tryHold(connection, workload, nextMark(await getDaemonSet(connection, workload), subject.text))
  if (options.dryRun !== null) return changeOf(planned)
  await refuseOther(subject)
  const started = startingAnew(subject)
  const consequence = started.charAt(0).toUpperCase() + started.slice(1)
  const isWanted = await consent({
    object,
    diff: '',
    findings: [],
    consequence,
    about: [],
    question: 'Start them anew?',
  })
  if (!isWanted) throw new KpxError('KPX1025', 'nothing was changed, as it was not wanted')
  const lease = await Lease.make(connection, await newRecord(subject, undefined, options))
  const { findings, rollout } = await rollOn(subject, lease, { ...options, force: false, isTold: false }, progress)
  return changeOf({ ...planned, changed: true, findings, rollout })
}
