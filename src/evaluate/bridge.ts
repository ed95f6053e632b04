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

/** Whether the bridge hands a packet that it has shown to the rules on to a neighbour; undefined where it may be no bridge. */
function staysOnBridge(flow: Flow, node: NodeState): boolean | undefined {
  const route = node.routes.find(flow.destination)
  if (flow.bridged === false || route?.type !== 'unicast' || route.device !== flow.inInterface) return false
  const shown = bridgeCallsHooks(flow.destination, node)
  return shown === false ? false : flow.bridged && shown
}

/**
 * Whether it does so although the node does not forward: in IPv4 not what was translated to the neighbour's address
 * (br_nf_pre_routing_finish(), net/bridge/br_netfilter_hooks.c, and its IPv6 kin).
 */
export const needsNoForwarding = (flow: Flow, node: NodeState): boolean | undefined =>
  typeof flow.destination === 'number' && flow.connection.dnat ? false : staysOnBridge(flow, node)

/**
 * The device that a packet came in by as rules see it: empty where there is none, undefined where it is not recorded. Of what stays on
 * a bridge it is not told in POSTROUTING (br_nf_post_routing()).
 */
export function inputDevice(flow: Flow, node: NodeState): string | undefined {
  const { hook, inInterface, local } = flow
  if (inInterface === undefined) return local || hook === 'OUTPUT' ? '' : undefined
  if (hook !== 'POSTROUTING' || local) return inInterface
  const stays = staysOnBridge(flow, node)
  return stays === undefined ? undefined : stays ? '' : inInterface
}
