/** `kpx preflight`: one verdict from everything that kpx can know of a cluster, or of manifests. */
import type { ConfigFile } from '../answer/config/validate.ts'
import { placesOfObjects } from '../answer/config/validate.ts'
import { hasSeen } from '../answer/document.ts'
import { findingList, isOpen } from '../answer/finding-list.ts'
import type { FailOn, FindingList, Suppress } from '../answer/finding-list.ts'
import type { Finding } from '../answer/finding.ts'
import { sceneOf, seenOf } from '../answer/scene.ts'
import type { Scene, Seen } from '../answer/scene.ts'
import { manifestCapture } from '../capture/manifests.ts'
import { entryOf } from '../codes.ts'
import type { Code } from '../codes.ts'
import { newestMinor } from '../config/version.ts'
import type { Mode } from '../modes.ts'
import { groups } from './check.ts'
import type { Group, Question } from './check.ts'
import { checks } from './index.ts'
import { runChecks } from './run.ts'
import type { CheckRun } from './run.ts'
import { subjectOf } from './subject.ts'
import type { Beside } from './subject.ts'

type Result = 'pass' | 'skip' | Finding['level']

/** What was looked for under one code. */
export interface PreflightCheck {
  readonly code: Code
  readonly title: string
  /** What has to be seen for it. */
  readonly group: Group
  /** The gravest of what was found and is not suppressed. */
  readonly result: Result
}

export type Preflight = FindingList & {
  /** `unknown`: nothing speaks against it, but too little was seen. */
  readonly verdict: 'no' | 'unknown' | 'yes'
  readonly checks: readonly PreflightCheck[]
  /** What is asked about; absent where the mode stays. */
  readonly mode?: Mode['name']
}

interface Judging {
  readonly failOn: FailOn
  readonly suppress: Suppress
}

/** What was looked at, of a cluster or of files. */
export type Looked = Beside & { readonly scene: Scene; readonly nodes: readonly string[] }

export function preflight(looked: Looked, asked: Question, { failOn, suppress }: Judging): Preflight {
  const { nodes, scene, ...beside } = looked
  const subject = subjectOf(scene, asked, nodes, beside)
  const run = runChecks(checks, subject)
  const findings = suppress(placed(run.findings, beside.files ?? []))
  const list = findingList(findings, run.codes, run.skipped, failOn, noted(seenOf(scene), asked))
  return {
    ...list,
    ...(asked.kubernetes !== undefined && { kubernetes: `1.${asked.kubernetes}` }),
    ...(asked.mode !== undefined && { mode: asked.mode }),
    verdict: verdictOf(list, run, looked),
    checks: results(list, asked),
  }
}

/** Manifests alone: what takes a cluster is skipped. */
export function lookedAtFiles(files: readonly ConfigFile[]): Looked {
  const texts = files.map(({ bytes }) => Buffer.from(bytes).toString('utf8'))
  return { scene: sceneOf(manifestCapture(texts)), nodes: [], files }
}

/** 0 ready, 1 not, 2 input that cannot be read, 3 not enough was seen. */
export function exitOf({ findings, ok, verdict }: Preflight): number {
  if (findings.some(({ code }) => entryOf(code).exit === 2)) return 2
  if (!ok) return 1
  return verdict === 'unknown' ? 3 : 0
}

function verdictOf(list: FindingList, { open, skipped }: CheckRun, { files, nodes }: Looked): Preflight['verdict'] {
  // with --fail-on warning these are enough
  if (!list.ok || list.findings.some((one) => one.level === 'error' && isOpen(one))) return 'no'
  if (files) return 'yes'
  const isUnseen = nodes.length === 0 || !hasSeen(list, nodes)
  return isUnseen || open.size > 0 || decisive.some((code) => skipped.has(code)) ? 'unknown' : 'yes'
}

/** Of a release to come only what is announced is known. */
function noted(seen: Seen, { kubernetes = 0 }: Question): Seen {
  if (kubernetes <= newestMinor) return seen
  const note = `which gates and fields 1.${kubernetes} has is not known yet: the configuration was judged as by 1.${newestMinor}`
  return { ...seen, notes: [...(seen.notes ?? []), note] }
}

/** Without a comparison nobody knows whether Services work now. */
const decisive: readonly Code[] = ['KPX3005']

/** In a file a finding has a line; what is not of one value has that of its object. */
function placed(findings: readonly Finding[], files: readonly ConfigFile[]): readonly Finding[] {
  if (files.length === 0) return findings
  const places = placesOfObjects(files)
  return findings.map((one) => {
    const place = places.get(one.object ?? '')
    return one.evidence.length > 0 || !place ? one : { ...one, evidence: [place] }
  })
}

function results({ findings, passed, skipped }: FindingList, question: Question): PreflightCheck[] {
  const groupOf = codeGroups(question)
  const all = [...passed, ...skipped, ...findings].map(({ code }) => code)
  const resultOf = (code: Code): Result => {
    const own = findings.filter((one) => one.code === code && isOpen(one))
    const level = (['error', 'warning', 'info'] as const).find((one) => own.some((each) => each.level === one))
    return level ?? (skipped.some((one) => one.code === code) ? 'skip' : 'pass')
  }
  return [...new Set(all)]
    .toSorted()
    .map((code) => ({ code, title: entryOf(code).title, group: groupOf.get(code) ?? 'static', result: resultOf(code) }))
    .toSorted((a, b) => groups.indexOf(a.group) - groups.indexOf(b.group))
}

/** Of a code that several checks find, what the easiest of them needs. */
function codeGroups(question: Question): ReadonlyMap<Code, Group> {
  const asked = checks.filter(({ applies }) => applies(question))
  return new Map(
    groups
      .toReversed()
      .flatMap((group) =>
        asked
          .filter(({ needs }) => needs === group)
          .flatMap(({ codes }) => codes.map((code): [Code, Group] => [code, group])),
      ),
  )
}
