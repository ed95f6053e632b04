/** Packets between two pods on one bridge: the node's IP layer sees them only through br_netfilter. */
import type { Ip } from '../ruleset/address.ts'
import type { Flow } from './flow.ts'
import type { NodeState } from './node.ts'

/**
 * Whether bridged packets pass the IP hooks (net.bridge.bridge-nf-call-iptables); undefined where no sysctl is recorded. Without the
 * module there is no such sysctl; where only IPv4's is recorded, IPv6's is taken to be as it is (both default to 1).
 */
export function bridgeCallsHooks(ip: Ip, { ruleset: { sysctls } }: NodeState): boolean | undefined {
  if (sysctls.size === 0) return undefined
  const ipv4 = sysctls.get('net/bridge/bridge-nf-call-iptables')
  const value = typeof ip === 'number' ? ipv4 : (sysctls.get('net/bridge/bridge-nf-call-ip6tables') ?? ipv4)
  return value === '1'
}

/** Whether the bridge hands the packet to a neighbour of its sender, past the node; undefined where it may be no bridge. */
export function isSwitched(flow: Flow, node: NodeState): boolean | undefined {
  if (flow.bridged === false) return false
  const route = node.routes.find(flow.destination)
  if (route?.type !== 'unicast' || route.gateway !== undefined || route.device !== flow.inInterface) return false
  return bridgeCallsHooks(flow.destination, node) === false ? flow.bridged : false
}

/**
 * Whether a packet that the rules see stays on its bridge and needs no forwarding. What was translated to a neighbour's address is
 * handed on by the bridge as well, but in IPv4 only where the node forwards (br_nf_pre_routing_finish() and its IPv6 kin, net/bridge).
 * Undefined where it may be no bridge.
 */
export function isBridged(flow: Flow, node: NodeState): boolean | undefined {
  const route = node.routes.find(flow.destination)
  if (flow.bridged === false || route?.type !== 'unicast' || route.device !== flow.inInterface) return false
  if (typeof flow.destination === 'number' && flow.connection.dnat) return false
  const shown = bridgeCallsHooks(flow.destination, node)
  return shown === false ? false : flow.bridged && shown
}
