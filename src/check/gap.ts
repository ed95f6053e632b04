/** What a change of the mode costs the clients of a node where nothing bridges it. */
import { counted } from './metric.ts'
import type { CheckedNode } from './subject.ts'

/** Seconds until a kube-proxy that starts anew writes its first rule, as measured with 1.37. */
const start = 1

/** Both kube-proxy's own; the first one since 1.32. */
const syncs = ['kubeproxy_sync_full_proxy_rules_duration_seconds', 'kubeproxy_sync_proxy_rules_duration_seconds']

/** Seconds for which new connections through it fail, by how long its kube-proxy takes for all rules of all families; undefined where it does not say. */
export function gapSeconds(node: CheckedNode): number | undefined {
  for (const name of syncs) {
    const [sum, count] = [counted(`${name}_sum`, node), counted(`${name}_count`, node)]
    // a sample for each family, which are written one after the other
    if (sum && count && count.total > 0) return start + Math.ceil((sum.total / count.total) * count.evidence.length)
  }
  return undefined
}
