/** A change of a text: judged, shown, tried, agreed to, written with what was there before, and put in force. */
import { ownerFindings } from '../answer/config/owner-findings.ts'
import { finding } from '../answer/finding.ts'
import type { Finding } from '../answer/finding.ts'
import { textDiff } from '../answer/text-diff.ts'
import type { Code } from '../codes.ts'
import { nameOf } from '../cluster/applied.ts'
import { KpxError } from '../error.ts'
import { isPolicy } from '../kube/api-failure.ts'
import { changeOf } from './change.ts'
import type { Change, DryRun, Instead } from './change.ts'
import { insteadOf } from './owner.ts'
import { Lease, refuseOther } from './lease.ts'
import { newRecord, rollOn } from './rollout.ts'
import { batchOf } from './order.ts'
import { isPassing } from './patience.ts'
import type { Rollouts } from './rollout.ts'
import { isRefused } from './subject.ts'
import type { Subject } from './subject.ts'
import { getDaemonSet, isMarked } from './template.ts'
import { writeText } from './write-text.ts'

export interface ChangeOptions extends Rollouts {
  readonly dryRun: DryRun | null
  /** Also where an owner would undo it. */
  readonly force: boolean
  /** Whether pods are started anew. */
  readonly rollout: boolean
}

/** `Order: node1, then node2`. */
export interface PlanLine {
  readonly name: string
  readonly text: string
}

/** What is shown before anything is done. */
export interface Plan {
  readonly object: string
  readonly diff: string
  readonly findings: readonly Finding[]
  /** A sentence without a full stop: what the change brings about. */
  readonly consequence: string
  /** The order of the nodes, and what else is to be known. */
  readonly about: readonly PlanLine[]
  readonly question: string
  /** What is to be typed by who agrees; undefined where yes is enough. */
  readonly word?: string
}

/** The person who is asked, and told how it goes. */
export interface Dialog {
  /** False where it is not wanted. */
  readonly consent: (plan: Plan) => Promise<boolean>
  readonly progress: (line: string) => void
}

/** What is known of the change besides what the text tells. */
export interface Beside {
  readonly findings: readonly Finding[]
  readonly about?: readonly PlanLine[]
  /** What is to be typed by who agrees; undefined where yes is enough. */
  readonly word?: string
}

/** Throws KPX1025 where it is not wanted, KPX2106, KPX5003 and KPX5004 where a rollout is under way, and KPX1011 to KPX1017. */
export async function change(
  subject: Subject,
  after: string,
  options: ChangeOptions,
  dialog: Dialog,
  { about = [], findings: beside, ...word }: Beside = { findings: [] },
): Promise<Change> {
  const { label, text } = subject
  const diff = textDiff(text, after, [label, label])
  const object = nameOf(subject.object)
  if (diff === '' && !(await isWaiting(subject, after, options))) return changeOf({ object, diff })
  // what is found on nodes in the middle of another rollout is that one's matter
  if (options.dryRun === null) await refuseOther(subject)
  const owned = ownerFindings(subject, options.force)
  const own = [...newFindings(subject, after), ...owned, ...sharingFindings(subject)]
  const findings = [...own, ...beside.filter(({ code }) => !own.some((one) => one.code === code))]
  const instead = owned.some(({ level }) => level === 'error') ? insteadFor(subject, after) : null
  const planned: Planned = { object, diff, findings, instead, dryRun: options.dryRun }
  if (findings.some(({ level }) => level === 'error') || options.dryRun === 'client') return changeOf(planned)
  // by what the API server makes of it, it is known later whether somebody has changed it
  let completed = after
  const check = async (now: Subject): Promise<void> => {
    completed = await now.write(after, undefined, 'checked')
  }
  const refusal = diff === '' ? undefined : await attempt(subject, planned, check)
  if (refusal || options.dryRun === 'server') return refusal ?? changeOf(planned)
  const consequence = consequenceOf(subject, after, options)
  const rolling = isRolling(subject, after, options) ? [...(await orderOf(subject, after, options)), ...about] : []
  const plan = { object, diff, findings, consequence, about: rolling, question: `Change ${object}?`, ...word }
  if (!(await dialog.consent(plan))) throw new KpxError('KPX1025', 'nothing was changed, as it was not wanted')
  const lease = await Lease.make(
    subject.connection,
    await newRecord(subject, diff === '' ? undefined : completed, options),
  )
  const conflict = await written(subject, after, planned, lease)
  return conflict ?? inForce(subject, after, options, dialog, { lease, planned: { ...planned, changed: true } })
}

/** What stands against it; nothing of kpx is left then. */
async function written(subject: Subject, after: string, planned: Planned, lease: Lease): Promise<Change | undefined> {
  if (planned.diff === '') return undefined
  const how = subject.restart(after) === 'none' ? 'plain' : 'held'
  try {
    const conflict = await attempt(subject, planned, (now) => writeText(now, after, lease.record, how))
    if (conflict) await lease.end()
    return conflict
  } catch (error) {
    // whether it was written is known for sure only where the API server has refused it
    if (isPassing(error)) await lease.leave(String(error)).catch(() => undefined)
    else await lease.end().catch(() => undefined)
    throw error
  }
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
  return !isMarked(await getDaemonSet(connection, workload), after)
}

/** A DaemonSet for each kind of processor, say. */
const sharingFindings = ({ object, sharing }: Subject): Finding[] =>
  sharing.map(({ name, namespace }) => ({
    ...finding('KPX5010', { message: `DaemonSet ${namespace}/${name} takes it, too`, object: nameOf(object) }),
    fix: `start its pods anew when it suits: kpx rollout restart --daemonset ${namespace}/${name}`,
  }))

/** What kube-proxy would exit with, and what else was not to be said of the text before. */
function newFindings(subject: Subject, after: string): Finding[] {
  const key = ({ code, message }: Finding): string => `${code} ${message}`
  const before = new Set(subject.judge(subject.text).map(key))
  return subject.judge(after).filter((one) => one.level === 'error' || !before.has(key(one)))
}

export const startingAnew = ({ workload }: Subject): string =>
  `the pods of ${nameOf(workload)} start anew, node by node, each checked before the next; if one fails, all is taken back`

const isRolling = (subject: Subject, after: string, { rollout }: ChangeOptions): boolean =>
  subject.restart(after) === 'itself' || (subject.restart(after) === 'marked' && rollout)

async function orderOf(subject: Subject, after: string, options: ChangeOptions): Promise<PlanLine[]> {
  const { nodes } = await newRecord(subject, after, options)
  return [
    {
      name: 'Order',
      text: orderText(
        nodes.map(({ node }) => node),
        options.batch,
      ),
    },
    { name: 'Back', text: `kpx rollout undo while it lasts; afterwards ${restoring(subject)}` },
  ]
}

/** Nodes that are named. */
const mostNamed = 6

function orderText(nodes: readonly string[], batch: string): string {
  const [first = 'no node', ...others] = nodes
  const named = others.slice(0, mostNamed).join(', ')
  const more = others.length > mostNamed ? ` and ${others.length - mostNamed} more` : ''
  const size = batchOf(batch, nodes.length)
  return others.length === 0
    ? first
    : `${first}, then ${named}${more}${size === 1 ? ', one at a time' : `, ${size} at a time`}`
}

function restoring({ flags, object, revisions }: Subject): string {
  const revision = (revisions.at(-1)?.revision ?? 0) + 1
  return `kpx config restore ${object.kind === 'DaemonSet' ? `daemonset/${revision}` : revision}${flags}`
}

function consequenceOf(subject: Subject, after: string, { rollout }: ChangeOptions): string {
  const how = subject.restart(after)
  if (how === 'none') return 'When it is written, no pod needs to start anew'
  if (how === 'marked' && !rollout) return 'When it is written, no pod takes it before it starts anew'
  return `When it is written, ${startingAnew(subject)}`
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
  options: ChangeOptions,
  dialog: Dialog,
  { lease, planned }: { readonly lease: Lease; readonly planned: Planned },
): Promise<Change> {
  const { workload } = subject
  const { findings = [], object } = planned
  const how = subject.restart(after)
  if (how === 'none' || (how === 'marked' && !options.rollout)) {
    await lease.end()
    if (how === 'none') return changeOf(planned)
    const message = `no pod of ${nameOf(workload)} runs with it yet`
    return changeOf({ ...planned, findings: [...findings, finding('KPX5002', { message, object })] })
  }
  const once = { ...options, force: false, isTold: false }
  const { findings: found, rollout } = await rollOn(subject, lease, once, dialog.progress)
  return changeOf({ ...planned, findings: [...findings, ...found], rollout })
}
