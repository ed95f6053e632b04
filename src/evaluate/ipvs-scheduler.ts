/** How IPVS's schedulers divide new connections among real servers (net/netfilter/ipvs/ip_vs_*.c). */
import type { RealServer, VirtualServer } from '../ruleset/ipvs.ts'

export interface RealServerShare {
  readonly real: RealServer
  readonly share: number
  /** The scheduler chooses it although it takes no connections: the client is refused. */
  readonly refuses: boolean
}

const schedulers = new Set('dh fo lblc lblcr lc mh nq ovf rr sed sh twos wlc wrr'.split(' '))

/** Why the division cannot be told; undefined where it can. */
export function whyUnknown({ cut, scheduler, servers }: VirtualServer): string | undefined {
  if (cut) return `${cut.file} cannot be read from line ${cut.line}: real servers may be missing`
  if (servers.some(({ forward }) => forward !== 'Masq' && forward !== 'Local')) {
    return 'forwarding by route or tunnel is not modelled'
  }
  if (!schedulers.has(scheduler)) return `the scheduler ${scheduler} is not known to kpx`
  if (scheduler === 'dh' && servers.filter(isAble).length > 1) {
    return 'dh sends all clients of an address to one real server, and the dump does not tell which'
  }
  return undefined
}

const isAble = ({ weight }: RealServer): boolean => weight > 0

/**
 * Over time. Schedulers by connection count (lc, sed, nq) settle at equal shares, the weighted ones and the hashes at the weights; fo
 * and ovf use the heaviest. Weight 0 gets nothing new, but for a bucket of sh (ip_vs_sh_reassign()), whose clients are refused.
 */
export function sharesOf(server: VirtualServer): RealServerShare[] {
  const able = server.servers.filter(isAble)
  if (server.scheduler === 'fo' || server.scheduler === 'ovf') {
    const [heaviest] = [...able].sort((a, b) => b.weight - a.weight)
    return heaviest ? [{ real: heaviest, share: 1, refuses: false }] : []
  }
  if (able.length === 0) return []
  if (server.scheduler === 'sh' && !server.flags.includes('sh-fallback')) return divide(server.servers, bucketsOf)
  const equal = ['rr', 'lc', 'lblc', 'lblcr'].includes(server.scheduler)
  return divide(able, ({ weight }) => (equal ? 1 : weight))
}

const bucketsOf = ({ weight }: RealServer): number => Math.max(weight, 1)

function divide(servers: readonly RealServer[], partOf: (real: RealServer) => number): RealServerShare[] {
  const total = servers.reduce((sum, real) => sum + partOf(real), 0)
  return servers.map((real) => ({ real, share: partOf(real) / total, refuses: !isAble(real) }))
}
