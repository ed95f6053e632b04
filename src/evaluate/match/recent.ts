/**
 * -m recent: the addresses seen before (net/netfilter/xt_recent.c). kpx answers for a client that is new, which no list has; a list
 * that kube-proxy reads with --rcheck --seconds is session affinity.
 */
import type { MatchExtension } from './extension.ts'

const harmless = new Set(['--seconds', '--hitcount', '--reap', '--rttl', '--name', '--mask', '--rsource', '--rdest'])

export const recent: MatchExtension = {
  names: ['recent'],
  option({ name }, among) {
    if (harmless.has(name)) return true
    if (name === '--set') return true
    if (name === '--remove' || name === '--update') return false
    if (name !== '--rcheck') return undefined
    const seconds = Number(among.find((option) => option.name === '--seconds')?.values[0] ?? 0)
    return (flow) => {
      flow.affinitySeconds = seconds
      return false
    }
  },
}
