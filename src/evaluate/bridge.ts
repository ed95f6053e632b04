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
