/** A change of a text: judged, shown, tried, agreed to, written with what was there before, and put in force. */
import { finding } from '../answer/finding.ts'
import type { Finding } from '../answer/finding.ts'
import { textDiff } from '../answer/text-diff.ts'
import type { Code } from '../codes.ts'
import { nameOf } from '../cluster/applied.ts'
import { addRevision } from '../config/revisions.ts'
import { KpxError } from '../error.ts'
import { whenInterrupted } from '../interruption.ts'
import { isPolicy } from '../kube/api-failure.ts'
import { whoAmI } from '../kube/who-am-i.ts'
import { changeOf } from './change.ts'
import type { Change, DryRun, Instead } from './change.ts'
import { insteadOf, ownerFindings } from './owner.ts'
import { awaitRestart, isMarked, mark } from './restart.ts'
import { confirm } from './running.ts'
import { isRefused } from './subject.ts'
import type { Subject } from './subject.ts'

export interface ChangeOptions {
  /** As the user typed it, for those who look at the history. */
  readonly command: string
  readonly dryRun: DryRun | null
  /** Also where an owner would undo it. */
  readonly force: boolean
  /** Whether pods are started anew, and for how many milliseconds they are waited for. */
  readonly rollout: boolean
  readonly timeout: number
}

/** What is shown before anything is done. */
export interface Plan {
  readonly object: string
  readonly diff: string
  readonly findings: readonly Finding[]
  /** A sentence without a full stop: what the change brings about. */
  readonly consequence: string
}

/** The person who is asked, and told how it goes. */
export interface Dialog {
  /** False where it is not wanted. */
  readonly consent: (plan: Plan) => Promise<boolean>
  readonly progress: (line: string) => void
}

/** Throws KPX1025 where it is not wanted, KPX2106, and KPX1011 to KPX1017. */
export async function change(subject: Subject, after: string, options: ChangeOptions, dialog: Dialog): Promise<Change> {
  const { label, text } = subject
  const diff = textDiff(text, after, [label, label])
  const object = nameOf(subject.object)
  if (diff === '' && !(await isWaiting(subject, after, options))) return changeOf({ object, diff })
  const owned = ownerFindings(subject, options.force)
  const findings = [...newFindings(subject, after), ...owned]
  const instead = owned.some(({ level }) => level === 'error') ? insteadFor(subject, after) : null
  const planned: Planned = { object, diff, findings, instead, dryRun: options.dryRun }
  if (findings.some(({ level }) => level === 'error') || options.dryRun === 'client') return changeOf(planned)
  const refusal = diff === '' ? undefined : await attempt(subject, planned, (now) => now.write(after, undefined, true))
  if (refusal || options.dryRun === 'server') return refusal ?? changeOf(planned)
  const plan = { object, diff, findings, consequence: consequenceOf(subject, after, options) }
  if (!(await dialog.consent(plan))) throw new KpxError('KPX1025', 'nothing was changed, as it was not wanted')
  const conflict =
    diff === '' ? undefined : await attempt(subject, planned, (now) => write(now, after, options.command))
  return conflict ?? inForce(subject, after, options, dialog, { ...planned, changed: true })
}

const insteadFor = (subject: Subject, after: string): Instead | null => {
  const { fileName, ownership, recognition } = subject
  return insteadOf(ownership, subject.settings(after), recognition, { path: fileName, text: after })
}

type Planned = Parameters<typeof changeOf>[0]

/** Whether the text is there already, by a change of kpx that no pod was started anew for. */
async function isWaiting(subject: Subject, after: string, { dryRun, rollout }: ChangeOptions): Promise<boolean> {
  const { connection, revisions, workload } = subject
  if (dryRun !== null || !rollout || revisions.length === 0 || subject.restart(after) !== 'marked') return false
  return !(await isMarked(connection, workload, after))
}

/** What kube-proxy would exit with, and what else was not to be said of the text before. */
function newFindings(subject: Subject, after: string): Finding[] {
  const key = ({ code, message }: Finding): string => `${code} ${message}`
  const before = new Set(subject.judge(subject.text).map(key))
  return subject.judge(after).filter((one) => one.level === 'error' || !before.has(key(one)))
}

function consequenceOf(subject: Subject, after: string, { rollout }: ChangeOptions): string {
  const how = subject.restart(after)
  if (how === 'none') return 'no pod needs to start anew'
  if (how === 'marked' && !rollout) return 'no pod takes it before it starts anew'
  return `the pods of ${nameOf(subject.workload)} start anew, one after the other, to take it`
}

/** With the text before as a revision. */
async function write(now: Subject, after: string, command: string): Promise<void> {
  const by = await whoAmI(now.connection)
  const revisions = addRevision(now.revisions, { text: now.text, until: new Date().toISOString(), by, command })
  const writing = now.write(after, revisions, false)
  // Ctrl-C waits for it, so that what is told then is true
  const release = whenInterrupted(() => writing)
  await writing.finally(release)
}

/** How often it is tried against somebody who changes other parts of the object all the time. */
const mostTries = 5

/** What stands against the change: a policy, or what somebody else has made of the text. Every other error goes on. */
async function attempt(
  subject: Subject,
  planned: Planned,
  tryIt: (now: Subject) => Promise<void>,
): Promise<Change | undefined> {
  for (let [now, tries] = [subject, 1]; ; tries++) {
    try {
      await tryIt(now)
      return undefined
    } catch (error) {
      if (!(error instanceof KpxError)) throw error
      if (isAdmission(error)) return refused(planned, 'KPX2105', error.message)
      if (error.cause !== 409) throw error
      const again = await subject.reread()
      if (isRefused(again)) return again
      now = again
      if (now.text === subject.text && tries < mostTries) continue
      const who = now.changedBy === null ? '' : ` by ${now.changedBy}`
      const message = `${planned.object} was changed${who} since kpx read it`
      return {
        ...refused(planned, 'KPX2104', message),
        theirs: textDiff(subject.text, now.text, [now.label, now.label]),
      }
    }
  }
}

/** 422 is what validation answers. */
const isAdmission = ({ cause, message }: KpxError): boolean => cause === 422 || isPolicy(message)

const refused = (planned: Planned, code: Code, message: string): Change =>
  changeOf({ ...planned, findings: [...(planned.findings ?? []), finding(code, { message, object: planned.object })] })

async function inForce(
  subject: Subject,
  after: string,
  { rollout, timeout }: ChangeOptions,
  dialog: Dialog,
  planned: Planned,
): Promise<Change> {
  const { connection, workload } = subject
  const { findings = [], object } = planned
  const how = subject.restart(after)
  if (how === 'none') return changeOf(planned)
  if (how === 'marked' && !rollout) {
    const message = `no pod of ${nameOf(workload)} runs with it yet`
    const fix = `start them anew when it suits: kubectl rollout restart -n ${workload.namespace} daemonset ${workload.name}`
    return changeOf({ ...planned, findings: [...findings, { ...finding('KPX5002', { message, object }), fix }] })
  }
  const expected = subject.expected(after)
  if (how === 'marked') await mark(connection, workload, after)
  dialog.progress(`waiting for the pods of ${nameOf(workload)} to start anew`)
  const release = whenInterrupted(() => Promise.resolve(dialog.progress(goingOn(subject))))
  const { rollout: done, undoneBy } = await awaitRestart(connection, workload, {
    timeout,
    progress: dialog.progress,
    confirm: (pod) => confirm(connection, pod, expected),
    // a text that was there already is none that could be put back
    undoneBy: async () => (planned.diff === '' ? undefined : subject.undoneBy()),
  }).finally(release)
  if (undoneBy !== null) {
    const whose = subject.ownership.owner === null ? '' : `; it is owned by ${subject.ownership.owner}`
    const message = `${undoneBy} has put back what ${object} was before the change${whose}`
    return changeOf({ ...planned, findings: [...findings, finding('KPX4005', { message, object })], rollout: done })
  }
  const failed = done.nodes.filter(({ state }) => state !== 'done')
  const fix = `look at what its pod says; what was before comes back with: ${restoring(subject)}`
  const found = failed.map(({ node, why }) => ({
    ...finding('KPX5001', { message: why ?? 'its pod is not ready', object, node }),
    fix,
  }))
  return changeOf({ ...planned, findings: [...findings, ...found], rollout: done })
}

const goingOn = (subject: Subject): string =>
  `the change is made, and the pods go on starting anew: see kpx status; what was before comes back with: ${restoring(subject)}`

function restoring({ object, revisions }: Subject): string {
  const revision = (revisions.at(-1)?.revision ?? 0) + 1
  return `kpx config restore ${object.kind === 'DaemonSet' ? `daemonset/${revision}` : revision}`
}
