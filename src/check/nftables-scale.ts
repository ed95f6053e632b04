/**
 * Many endpoints in nftables mode. Sources: kubernetes.io, Virtual IPs (kernels before 6.2 delete elements of maps slowly); kubernetes issue
 * 135639 (long first syncs and soft lockups), better from kube-proxy 1.36 or kernel 6.18 on.
 */
import { finding } from '../answer/finding.ts'
import { skipped, toMode } from './check.ts'
import type { NodeCheck } from './check.ts'
import { isOlder } from './kernel.ts'
import type { Kernel } from './kernel.ts'

/** From how many endpoints on: of the second, our own judgement. */
const many = 5_000
const veryMany = 20_000

export const nftablesScale: NodeCheck = {
  codes: ['KPX4116'],
  needs: 'cluster',
  applies: toMode('nftables'),
  ofNode: ({ changes, kernel, minor }, { scene: { cluster } }) => {
    if (!changes) return []
    if (!cluster.isRecorded('endpointslices')) return skipped('the EndpointSlices were not recorded')
    const endpoints = cluster.endpoints.length
    const why = kernel && trouble(endpoints, kernel, minor)
    return why === undefined ? [] : [finding('KPX4116', { message: `there are ${endpoints} endpoints, and ${why}` })]
  },
}

function trouble(endpoints: number, kernel: Kernel, minor: number | undefined): string | undefined {
  if (endpoints > veryMany && isOlder(kernel, 6, 18) && minor !== undefined && minor < 36)
    return `a kube-proxy before 1.36 on kernel ${kernel.release} takes long for its first sync, and may hold the node up meanwhile`
  if (endpoints > many && isOlder(kernel, 6, 2))
    return `kernel ${kernel.release} takes long to remove elements: changes arrive late`
  return undefined
}
