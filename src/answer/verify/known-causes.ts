/** Findings that explain differences: what the node's kube-proxy suffers from says why its rules are not what they should be. */
import { qualified } from '../../cluster/objects.ts'
import type { Code } from '../../codes.ts'
import { loggedErrors, timeOf } from '../../decode/klog.ts'
import { decodeMetrics } from '../../decode/metrics.ts'
import { outcomeSteps } from '../../evaluate/evaluate.ts'
import { finding } from '../finding.ts'
import type { Finding } from '../finding.ts'
import { isKubeProxysStep } from '../mention/kube-proxy.ts'
import type { Evidence } from '../outcome.ts'
import type { Scene } from '../scene.ts'
import type { SeenNode } from '../status/node.ts'
import { evidenceOf, isOfEndpoints, isStopped, servicesOf, servicesText } from './causes.ts'
import type { Met } from './causes.ts'
import type { DifferenceKind } from './compare.ts'
import { emptySets } from './empty-sets.ts'
import { settingsOf } from './node-proxy.ts'
import { otherProxy } from './other-proxy.ts'

interface Explained {
  readonly findings: readonly Finding[]
  /** What is not explained by them. */
  readonly left: readonly Met[]
}

/** What old rules do: they know neither new Services nor new endpoints. */
const isOld = (met: Met): boolean =>
  isOfEndpoints(met.difference.kind) || ['passes', 'untranslated'].includes(met.difference.kind)

/** By the code of the finding, whether it explains a difference on its node. */
const explains: Partial<Record<Code, (met: Met, finding: Finding) => boolean>> = {
  KPX2101: ofConfiguration,
  KPX2102: ofConfiguration,
  KPX3007: (met, { evidence }) =>
    comesBy(
      met,
      evidence.map(({ file }) => file),
    ),
  KPX3008: isOld,
  KPX3009: isOld,
  KPX3010: isKnown,
  KPX3021: isKnown,
}

function isKnown({ difference: { kind } }: Met): boolean {
  return kind !== 'unknown'
}

/** What the configuration decides: where NodePorts answer, whose addresses are replaced. */
function ofConfiguration({ difference: { kind }, packet }: Met): boolean {
  return kind === 'masquerade' || (kind === 'untranslated' && packet.frontend.kind === 'NodePort')
}

/** Whether a rule that kube-proxy wrote, in one of these files, had a hand in it: somebody else's may be there as well. */
function comesBy({ difference: { outcome } }: Met, files: readonly string[]): boolean {
  if (!outcome) return false
  const { by } = outcome.end
  return [...outcomeSteps(outcome), ...(by ? [by] : [])].some(
    (step) =>
      step.at !== undefined &&
      files.includes(step.at.file) &&
      !step.action.startsWith('jump') &&
      isKubeProxysStep(step),
  )
}

function without(mets: readonly Met[], some: readonly Met[]): readonly Met[] {
  const taken = new Set(some)
  return taken.size === 0 ? mets : mets.filter((met) => !taken.has(met))
}

export function absorbed(known: readonly Finding[], mets: readonly Met[]): Explained {
  let left = mets
  const findings = known.map((one) => {
    const test = explains[one.code]
    const own = test ? left.filter((met) => test(met, one)) : []
    left = without(left, own)
    return withMets(one, own)
  })
  return { findings, left }
}

/** The finding with the Services that it concerns, and an example: what changes connections is no warning. */
function withMets(one: Finding, mets: readonly Met[]): Finding {
  const [first] = mets
  if (!first) return one
  const services = servicesOf(mets)
  const message = `${one.message}; so ${servicesText(services)}: ${first.packet.label}, ${first.difference.what}`
  return { ...one, level: 'error', message, affects: services, evidence: [...one.evidence, ...evidenceOf(first)] }
}

/** Causes that nothing but a difference leads to. */
export function explained(
  mets: readonly Met[],
  seen: SeenNode,
  failed: FailedRequests | undefined,
  scene: Scene,
): Explained {
  const findings: Finding[] = []
  let left = mets
  const take = (one: Finding | undefined, isIts: (met: Met) => boolean): void => {
    const own = left.filter(isIts)
    if (!one || own.length === 0) return
    findings.push(withMets(one, own))
    left = without(left, own)
  }
  take(otherName(seen, scene), ofOwnName)
  const empty = emptySets(left, seen)
  take(empty?.finding, (met) => empty?.isIts(met) === true)
  const other = otherProxy(seen, scene)
  take(other?.finding, (met) => other?.isIts(met) === true)
  take(unheard(seen, failed) ?? deaf(seen, scene), isOld)
  take(behind(left, seen, failed), isOld)
  const doubtful = left.filter((met) => !isStopped(met))
  if (other && doubtful.length > 0) findings.push(withDoubt(other.finding, doubtful))
  return { findings, left }
}

/** It may be why, and those are told by themselves as well. */
function withDoubt(one: Finding, mets: readonly Met[]): Finding {
  const services = servicesOf(mets)
  return {
    ...one,
    message: `${one.message}; which of them acts on ${servicesText(services)} is not told`,
    affects: services,
  }
}

/** What asks which endpoints are the node's own. */
const ofOwnName = ({ packet: { expected } }: Met): boolean => /Local|for this node/.test(expected.why)

function otherName(seen: SeenNode, scene: Scene): Finding | undefined {
  const { node } = seen.status
  // as kube-proxy makes it a node's name (GetHostname of k8s.io/component-helpers)
  const name = (settingsOf(seen, scene)?.text('hostnameOverride') ?? '').trim().toLowerCase()
  // an environment variable of the container is told by its pod alone
  if (name === '' || name.includes('$(') || name === node) return undefined
  return finding('KPX3018', {
    node,
    field: 'hostnameOverride',
    message: `kube-proxy on ${node} takes itself for ${name}`,
  })
}

/** Requests of kube-proxy to the API server that failed, since it started. */
export interface FailedRequests {
  readonly count: number
  /** Of them, those since the first look. */
  readonly more: number
  readonly evidence: readonly Evidence[]
}

const requests = 'rest_client_requests_total'

/** By its metrics; undefined where they were not seen. */
export function failedRequests({ files: { metrics }, status: { node } }: SeenNode): FailedRequests | undefined {
  if (!metrics) return undefined
  const samples = decodeMetrics(metrics, [requests]).get(requests) ?? []
  const failed = samples.filter(({ labels }) => !/^[23]/.test(labels.get('code') ?? ''))
  const lines = metrics.text.split('\n')
  return {
    count: failed.reduce((sum, { value }) => sum + value, 0),
    more: 0,
    evidence: failed.map(({ line }) => ({ node, file: metrics.name, line, text: lines[line - 1] ?? '' })),
  }
}

/** What fails while it is looked at. A connection that is refused is tried again without a word in the log. */
function unheard({ status: { node } }: SeenNode, failed: FailedRequests | undefined): Finding | undefined {
  if (!failed || failed.more === 0) return undefined
  const message = `its requests to the API server fail, ${failed.count} since it started`
  return finding('KPX3017', { node, message, evidence: failed.evidence })
}

/** A list or watch that fails is tried again within 30 s, twice that with its jitter (client-go's reflector). */
const retried = 90_000

function deaf({ files: { log }, status: { node } }: SeenNode, { capture: { takenAt } }: Scene): Finding | undefined {
  if (!log || takenAt === undefined) return undefined
  const taken = new Date(takenAt)
  const last = loggedErrors(log).findLast(({ place }) => place.startsWith('reflector.go:'))
  const at = last && timeOf(last, taken)
  if (!last || at === undefined || Math.abs(taken.getTime() - at) > retried) return undefined
  return finding('KPX3017', {
    node,
    message: `its log says: ${last.message}`,
    evidence: [{ node, file: log.name, line: last.line, text: last.text }],
  })
}

const ofEndpoints: readonly DifferenceKind[] = ['missed', 'stale', 'strays']

/** Where several Services' endpoints are not those of the API, it is not one rule that is wrong. */
function behind(
  mets: readonly Met[],
  { status: { node } }: SeenNode,
  failed: FailedRequests | undefined,
): Finding | undefined {
  const old = mets.filter(({ difference: { kind } }) => ofEndpoints.includes(kind))
  const services = new Set(old.map(({ packet }) => qualified(packet.service)))
  if (services.size < 2) return undefined
  const count = failed?.count ?? 0
  const hint = count === 0 ? '' : `; of its requests to the API server ${count} have failed since it started`
  return finding('KPX3009', {
    node,
    message: `the endpoints of ${services.size} Services are not those that the API has${hint}`,
    evidence: failed?.evidence ?? [],
  })
}
