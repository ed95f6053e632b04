/** IPVS: which real server a virtual server's new connection gets (net/netfilter/ipvs). */
import { formatIpPort } from '../ruleset/address.ts'
import type { RealServer, VirtualServer, VirtualServers } from '../ruleset/ipvs.ts'
import type { At } from '../ruleset/ruleset.ts'
import { record, split } from './flow.ts'
import type { Flow, Step } from './flow.ts'
import { changeDestination } from './nat.ts'
import type { NodeState } from './node.ts'
import type { Stopped } from './hook.ts'

export interface Scheduled {
  /** Translated to a real server. */
  readonly scheduled: readonly Flow[]
  readonly stopped: readonly Stopped[]
  /** Not for IPVS. */
  readonly passed: readonly Flow[]
}

const found = new WeakMap<VirtualServers, ReadonlyMap<string, VirtualServer>>()

function virtualServerOf(flow: Flow, all: VirtualServers): VirtualServer | undefined {
  let index = found.get(all)
  if (!index) {
    const keyed = all.servers.map(
      (server) => [`${server.protocol} ${formatIpPort(server.ip, server.port)}`, server] as const,
    )
    found.set(all, (index = new Map(keyed)))
  }
  return index.get(`${flow.protocol} ${formatIpPort(flow.destination, flow.port)}`)
}

/** The device that kube-proxy binds Service addresses to in ipvs mode (pkg/proxy/ipvs/proxier.go). */
const ipvsDevice = 'kube-ipvs0'

export function schedule(flow: Flow, node: NodeState): Scheduled {
  const nothing: Scheduled = { scheduled: [], stopped: [], passed: [flow] }
  if (flow.virtualServer) return nothing
  const { virtualServers } = node.ruleset
  if (!virtualServers) {
    if (!usesIpvs(node)) return nothing
    return unknownTo(flow, 'the node uses IPVS, but its virtual servers are not recorded')
  }
  const server = virtualServerOf(flow, virtualServers)
  if (server) return toRealServers(flow, server, node)
  const { cut } = virtualServers
  if (!cut || !node.routes.isLocal(flow.destination)) return nothing
  return unknownTo(flow, `${cut.file} cannot be read from line ${cut.line}: virtual servers may be missing`, cut)
}

/** Whether the node is in ipvs mode, or still has the device of one. */
export const usesIpvs = ({ ruleset: { interfaces, mode } }: NodeState): boolean =>
  mode === 'ipvs' || interfaces.some(({ name }) => name === ipvsDevice)

function unknownTo(flow: Flow, why: string, at?: At): Scheduled {
  const step: Step = { ...stepOf(flow, why), ...(at && { at }) }
  return { scheduled: [], passed: [], stopped: [{ flow, end: { kind: 'unknown', why, step } }] }
}

function toRealServers(flow: Flow, server: VirtualServer, node: NodeState): Scheduled {
  const stop = (end: Stopped['end']): Scheduled => ({ scheduled: [], passed: [], stopped: [{ flow, end }] })
  const shares = sharesOf(server)
  if (server.cut) {
    const why = `${server.cut.file} cannot be read from line ${server.cut.line}: real servers may be missing`
    return stop({ kind: 'unknown', why, step: stepOf(flow, why, server) })
  }
  if (shares.length === 0) {
    // ip_vs_leave(), ip_vs_core.c: no destination is answered with ICMP port unreachable
    return stop({ kind: 'reject', how: 'icmp-port-unreachable', step: stepOf(flow, 'no real server', server) })
  }
  if (shares.some(({ real }) => real.forward !== 'Masq' && real.forward !== 'Local')) {
    const why = 'forwarding by route or tunnel is not modelled'
    return stop({ kind: 'unknown', why, step: stepOf(flow, why, server) })
  }
  if (!schedulers.has(server.scheduler)) {
    const why = `the scheduler ${server.scheduler} is not known to kpx`
    return stop({ kind: 'unknown', why, step: stepOf(flow, why, server) })
  }
  if (server.scheduler === 'dh' && shares.length > 1) {
    const why = 'dh sends all clients of an address to one real server, and the dump does not tell which'
    return stop({ kind: 'unknown', why, step: stepOf(flow, why, server) })
  }
  if (server.persistent !== undefined) flow.affinitySeconds = server.persistent
  const original = { ip: flow.destination, port: flow.port }
  const scheduled = shares.map(({ real, share }) => {
    const own = shares.length === 1 ? flow : split(flow, share)
    const step = stepOf(own, `${server.scheduler} picks ${formatIpPort(real.ip, real.port)}`, server, real)
    record(own, step)
    own.evidence = [...own.evidence, step]
    const { dnat } = own.connection
    changeDestination(own, real.ip, real.port)
    // IPVS tells conntrack the new addresses, but not that it translated
    own.connection.dnat = dnat
    own.virtualServer = original
    // ip_vs_notrack(): without net.ipv4.vs.conntrack IPVS's packets are not tracked
    if (node.ruleset.sysctls.get('net/ipv4/vs/conntrack') === '0') own.connection.tracked = false
    return own
  })
  return { scheduled, passed: [], stopped: [] }
}

/** net/netfilter/ipvs/Kconfig. */
const schedulers = new Set('dh fo lblc lblcr lc mh nq ovf rr sed sh twos wlc wrr'.split(' '))

/**
 * Shares of new connections over time. Schedulers by connection count (lc, sed, nq) settle at equal shares, the weighted ones and the
 * hashes at the weights; fo and ovf use the heaviest. Weight 0 gets nothing new.
 */
function sharesOf(server: VirtualServer): { real: RealServer; share: number }[] {
  const able = server.servers.filter(({ weight }) => weight > 0)
  if (server.scheduler === 'fo' || server.scheduler === 'ovf') {
    const [heaviest] = [...able].sort((a, b) => b.weight - a.weight)
    return heaviest ? [{ real: heaviest, share: 1 }] : []
  }
  const equal = ['rr', 'lc', 'lblc', 'lblcr'].includes(server.scheduler)
  const total = able.reduce((sum, { weight }) => sum + (equal ? 1 : weight), 0)
  return able.map((real) => ({ real, share: (equal ? 1 : real.weight) / total }))
}

function stepOf(flow: Flow, action: string, server?: VirtualServer, real?: RealServer): Step {
  const line = real ?? server
  return {
    node: flow.node,
    hook: flow.hook,
    table: 'ipvs',
    chain: server ? `${server.protocol} ${formatIpPort(server.ip, server.port)}` : '',
    action,
    text: line?.text ?? '',
    ...(line ? { at: line.at } : {}),
  }
}
