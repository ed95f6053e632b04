/** What the cases of checks are made of. */
import { line } from '../broken-capture.ts'
import type { Asked } from './asked.ts'

/** A check on a recording that it finds something in, and on one without that. */
export interface Case {
  readonly code: string
  readonly node: string | null
  readonly fires: Asked
  readonly not: Asked
  readonly message: RegExp
  readonly level?: string
}

export const toNftables = (edits: Asked['edits'] = {}, way?: Asked['way']): Asked => ({
  recording: 'k1.37-iptables',
  mode: 'nftables',
  edits,
  ...(way && { way }),
})

export const toIpvs = (edits: Asked['edits'] = {}, way?: Asked['way']): Asked => ({
  ...toNftables(edits, way),
  mode: 'ipvs',
})

/** kube-proxy's own counter on node1. */
export const counted = (name: string): Asked['edits'] => ({
  'nodes/node1/metrics.txt': line(new RegExp(`^${name} `), () => [`${name} 7`]),
})

/** What modprobe says on node1, which finds nf_conntrack. */
export const modprobe = (...lacking: readonly string[]): Asked['edits'] => ({
  'nodes/node1/modprobe.txt': () =>
    [
      'insmod /lib/modules/6.1.0/kernel/net/netfilter/nf_conntrack.ko ',
      ...lacking.map((name) => `modprobe: WARNING: Module ${name} not found in directory /lib/modules/6.1.0`),
    ].join('\n'),
})
