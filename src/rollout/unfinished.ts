/** A rollout that nobody goes on with, gone on with or taken back: by its record, from any machine. */
import { nameOf } from '../cluster/applied.ts'
import { kubeProxyDaemonSets } from '../cluster/kube-proxy.ts'
import { isOfCleanup, leaseName } from '../cluster/rollout-record.ts'
import type { RolloutLease, RolloutRecord } from '../cluster/rollout-record.ts'
import { finding } from '../answer/finding.ts'
import type { Finding } from '../answer/finding.ts'
import { textDiff } from '../answer/text-diff.ts'
import { KpxError } from '../error.ts'
import type { Connection } from '../kube/connection.ts'
import { liveConfiguration } from '../kube/live-configuration.ts'
import { systemNamespace } from '../kube/role.ts'
import { whoAmI } from '../kube/who-am-i.ts'
import { changeOf } from './change.ts'
import type { Change } from './change.ts'
import { configMapSubject } from './config-map.ts'
import { daemonSetSubject } from './daemon-set.ts'
import { findLease, Lease } from './lease.ts'
import { rollOn } from './rollout.ts'
import { isRefused } from './subject.ts'
import type { Found, Subject } from './subject.ts'
import type { Dialog, Plan } from './write.ts'

export interface FinishOptions {
  /** `back` also for a rollout that went forth; one that goes back is not turned again. */
  readonly direction: 'back' | 'forth'
  readonly timeout: number | undefined
  /** Also where somebody else has changed the text: what they wrote is kept as a revision. */
  readonly force: boolean
}

/** Throws KPX1025 where it is not wanted, KPX5003 where somebody is at it, KPX5004, KPX5008, and KPX1011 to KPX1017. */
export async function finish(connection: Connection, options: FinishOptions, dialog: Dialog): Promise<Change> {
  const { namespace, record } = await unfinished(connection)
  const direction = record.direction === 'back' ? 'back' : options.direction
  const found = await subjectOf(connection, record)
  if (isRefused(found)) return found
  const isCleanup = isOfCleanup(record)
  const plan = isCleanup ? cleanupPlan(found, record) : planOf(found, { ...record, direction })
  if (!(await dialog.consent(plan))) throw new KpxError('KPX1025', 'nothing was changed, as it was not wanted')
  const lease = await Lease.take(connection, namespace, await whoAmI(connection), record, dialog.progress)
  if (isCleanup) {
    await lease.end()
    return changeOf({ ...plan, findings: [stoppedCleanup(record)] })
  }
  await lease.save({ direction, stopped: null })
  const { findings, rollout } = await rollOn(
    found,
    lease,
    { ...options, isTold: record.stopped !== null },
    dialog.progress,
  )
  return changeOf({ object: nameOf(found.object), diff: plan.diff, changed: true, findings, rollout })
}

async function unfinished(connection: Connection): Promise<RolloutLease & { readonly record: RolloutRecord }> {
  const sets = kubeProxyDaemonSets((await liveConfiguration(connection)).list('daemonsets') ?? [])
  const namespaces = new Set([...sets.map(({ namespace }) => namespace), systemNamespace])
  for (const namespace of namespaces) {
    const lease = await findLease(connection, namespace)
    if (!lease) continue
    const { record } = lease
    if (record && !lease.isCut) return { ...lease, record }
    throw new KpxError('KPX5004', `the record in Lease ${namespace}/${leaseName} was not written by this kpx`, {
      fix: `see what the nodes run with: kpx status; then delete it: kubectl delete lease -n ${namespace} ${leaseName}`,
    })
  }
  throw new KpxError('KPX5008', `no Lease ${leaseName} is in ${[...namespaces].join(', ')}`)
}

/** Whose it is was asked when the rollout began. */
const subjectOf = (connection: Connection, { daemonSet, object }: RolloutRecord): Promise<Found> =>
  (object === 'DaemonSet' ? daemonSetSubject : configMapSubject)(connection, { daemonSet, wanted: [], force: true })

/** What it had taken away by then is not in the record. */
const stoppedCleanup = ({ by, command, startedAt }: RolloutRecord): Finding =>
  finding('KPX5023', { message: `${command}, begun at ${startedAt} by ${by}, did not end` })

const cleanupPlan = (subject: Subject, record: RolloutRecord): Plan => ({
  object: nameOf(subject.object),
  diff: '',
  findings: [],
  consequence: `${record.command} was stopped, and its Lease keeps others from changes: it is deleted`,
  about: [],
  question: 'Delete it?',
})

function planOf(subject: Subject, { command, direction, nodes, text }: RolloutRecord): Plan {
  const wanted = text && text[direction === 'forth' ? 'after' : 'before']
  const [done, left] = direction === 'forth' ? [['done'], 'changed'] : [['undone', 'pending'], 'taken back']
  const names = nodes.flatMap(({ node, state }) => (done.includes(state) ? [] : [node]))
  const which =
    names.length === 0 ? 'no node is left' : `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} ${left}`
  return {
    object: nameOf(subject.object),
    diff:
      wanted === null || subject.holds(wanted) ? '' : textDiff(subject.text, wanted, [subject.label, subject.label]),
    findings: [],
    consequence: `The rollout of ${command} ${direction === 'forth' ? 'goes on' : 'is undone'}: ${which}`,
    about: [],
    question: direction === 'forth' ? 'Go on with it?' : 'Take it back?',
  }
}
