/** Runs checks, and keeps apart what they found, what they passed and where they could not look. */
import type { Finding } from '../answer/finding.ts'
import { namingDaemonSet } from '../answer/which-daemon-set.ts'
import type { Code } from '../codes.ts'
import { skipped } from './check.ts'
import type { Check, Checked, NodeCheck } from './check.ts'
import type { CheckedNode, Subject } from './subject.ts'

export interface CheckRun {
  /** The gravest first, then by code. */
  readonly findings: readonly Finding[]
  /** What was looked for. */
  readonly codes: readonly Code[]
  /** What could not be looked for, and why: `node1, node2: nothing tells`. */
  readonly skipped: ReadonlyMap<Code, string>
  /** Nodes of which a decisive check tells nothing. */
  readonly open: ReadonlySet<string>
}

interface Look {
  readonly check: Check
  /** Null for a check of the whole cluster. */
  readonly node: string | null
  readonly checked: Checked
}

export function runChecks(checks: readonly Check[], subject: Subject): CheckRun {
  const asked = checks.filter(({ applies }) => applies(subject.question))
  const looks = asked.flatMap((check) => looksOf(check, subject))
  const found = looks.flatMap(({ checked, node }) =>
    foundIn(checked).map((finding) => (node === null ? finding : { ...finding, node })),
  )
  const findings = namingDaemonSet(found, subject.scene)
  return {
    findings: levels.flatMap((level) => byCode(findings.filter((finding) => finding.level === level))),
    codes: [...new Set(asked.flatMap(({ codes }) => codes))].sort(),
    skipped: skippedIn(looks),
    open: new Set(
      looks.flatMap(({ check, checked, node }) =>
        'skipped' in checked && check.decisive ? (node ?? subject.nodes.map(({ name }) => name)) : [],
      ),
    ),
  }
}

const foundIn = (checked: Checked): readonly Finding[] => ('skipped' in checked ? (checked.found ?? []) : checked)

const byCode = (findings: readonly Finding[]): Finding[] =>
  findings.toSorted((a, b) => (a.code < b.code ? -1 : a.code > b.code ? 1 : 0))

const levels = ['error', 'warning', 'info'] as const

function looksOf(check: Check, subject: Subject): Look[] {
  const { files, nodes } = subject
  if (files && check.needs !== 'static') return [{ check, node: null, checked: skipped(needsCluster) }]
  if (!isOfNode(check)) return [{ check, node: null, checked: check.ofCluster(subject) }]
  if (nodes.length === 0) return [{ check, node: null, checked: skipped('no node was looked at') }]
  return nodes.map((node) => ({ check, node: node.name, checked: lookAt(node, check, subject) }))
}

const needsCluster = 'files tell nothing of it: it takes a cluster, or a capture of one'

/** Of a node of which nothing was seen all that could not be looked for has that one reason. */
function lookAt(node: CheckedNode, check: NodeCheck, subject: Subject): Checked {
  const checked = check.ofNode(node, subject)
  const isBlind = (node.seen.ruleset?.seen.size ?? 0) === 0
  return 'skipped' in checked && isBlind ? skipped('too little of it was seen') : checked
}

const isOfNode = (check: Check): check is NodeCheck => 'ofNode' in check

/** Nodes that a check tells nothing of for the same reason are named together. */
function skippedIn(looks: readonly Look[]): Map<Code, string> {
  const nodes = new Map<Code, Map<string, string[]>>()
  for (const { check, checked, node } of looks) {
    if (!('skipped' in checked)) continue
    const found = foundIn(checked).map(({ code }) => code)
    for (const code of check.codes.filter((one) => !found.includes(one))) {
      const reasons = nodes.get(code) ?? new Map<string, string[]>()
      nodes.set(code, reasons)
      reasons.set(checked.skipped, [...(reasons.get(checked.skipped) ?? []), ...(node === null ? [] : [node])])
    }
  }
  const told = (why: string, names: readonly string[]): string =>
    names.length === 0 ? why : `${names.join(', ')}: ${why}`
  return new Map(
    [...nodes].map(([code, reasons]) => [code, [...reasons].map(([why, names]) => told(why, names)).join('; ')]),
  )
}
