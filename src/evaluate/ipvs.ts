/** IPVS: which real server a virtual server's new connection gets (net/netfilter/ipvs). */
import { formatIpPort } from '../ruleset/address.ts'
import { ipvsDevice } from '../ruleset/ipvs.ts'
import type { RealServer, VirtualServer, VirtualServers } from '../ruleset/ipvs.ts'
import type { At } from '../ruleset/ruleset.ts'
import { exhaustion, record, split } from './flow.ts'
import type { Flow, Step } from './flow.ts'
import { sharesOf, whyUnknown } from './ipvs-scheduler.ts'
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
  const why = exhaustion(flow) ?? whyUnknown(server)
  if (why !== undefined) return { scheduled: [], passed: [], stopped: [{ flow, end: unknownAt(server, flow, why) }] }
  const shares = sharesOf(server)
  if (shares.length === 0) {
    return { scheduled: [], passed: [], stopped: [{ flow, end: refusedAt(flow, 'no real server', server) }] }
  }
  if (server.persistent !== undefined) flow.affinitySeconds = server.persistent
  const scheduled: Flow[] = []
  const stopped: Stopped[] = []
  for (const { real, refuses, share } of shares) {
    const own = shares.length === 1 ? flow : split(flow, share)
    const action = `${server.scheduler} picks ${formatIpPort(real.ip, real.port)}`
    if (refuses) stopped.push({ flow: own, end: refusedAt(own, `${action}, which takes no connections`, server, real) })
    else scheduled.push(translated(own, stepOf(own, action, server, real), real, node))
  }
  return { scheduled, passed: [], stopped }
}

const unknownAt = (server: VirtualServer, flow: Flow, why: string): Stopped['end'] => ({
  kind: 'unknown',
  why,
  step: stepOf(flow, why, server),
})

/** ip_vs_leave(), ip_vs_core.c: without a destination the client gets ICMP port unreachable. */
const refusedAt = (flow: Flow, action: string, server: VirtualServer, real?: RealServer): Stopped['end'] => ({
  kind: 'reject',
  how: 'icmp-port-unreachable',
  step: stepOf(flow, action, server, real),
})

function translated(flow: Flow, step: Step, real: RealServer, { ruleset }: NodeState): Flow {
  record(flow, step)
  flow.evidence = [...flow.evidence, step]
  flow.virtualServer = { ip: flow.destination, port: flow.port }
  const { dnat } = flow.connection
  changeDestination(flow, real.ip, real.port)
  // IPVS tells conntrack the new addresses, but not that it translated
  flow.connection.dnat = dnat
  // ip_vs_notrack(): without net.ipv4.vs.conntrack IPVS's packets are not tracked
  if (ruleset.sysctls.get('net/ipv4/vs/conntrack') === '0') flow.connection.tracked = false
  return flow
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
