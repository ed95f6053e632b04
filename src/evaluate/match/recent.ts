/**
 * -m recent: the addresses seen before (net/netfilter/xt_recent.c). kpx answers for a client that is new, which no list has; the lists
 * that kube-proxy names after its endpoints are session affinity.
 */
import { valueOf } from '../../ruleset/iptables.ts'
import type { IptablesOption } from '../../ruleset/iptables.ts'
import { justWritten } from '../program.ts'
import type { MatchExtension } from './extension.ts'

const harmless = new Set(['--seconds', '--hitcount', '--reap', '--rttl', '--name', '--mask', '--rsource', '--rdest'])

const affinityLists = 'KUBE-SEP-'

export const recent: MatchExtension = {
  names: ['recent'],
  option({ name }, among) {
    if (harmless.has(name)) return true
    const list = valueOf(among, '--name') ?? 'DEFAULT'
    const key = `list ${list} of -m recent`
    if (name === '--set') {
      return (flow) => {
        flow.written = [...flow.written, key]
        return true
      }
    }
    if (name !== '--rcheck' && name !== '--remove' && name !== '--update') return undefined
    const seconds = name === '--rcheck' && list.startsWith(affinityLists) ? secondsOf(among) : undefined
    return (flow) => {
      if (flow.written.includes(key)) return justWritten(key)
      if (seconds !== undefined) flow.affinitySeconds = seconds
      return false
    }
  },
}

const secondsOf = (among: readonly IptablesOption[]): number => Number(valueOf(among, '--seconds') ?? 0)
