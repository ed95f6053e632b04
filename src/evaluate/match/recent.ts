/**
 * -m recent: the addresses seen before (net/netfilter/xt_recent.c). kpx answers for a client that is new, which no list has; the lists
 * that kube-proxy names after its endpoints are session affinity.
 */
import { valueOf } from '../../ruleset/iptables.ts'
import type { MatchExtension } from './extension.ts'

const harmless = new Set(['--seconds', '--hitcount', '--reap', '--rttl', '--name', '--mask', '--rsource', '--rdest'])

const affinityLists = 'KUBE-SEP-'

export const recent: MatchExtension = {
  names: ['recent'],
  option({ name }, among) {
    if (harmless.has(name)) return true
    if (name === '--set') return true
    if (name === '--remove' || name === '--update') return false
    if (name !== '--rcheck') return undefined
    if (!valueOf(among, '--name')?.startsWith(affinityLists)) return false
    const seconds = Number(valueOf(among, '--seconds') ?? 0)
    return (flow) => {
      flow.affinitySeconds = seconds
      return false
    }
  },
}
