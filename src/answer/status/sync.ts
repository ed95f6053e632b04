/** Whether kube-proxy keeps its node in step, by its own metrics, health and log. */
import { decodeHealthz } from '../../decode/healthz.ts'
import { loggedErrors } from '../../decode/klog.ts'
import { decodeMetrics } from '../../decode/metrics.ts'
import type { Sample } from '../../decode/metrics.ts'
import type { SourceFile } from '../../decode/source.ts'
import type { Evidence } from '../outcome.ts'

export interface Sync {
  /** RFC 3339: when all families were last in step; null where it is not told. */
  readonly lastSync: string | null
  /** Changes that wait to be programmed; null where it is not told. */
  readonly pending: number | null
  /** Syncs that failed since it was started; null where it is not told. */
  readonly failures: number | null
  readonly healthy: boolean | null
}

/** What is wrong, as fragments, and the lines that say so. */
export interface SyncTrouble {
  readonly what: readonly string[]
  readonly evidence: readonly Evidence[]
}

export interface SyncFiles {
  readonly metrics: SourceFile | undefined
  readonly healthz: SourceFile | undefined
  readonly log: SourceFile | undefined
}

const prefix = 'kubeproxy_sync_proxy_rules_'
const lastSync = `${prefix}last_timestamp_seconds`
const lastQueued = `${prefix}last_queued_timestamp_seconds`
/** A full restore that failed is in nftables mode's own counter since 1.31, before in that of iptables. */
const failures = [`${prefix}iptables_restore_failures_total`, `${prefix}nftables_sync_failures_total`]
const pending = [`${prefix}endpoint_changes_pending`, `${prefix}service_changes_pending`]
const names = [lastSync, lastQueued, ...failures, ...pending]

/** Seconds that a change may wait: kube-proxy tries again every 30 s (syncPeriod's default, and nftables mode's retry). */
const patience = 60

export function syncOf({ healthz, metrics }: SyncFiles): Sync {
  const samples = metrics && decodeMetrics(metrics, names)
  const last = lowest(samples?.get(lastSync))
  const sum = (all: readonly string[]): number | null => {
    const values = all.flatMap((name) => samples?.get(name) ?? []).map(({ value }) => value)
    return values.length === 0 ? null : values.reduce((total, value) => total + value, 0)
  }
  return {
    lastSync: last !== undefined && last > 0 ? new Date(last * 1000).toISOString() : null,
    pending: sum(pending),
    failures: sum(failures),
    healthy: (healthz && decodeHealthz(healthz)?.healthy) ?? null,
  }
}

const lowest = (samples: readonly Sample[] = []): number | undefined =>
  samples.length === 0 ? undefined : Math.min(...samples.map(({ value }) => value))

/** `takenAt`: when the metrics were asked for, RFC 3339. Undefined where nothing is wrong. */
export function syncTrouble(files: SyncFiles, node: string, takenAt: string | undefined): SyncTrouble | undefined {
  const found = [...metricTroubles(files.metrics, node, takenAt), ...healthTroubles(files.healthz, node)]
  if (found.length === 0) return undefined
  return {
    what: found.map(({ what }) => what),
    evidence: [...found.flatMap((one) => one.evidence), ...logged(files.log, node)],
  }
}

interface Trouble {
  readonly what: string
  readonly evidence: readonly Evidence[]
}

function metricTroubles(metrics: SourceFile | undefined, node: string, takenAt: string | undefined): Trouble[] {
  if (!metrics) return []
  const lines = metrics.text.split('\n')
  const samples = decodeMetrics(metrics, names)
  const last = samples.get(lastSync) ?? []
  const now = takenAt === undefined ? undefined : Date.parse(takenAt) / 1000
  const trouble = ({ line }: Sample, what: string): Trouble => ({
    what,
    evidence: [{ node, file: metrics.name, line, text: lines[line - 1] ?? '' }],
  })
  const never = last
    .filter(({ value }) => value === 0)
    .map((one) => trouble(one, `it never programmed ${familyOf(one)}`))
  const waiting = (samples.get(lastQueued) ?? []).flatMap((queued) => {
    const done = last.find((one) => familyOf(one) === familyOf(queued))
    const waits = now === undefined ? 0 : now - queued.value
    if (!done || done.value === 0 || done.value >= queued.value || waits < patience) return []
    return [trouble(queued, `a change of ${familyOf(queued)} has waited for ${Math.round(waits)} s`)]
  })
  return [...never, ...waiting]
}

/** Until 1.32 both families share one sample. */
const familyOf = ({ labels }: Sample): string => labels.get('ip_family') ?? 'its rules'

function healthTroubles(healthz: SourceFile | undefined, node: string): Trouble[] {
  const health = healthz && decodeHealthz(healthz)
  if (!healthz || health?.healthy !== false) return []
  const behind = [...health.families].flatMap(([family, healthy]) => (healthy ? [] : [family]))
  const what = `its /healthz says that it is not healthy${behind.length === 0 ? '' : ` (${behind.join(', ')})`}`
  return [{ what, evidence: [{ node, file: healthz.name, line: 1, text: healthz.text.trim() }] }]
}

/** Places of the log that are shown. */
const mostLogged = 3

/** The errors that the log tells last. */
export const logged = (log: SourceFile | undefined, node: string): Evidence[] =>
  log
    ? loggedErrors(log)
        .slice(-mostLogged)
        .map(({ line, text }) => ({ node, file: log.name, line, text }))
    : []
