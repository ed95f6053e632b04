/**
 * Whether the endpoint's answer comes back through every node that translated the request: only there is it translated back. Walked
 * from the endpoint to the source that it saw, undoing one translation after the other. A pod that gets its own packet back, from its
 * own address, answers itself, if it does not take the packet for forged.
 */
import type { Ip } from '../ruleset/address.ts'
import { bridgeCallsHooks } from './bridge.ts'
import type { Flow } from './flow.ts'
import { usesIpvs } from './ipvs.ts'
import { deviceWith } from './network.ts'
import type { Network } from './network.ts'
import type { NodeState } from './node.ts'
import { unknownAddress } from './source-address.ts'

export type Reply = 'lost' | 'ok' | 'unknown'

export function replyOf(flow: Flow, network: Network): Reply {
  const endpoint = network.hostOf(flow.destination)
  let position = endpoint?.node ?? (isOn(flow.destination, flow.node, network) ? flow.node : undefined)
  let target = flow.source
  if (target === flow.destination && endpoint?.pod !== undefined) return 'lost'
  let fromEndpoint = true
  for (const last of flow.translations.toReversed()) {
    const end = endOfWay(target, position, last.node, network)
    if (position !== last.node && end !== last.node)
      return position === undefined && end === undefined ? 'unknown' : 'lost'
    if (fromEndpoint && position === last.node) {
      const crossed = crossesNode(flow.destination, target, network.nodes.get(last.node))
      if (crossed !== 'ok') return crossed
    }
    position = last.node
    target = last.sourceBefore
    fromEndpoint &&= target === flow.source
  }
  return 'ok'
}

const isOn = (ip: Ip, node: string, network: Network): boolean => network.nodes.get(node)?.routes.isLocal(ip) === true

/** The last node that sees a packet from a node (or from beyond) to an address; `last` masqueraded as an address it did not tell. */
function endOfWay(target: Ip, position: string | undefined, last: string, network: Network): string | undefined {
  if (position !== undefined && isOn(target, position, network)) return position
  if (target === unknownAddress(target)) return last
  const host = network.hostOf(target)?.node
  if (host !== undefined) return host
  for (const node of network.nodes.values()) {
    if (node.routes.isLocal(target) && !isBoundByIpvs(target, node)) return node.name
  }
  return undefined
}

/** In ipvs mode every node has the Services' addresses for itself (kube-ipvs0), and none has them for others. */
const isBoundByIpvs = (ip: Ip, node: NodeState): boolean =>
  usesIpvs(node) &&
  deviceWith(node, ip) === undefined &&
  node.ruleset.virtualServers?.servers.some((one) => one.ip === ip) === true

/**
 * Two pods on one bridge answer each other without the node's IP layer; only br_netfilter (bridge-nf-call-iptables) shows the answer
 * to conntrack.
 */
function crossesNode(endpoint: Ip, client: Ip, node: NodeState | undefined): Reply {
  if (!node) return 'ok'
  const [toEndpoint, toClient] = [node.routes.find(endpoint), node.routes.find(client)]
  const device = toEndpoint?.device
  if (device === undefined || device !== toClient?.device || toEndpoint?.gateway !== undefined) return 'ok'
  if (toClient.type === 'local' || toClient.gateway !== undefined) return 'ok'
  const [bridge, shown] = [node.routes.isBridge(device), bridgeCallsHooks(endpoint, node)]
  if (bridge === false || shown === true) return 'ok'
  return bridge === undefined || shown === undefined ? 'unknown' : 'lost'
}
