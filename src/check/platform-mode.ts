/** Whether the platform lets one choose the mode, and whether the Services are kube-proxy's at all. */
import { finding } from '../answer/finding.ts'
import { servedTwice } from '../answer/status/findings.ts'
import { acceptedModes } from '../config/accepted-modes.ts'
import { toAnyMode } from './check.ts'
import type { ClusterCheck } from './check.ts'

export const platformMode: ClusterCheck = {
  codes: ['KPX4004', 'KPX4108'],
  needs: 'cluster',
  applies: toAnyMode,
  ofCluster: ({ question: { mode = '' }, recognition }) => {
    const { found, scene } = recognition
    const twice = servedTwice(recognition)
    const own = (scene.kubeProxies.length > 0 && found.find(({ platform }) => platform.kind !== 'none')) || found[0]
    // a replacement beside a kube-proxy has been told
    if (!own || (twice.length > 0 && own.platform.kind === 'none')) return twice
    const verdicts: Readonly<Record<string, string | null>> = own.platform.modes(scene)
    const why = verdicts[mode] ?? null
    // what the release does not take is said of each node
    const isOfRelease = own.platform.kind !== 'none' && !acceptedModes(scene.minor, new Map()).includes(mode)
    if (why === null || isOfRelease) return twice
    const message = `${own.platform.name} (${own.evidence.join('; ')}): ${why}`
    return [...twice, finding('KPX4108', { message })]
  },
}
