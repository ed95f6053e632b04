/** -m iprange: `--src-range 10.0.0.1-10.0.0.9` (net/netfilter/xt_iprange.c). */
import { familyOf, parseIp } from '../../ruleset/address.ts'
import type { MatchExtension } from './extension.ts'

export const iprange: MatchExtension = {
  names: ['iprange'],
  option({ name, values }) {
    const [from, to] = (values[0] ?? '').split('-').map(parseIp)
    if (from === undefined || to === undefined || !['--src-range', '--dst-range'].includes(name)) return undefined
    return (flow) => {
      const ip = name === '--src-range' ? flow.source : flow.destination
      return familyOf(ip) === familyOf(from) && ip >= from && ip <= to
    }
  },
}
