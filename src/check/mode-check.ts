/** `kpx mode check`: whether a cluster may change to a mode, node by node, and what there is to know before. */
import { findingList, isOpen } from '../answer/finding-list.ts'
import type { FailOn, FindingList, Suppress } from '../answer/finding-list.ts'
import type { Finding } from '../answer/finding.ts'
import { nodeNames, seenOf } from '../answer/scene.ts'
import type { Scene } from '../answer/scene.ts'
import type { Code } from '../codes.ts'
import type { Mode } from '../modes.ts'
import { gapSeconds } from './gap.ts'
import { checks } from './index.ts'
import { runChecks } from './run.ts'
import type { CheckRun } from './run.ts'
import { subjectOf } from './subject.ts'
import type { CheckedNode } from './subject.ts'
import { hasTool } from './tools.ts'

/** `unknown`: nothing speaks against it, but too little was seen. */
type ModeVerdict = 'no' | 'unknown' | 'yes'

export interface NodeModeCheck {
  readonly node: string
  readonly verdict: ModeVerdict
  /** What was found there, and what speaks against the mode in the whole cluster. */
  readonly codes: readonly Code[]
  /** The mode that it is in; null where that is not known. */
  readonly from: string | null
  /** Whether it would get into another mode; also where that is not known. */
  readonly changes: boolean
  /** kube-proxy's version, `v1.37.1`; null where it is not known. */
  readonly version: string | null
  /** The kernel's release; null where it is not known. */
  readonly kernel: string | null
  /** Whether a table of kpx can serve it while its mode changes: whether there is an nft; null where that is not known. */
  readonly bridged: boolean | null
  /** Seconds for which new connections through it fail otherwise; null where that is not known. */
  readonly gapSeconds: number | null
}

export type ModeCheck = FindingList & {
  readonly mode: Mode['name']
  readonly verdict: ModeVerdict
  readonly nodes: readonly NodeModeCheck[]
}

export interface ModeCheckOptions {
  /** Those alone; all where it is left out. */
  readonly nodes?: readonly string[]
  readonly failOn?: FailOn
  readonly suppress?: Suppress
}

export function checkMode(scene: Scene, mode: Mode['name'], options: ModeCheckOptions = {}): ModeCheck {
  const { failOn = 'error', nodes: names = nodeNames(scene), suppress = (all) => all } = options
  const subject = subjectOf(scene, { mode, kubernetes: undefined }, names)
  const found = runChecks(checks, subject)
  const run = { ...found, findings: suppress(found.findings) }
  const seen = seenOf(scene)
  const nodes = subject.nodes.map((node) => nodeCheck(node, run, seen.nodes, scene))
  return {
    ...findingList(run.findings, run.codes, run.skipped, failOn, seen),
    mode,
    verdict: verdictOf(run.findings, nodes),
    nodes,
  }
}

const isError = (found: Finding): boolean => found.level === 'error' && isOpen(found)

function nodeCheck(
  node: CheckedNode,
  { findings, open }: CheckRun,
  seen: readonly string[],
  scene: Scene,
): NodeModeCheck {
  const { kernel, name, seen: own } = node
  const here = findings.filter((finding) => finding.node === name || (finding.node === null && isError(finding)))
  return {
    node: name,
    verdict: here.some(isError) ? 'no' : open.has(name) || !seen.includes(name) ? 'unknown' : 'yes',
    codes: [...new Set(here.map(({ code }) => code))],
    from: node.from,
    changes: node.changes,
    version: own.status.version,
    kernel: kernel?.release ?? null,
    bridged: hasTool('nft', node, scene) ?? null,
    gapSeconds: gapSeconds(node) ?? null,
  }
}

function verdictOf(findings: readonly Finding[], nodes: readonly NodeModeCheck[]): ModeVerdict {
  if (findings.some(isError)) return 'no'
  return nodes.length === 0 || nodes.some(({ verdict }) => verdict === 'unknown') ? 'unknown' : 'yes'
}
