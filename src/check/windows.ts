/** Nodes of Windows whose kube-proxy has the same configuration: it knows kernelspace alone, and exits on a mode of Linux. */
import { finding } from '../answer/finding.ts'
import { seenNodes } from '../answer/status/status.ts'
import { toAnyMode } from './check.ts'
import type { ClusterCheck } from './check.ts'

export const windows: ClusterCheck = {
  codes: ['KPX4126'],
  needs: 'cluster',
  applies: toAnyMode,
  ofCluster: ({ nodes, scene, windows: others }) => {
    const placeOf = ({ status }: (typeof nodes)[number]['seen']): string => `${status.config.object}`
    const places = new Set(
      nodes.filter(({ seen }) => seen.status.config.object !== null).map(({ seen }) => placeOf(seen)),
    )
    const names = others.map(({ name }) => name)
    const shared = seenNodes(scene, names).all.filter((seen) => places.has(placeOf(seen)))
    if (shared.length === 0) return []
    const [first] = shared
    const message = `kube-proxy on Windows (${shared.map(({ status }) => status.node).join(', ')}) has the same configuration`
    return [finding('KPX4126', { message, object: first?.status.config.object ?? null })]
  },
}
