/** What the release that is to be installed makes of the mode: some lose theirs, and 1.40 has another default (KEP-3866, KEP-5495). */
import { finding } from '../answer/finding.ts'
import { acceptedModes } from '../config/accepted-modes.ts'
import { newestMinor } from '../config/version.ts'
import { modes } from '../modes.ts'
import { isBelow, minorOf } from '../version.ts'
import { skipped } from './check.ts'
import type { Checked, NodeCheck } from './check.ts'
import type { CheckedNode } from './subject.ts'

export const comingMode: NodeCheck = {
  codes: ['KPX4101', 'KPX4102'],
  needs: 'cluster',
  applies: ({ isWhole = false, kubernetes, mode }) => isWhole && kubernetes !== undefined && mode !== 'userspace',
  ofNode: (node, { question: { kubernetes = 0, mode } }) => {
    const { configured, effective } = node.seen.status.config
    const wanted = mode ?? (configured === '' || configured === null ? 'default' : effective)
    if (wanted === null || node.settings === undefined) return skipped("the node's configuration was not seen")
    return wanted === 'default' ? defaultOf(node, kubernetes) : explicit(wanted, node, kubernetes)
  },
}

const defaultMinor = modes
  .find(({ name }) => name === 'nftables')
  ?.milestones.find(({ event }) => event === 'default')?.kubernetes

/** Where no mode is written. */
function defaultOf({ kernel }: CheckedNode, kubernetes: number): Checked {
  if (kubernetes < (minorOf(defaultMinor ?? '') ?? Infinity)) return []
  if (!kernel) return skipped('the kernel is not known')
  if (!isBelow(kernel.release, leastKernel)) return []
  const message = `no mode is set, nftables is the default from ${defaultMinor}, and the kernel is ${kernel.release}: kube-proxy would exit`
  return [
    { ...finding('KPX4102', { message, field: 'mode' }), fix: 'say which is meant: kpx config set mode=iptables' },
  ]
}

/** As nftables mode asks for it (cmd/kube-proxy, since 1.31). */
const leastKernel = '5.13'

function explicit(mode: string, { settings }: CheckedNode, kubernetes: number): Checked {
  const gates = settings?.gates ?? new Map<string, boolean>()
  const ends = modes.find(({ name }) => name === mode)?.milestones ?? []
  const since = (event: string): number =>
    minorOf(ends.find((one) => one.event === event)?.kubernetes ?? '') ?? Infinity
  const isOff = kubernetes >= since('off by default') && gates.get('KubeProxyIPVS') !== true
  const isTaken = acceptedModes(Math.min(kubernetes, newestMinor), gates).includes(mode)
  if (isTaken && !isOff && kubernetes < since('removed')) return []
  const why = isTaken && kubernetes < since('removed') ? ' unless the feature gate KubeProxyIPVS is set to true' : ''
  const message = `kube-proxy 1.${kubernetes} does not take mode ${mode}${why}: it would exit`
  return [{ ...finding('KPX4101', { message, field: 'mode' }), fix: 'change the mode before: kpx mode check nftables' }]
}
