/**
 * The first packet of a connection from its source to wherever it ends, through every hook of every node on the way:
 * receive -> PREROUTING -> routing -> INPUT or FORWARD -> POSTROUTING -> the next node; a process's packets begin at OUTPUT.
 */
import { formatIp, isLoopback } from '../ruleset/address.ts'
import type { Ip } from '../ruleset/address.ts'
import { isSwitched, needsNoForwarding } from './bridge.ts'
import { newConnection, record } from './flow.ts'
import type { Flow, Step } from './flow.ts'
import { atDevice, throughHook } from './hook.ts'
import type { Passed, Stopped } from './hook.ts'
import { schedule, usesIpvs } from './ipvs.ts'
import { deviceWith, nodeWith, nodeWithUnplaced } from './network.ts'
import type { Network } from './network.ts'
import { natPriority } from './node.ts'
import type { NodeState } from './node.ts'
import { isOnLink, reversePath } from './reverse-path.ts'
import { isRefusing } from './route.ts'

/** How a flow's journey ended. */
export type Arrival =
  | { readonly kind: 'left' | 'local'; readonly flow: Flow }
  | { readonly kind: 'stopped'; readonly flow: Flow; readonly end: Stopped['end'] }
  /** The kernel drops it without a rule. */
  | { readonly kind: 'kernel'; readonly flow: Flow; readonly why: string }

type Arrivals = Arrival[]

/** net/netfilter/ipvs/ip_vs_core.c, ip_vs_ops4: NF_IP_PRI_NAT_SRC - 1 at LOCAL_IN, NF_IP_PRI_NAT_DST + 2 at LOCAL_OUT. */
const ipvsInput = 99
const ipvsOutput = -98

/** Hops between nodes after which a packet is taken for lost (a real one has a TTL). */
const mostHops = 8

const stoppedArrivals = (stopped: readonly Stopped[]): Arrivals =>
  stopped.map(({ end, flow }) => ({ kind: 'stopped', flow, end }))

/** Behind a hook: mostly one flow, which nothing has stopped. */
function onward({ passed, stopped }: Passed, next: (flow: Flow) => Arrivals): Arrivals {
  const [first] = passed
  return first && passed.length === 1 && stopped.length === 0
    ? next(first)
    : [...stoppedArrivals(stopped), ...passed.flatMap(next)]
}

/** A packet that comes in through a device. */
export function receive(flow: Flow, network: Network, hops = 0): Arrivals {
  const node = network.nodes.get(flow.node)
  if (!node) return [{ kind: 'left', flow }]
  if (hops > mostHops) return [{ kind: 'kernel', flow, why: 'it is sent from node to node in circles' }]
  const switched = isSwitched(flow, node)
  if (switched) return [{ kind: 'left', flow }]
  if (switched === undefined) return [unknownHere(flow, node, portsNotRecorded)]
  if (!isSeen(flow, node)) return [unseen(flow, node)]
  if (isStrayIpv6Loopback(flow)) return [{ kind: 'kernel', flow, why: strayIpv6Loopback }]
  const stoppedAtDevice = flow.inInterface === 'lo' ? undefined : atDevice('ingress', flow, node)
  if (stoppedAtDevice) return stoppedArrivals([stoppedAtDevice])
  return onward(throughHook('prerouting', flow, node), (one) => routeIn(one, node, network, hops))
}

/** ip6_rcv_core(), net/ipv6/ip6_input.c: before any rule could translate it. */
const isStrayIpv6Loopback = ({ destination, local, source }: Flow): boolean =>
  !local && (destination === ipv6Loopback || source === ipv6Loopback)

const ipv6Loopback = 1n

const strayIpv6Loopback = 'a packet from or to ::1 came in from outside: the kernel drops it'

const portsNotRecorded =
  'a bridge may hand it on past the rules, and which devices are bridges is not recorded (ip -j addr)'

const isSeen = (flow: Flow, node: NodeState): boolean =>
  node.ruleset.seen.has(typeof flow.destination === 'number' ? 'ip' : 'ip6')

const unseen = (flow: Flow, node: NodeState): Arrival =>
  unknownHere(flow, node, `the rules of ${node.name} are not recorded, or cannot be read`)

function unknownHere(flow: Flow, node: NodeState, why: string): Arrival {
  const step: Step = { node: node.name, hook: flow.hook, table: '', chain: '', action: why, text: '' }
  return { kind: 'stopped', flow, end: { kind: 'unknown', why, step } }
}

/** ip_route_input_slow(), net/ipv4/route.c. */
function routeIn(flow: Flow, node: NodeState, network: Network, hops: number): Arrivals {
  if (isLoopback(flow.destination) && !flow.local) {
    const allowed = typeof flow.destination === 'number' ? routesLoopback(node) : false
    if (allowed === undefined) return [unknownHere(flow, node, localnetNotRecorded)]
    const why = `${formatIp(flow.destination)} came in from outside: the kernel drops it (martian)`
    if (!allowed) return [{ kind: 'kernel', flow, why }]
  }
  const route = node.routes.find(flow.destination)
  if (route?.type === 'local') return toProcess(flow, node, network, hops)
  if (lacksBoundAddresses(flow.destination, node)) {
    return [unknownHere(flow, node, "in ipvs mode the node's addresses decide, and they are not recorded (ip -j addr)")]
  }
  if (!forwards(flow, node)) {
    const isHandedOn = needsNoForwarding(flow, node)
    if (isHandedOn === undefined) return [unknownHere(flow, node, portsNotRecorded)]
    if (!isHandedOn) return [{ kind: 'kernel', flow, why: `${node.name} does not forward (ip_forward = 0)` }]
  }
  if (!route && node.routes.isRecorded(flow.destination)) return [{ kind: 'kernel', flow, why: noRoute(flow, node) }]
  if (route && isRefusing(route)) return [{ kind: 'kernel', flow, why: `the route is ${route.type}` }]
  flow.outInterface = route?.device
  return onward(throughHook('forward', flow, node), (one) => leave(one, node, network, hops))
}

/** In ipvs mode the node has all Service addresses: where nothing tells any, what is local is not known. */
const lacksBoundAddresses = (ip: Ip, node: NodeState): boolean =>
  usesIpvs(node) && !node.routes.knowsLocal(ip) && node.ruleset.virtualServers === undefined

/** Whether packets from and to 127.0.0.0/8 may cross devices; undefined where the sysctl is not recorded. */
function routesLoopback({ ruleset }: NodeState): boolean | undefined {
  const value = ruleset.sysctls.get('net/ipv4/conf/all/route_localnet')
  return value === undefined ? undefined : value === '1'
}

const localnetNotRecorded = 'it depends on net.ipv4.conf.all.route_localnet, which is not recorded'

const noRoute = (flow: Flow, node: NodeState): string => `${node.name} has no route to ${formatIp(flow.destination)}`

/** Where the sysctl is not recorded, forwarding is taken to be on: no cluster works without. */
const forwards = (flow: Flow, node: NodeState): boolean =>
  node.ruleset.sysctls.get(
    typeof flow.destination === 'number' ? 'net/ipv4/ip_forward' : 'net/ipv6/conf/all/forwarding',
  ) !== '0'

/** LOCAL_IN: filter, then IPVS, which sends what it translates to other hosts through LOCAL_OUT and POSTROUTING. */
function toProcess(flow: Flow, node: NodeState, network: Network, hops: number): Arrivals {
  const before = throughHook('input', flow, node, -Infinity, ipvsInput)
  const arrivals = stoppedArrivals(before.stopped)
  for (const one of before.passed) {
    const { passed, scheduled, stopped } = schedule(one, node)
    arrivals.push(...stoppedArrivals(stopped))
    for (const other of scheduled) {
      // a real server of this node gets it here, by the rest of LOCAL_IN
      arrivals.push(...(isFor(node, other) ? deliverLocally(other, node) : fromIpvs(other, node, network, hops)))
    }
    for (const own of passed) arrivals.push(...deliverLocally(own, node))
  }
  return arrivals
}

const isFor = (node: NodeState, { destination }: Flow): boolean => node.routes.isLocal(destination)

function deliverLocally(flow: Flow, node: NodeState): Arrivals {
  return onward(throughHook('input', flow, node, ipvsInput), (one) => [{ kind: 'local', flow: one }])
}

/** ip_vs_nat_send_or_cont(), ip_vs_xmit.c: what IPVS sends to another host goes out through LOCAL_OUT. */
function fromIpvs(flow: Flow, node: NodeState, network: Network, hops: number): Arrivals {
  flow.connection.destinationDone = true
  flow.inInterface = undefined
  flow.outInterface = node.routes.find(flow.destination)?.device
  return onward(throughHook('output', flow, node), (one) => leave(one, node, network, hops))
}

/** A process's packet: LOCAL_OUT with IPVS in it, then routed again, since its destination may have changed. */
export function send(flow: Flow, network: Network): Arrivals {
  const node = network.nodes.get(flow.node)
  if (!node) return [{ kind: 'left', flow }]
  if (!isSeen(flow, node)) return [unseen(flow, node)]
  const translated = throughHook('output', flow, node, -Infinity, behindNat)
  return onward(translated, (one) => {
    // what nat has translated is routed again at once (nf_nat_ipv4_local_fn(), nf_nat_proto.c)
    const unroutable = one.connection.dnat ? unroutableFrom(one, node) : undefined
    if (unroutable) return [unroutable]
    return onward(throughHook('output', one, node, behindNat, ipvsOutput), (own) => sendByIpvs(own, node, network))
  })
}

const behindNat = natPriority.output + 1

/** The rest of LOCAL_OUT, where IPVS may translate. */
function sendByIpvs(flow: Flow, node: NodeState, network: Network): Arrivals {
  const { passed, scheduled, stopped } = schedule(flow, node)
  const arrivals = stoppedArrivals(stopped)
  for (const other of scheduled.filter((one) => !isFor(node, one))) {
    arrivals.push(...fromIpvs(other, node, network, 0))
  }
  for (const own of [...passed, ...scheduled.filter((one) => isFor(node, one))]) {
    arrivals.push(...onward(throughHook('output', own, node, ipvsOutput), (last) => routeOut(last, node, network)))
  }
  return arrivals
}

/** ip_route_me_harder() behind the hook, where the packet may have another destination than at its start. */
function routeOut(flow: Flow, node: NodeState, network: Network): Arrivals {
  const unroutable = unroutableFrom(flow, node)
  if (unroutable) return [unroutable]
  const route = node.routes.find(flow.destination)
  flow.outInterface = route?.type === 'local' ? 'lo' : route?.device
  return leave(flow, node, network, 0)
}

/** What ends a process's packet on its way out; a loopback source may leave the node only with route_localnet. */
function unroutableFrom(flow: Flow, node: NodeState): Arrival | undefined {
  const route = node.routes.find(flow.destination)
  if (!route && node.routes.isRecorded(flow.destination)) return { kind: 'kernel', flow, why: noRoute(flow, node) }
  if (route && isRefusing(route)) return { kind: 'kernel', flow, why: `the route is ${route.type}` }
  if (route?.type === 'local' || typeof flow.source === 'bigint' || !isLoopback(flow.source)) return undefined
  const allowed = routesLoopback(node)
  if (allowed === undefined) return unknownHere(flow, node, localnetNotRecorded)
  const why = 'packets from 127.0.0.0/8 may not leave the node (route_localnet = 0)'
  return allowed ? undefined : { kind: 'kernel', flow, why }
}

/** POSTROUTING, then the wire: back in through lo, on to another node, or to whoever has the address. */
function leave(flow: Flow, node: NodeState, network: Network, hops: number): Arrivals {
  return onward(throughHook('postrouting', flow, node), (one) => transmit(one, node, network, hops))
}

function transmit(flow: Flow, node: NodeState, network: Network, hops: number): Arrivals {
  const route = node.routes.find(flow.destination)
  if (route?.type === 'local') {
    // the packet keeps its conntrack entry and mark on lo, so nat has decided already
    flow.connection.destinationDone = true
    flow.connection.confirmed = true
    flow.inInterface = 'lo'
    flow.outInterface = undefined
    return receive(flow, network, hops + 1)
  }
  if (flow.source === ipv6Loopback) return [{ kind: 'kernel', flow, why: 'whoever gets a packet from ::1 drops it' }]
  const stopped = atDevice('egress', flow, node)
  if (stopped) return stoppedArrivals([stopped])
  const nextNode = nextHop(flow, route?.gateway, node, network)
  if (!nextNode) {
    const address = route?.gateway ?? flow.destination
    const perhaps = nodeWithUnplaced(network, address, node)
    if (!perhaps) return [{ kind: 'left', flow }]
    return [unknownHere(flow, node, `on which device ${perhaps.name} has ${formatIp(address)} is not recorded`)]
  }
  record(flow, {
    node: node.name,
    hook: 'ROUTING',
    table: '',
    chain: '',
    action: `to ${nextNode.name}${route?.gateway ? ` by ${formatIp(route.gateway)}` : ''}`,
    text: '',
  })
  const address = route?.gateway ?? flow.destination
  const arrived = arriveAt(flow, nextNode, address, node)
  const filtered = isOnLink(address, route?.device, node) ? reversePath(arrived, address, nextNode) : undefined
  if (filtered?.isCertain) return [{ kind: 'kernel', flow: arrived, why: filtered.why }]
  return filtered ? [unknownHere(arrived, nextNode, filtered.why)] : receive(arrived, network, hops + 1)
}

/**
 * The node of the recording that gets the packet next: the gateway, or, when that is a router, the node that has the destination. A pod
 * on the same node is at the end of the way.
 */
function nextHop(flow: Flow, gateway: Ip | undefined, node: NodeState, network: Network): NodeState | undefined {
  const host = network.hostOf(flow.destination)
  const through = gateway === undefined ? undefined : nodeWith(network, gateway, node)
  if (through) return through
  if (host?.pod === undefined) return nodeWith(network, flow.destination, node)
  return host.node === node.name ? undefined : network.nodes.get(host.node ?? '')
}

/** The same packet, new to the next node: no mark, no conntrack entry. */
function arriveAt(flow: Flow, node: NodeState, address: Ip, from: NodeState): Flow {
  const device =
    deviceWith(node, address) ?? (node.routes.isUnplaced(address) ? undefined : deviceToward(node, from, address))
  return {
    ...flow,
    node: node.name,
    hook: 'PREROUTING',
    local: false,
    inInterface: device,
    outInterface: undefined,
    bridged: device === undefined ? undefined : node.routes.isBridge(device),
    mark: 0,
    connection: newConnection(flow),
    virtualServer: undefined,
  }
}

/** The device by which a node would answer the other one. */
function deviceToward(node: NodeState, from: NodeState, like: Ip): string | undefined {
  const addresses = from.ruleset.interfaces.flatMap((device) => device.addresses.map(({ ip }) => ip))
  const routes = addresses.flatMap((ip) => (typeof ip === typeof like ? (node.routes.find(ip) ?? []) : []))
  const [first, ...more] = routes.flatMap(({ device, type }) => (type === 'unicast' ? [device] : []))
  return from.ruleset.interfacesWhole || more.every((device) => device === first) ? first : undefined
}
