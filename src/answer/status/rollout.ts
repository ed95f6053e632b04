/** The rollout that the cluster keeps a record of. */
import { object } from '../../cluster/json.ts'
import { leaseName, rolloutLease } from '../../cluster/rollout-record.ts'
import type { RolloutLease } from '../../cluster/rollout-record.ts'
import { finding } from '../finding.ts'
import type { Finding } from '../finding.ts'
import type { Scene } from '../scene.ts'

/** Undefined where there is none. */
export function rolloutIn({ capture }: Scene): RolloutLease | undefined {
  const [lease] = capture.list('leases') ?? []
  return lease === undefined ? undefined : rolloutLease(object(lease))
}

/** Seconds without a sign after which nobody is taken to go on with a rollout. */
const silence = 60

/** Of one that was stopped. */
export function rolloutFindings(scene: Scene): Finding[] {
  const lease = rolloutIn(scene)
  if (!lease) return []
  const { holder, namespace, record, renewedAt } = lease
  const name = `Lease ${namespace}/${leaseName}`
  const age = (Date.parse(scene.capture.takenAt ?? '') - Date.parse(renewedAt)) / 1000
  if (holder !== '' && age < silence) return []
  const what = record ? `${record.command}, begun at ${record.startedAt} by ${record.by}` : 'a change'
  const done = record?.nodes.filter(({ state }) => state === 'done').length ?? 0
  const why = record?.stopped ?? `its kpx has given no sign since ${renewedAt}`
  const message = `the rollout of ${what}, was stopped: ${why}; ${done} of ${record?.nodes.length ?? 0} nodes have the change`
  return [finding('KPX5004', { message, object: name })]
}
