/** What the mode of now leaves on a node once kube-proxy runs in the other, by what each release takes away (cleanup.ts). */
import { finding } from '../answer/finding.ts'
import { isRemoved, remedyFor } from '../answer/status/cleanup.ts'
import { toAnyMode } from './check.ts'
import type { NodeCheck } from './check.ts'

export const leftBehind: NodeCheck = {
  codes: ['KPX4121'],
  needs: 'node',
  applies: toAnyMode,
  ofNode: ({ changes, from, minor, seen }, { question: { mode = '' } }) => {
    // the chains of iptables mode lie idle in ipvs mode: KUBE-SERVICES no longer leads to them
    if (!changes || (from !== 'ipvs' && from !== 'nftables')) return []
    if (minor !== undefined && isRemoved(from, mode, minor)) return []
    const found = finding('KPX4121', { message: `${what[from]} would stay, and packets meet them` })
    return [{ ...found, fix: `after the change: ${remedyFor(from, mode, seen.status.version ?? undefined)}` }]
  },
}

const what = {
  ipvs: 'the virtual servers and the device kube-ipvs0 with all addresses of Services',
  nftables: 'the tables of nftables mode',
} as const
