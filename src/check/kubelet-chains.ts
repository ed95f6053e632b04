/** Old kubelets, which make chains of kube-proxy's as well (feature gate IPTablesOwnershipCleanup, on since 1.27). */
import { finding } from '../answer/finding.ts'
import { gateIsOn } from '../config/gates.ts'
import { minorOf } from '../version.ts'
import { skipped, whole } from './check.ts'
import type { NodeCheck } from './check.ts'

/** The kubelet's default of --iptables-masquerade-bit. */
const usualBit = '14'

export const kubeletChains: NodeCheck = {
  codes: ['KPX4140'],
  needs: 'cluster',
  applies: whole,
  ofNode: ({ seen: { status }, settings }) => {
    const minor = minorOf(status.kubelet ?? '')
    if (minor === undefined) return skipped("the kubelet's version was not recorded")
    const bit = settings?.line('iptables.masqueradeBit') ?? ''
    const leavesThem = minor >= firstWithout || gateIsOn('IPTablesOwnershipCleanup', new Map(), minor)
    if (leavesThem || bit === '' || bit === usualBit) return []
    const message = `the kubelet is ${status.kubelet}, and kube-proxy's iptables.masqueradeBit is ${bit}`
    return [finding('KPX4140', { message, field: 'iptables.masqueradeBit' })]
  },
}

/** The gate goes away later. */
const firstWithout = 28
