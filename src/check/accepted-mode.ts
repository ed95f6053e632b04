/** Whether each kube-proxy's release takes the mode, with the feature gates that it is started with. */
import { finding } from '../answer/finding.ts'
import { acceptedModes } from '../config/accepted-modes.ts'
import { gateIsOn, gateState } from '../config/gates.ts'
import { skipped, toAnyMode } from './check.ts'
import type { NodeCheck } from './check.ts'

export const acceptedMode: NodeCheck = {
  codes: ['KPX4101'],
  needs: 'cluster',
  applies: toAnyMode,
  decisive: true,
  ofNode: ({ minor, seen, settings }, { question: { mode = '' } }) => {
    if (minor === undefined) return skipped("kube-proxy's version is not known")
    const gates = settings?.gates ?? new Map<string, boolean>()
    if (acceptedModes(minor, gates).includes(mode)) return []
    const gate = gatesOf[mode] ?? ''
    const isGated = gateState(gate, minor) !== undefined && !gateIsOn(gate, gates, minor)
    const why = isGated ? ` without the feature gate ${gate}` : ''
    const message = `kube-proxy ${seen.status.version} does not take mode ${mode}${why}: it would exit`
    const found = finding('KPX4101', { message })
    return [isGated ? { ...found, fix: `set the gate: kpx config set featureGates.${gate}=true` } : found]
  },
}

const gatesOf: Readonly<Record<string, string>> = { ipvs: 'KubeProxyIPVS', nftables: 'NFTablesProxyMode' }
