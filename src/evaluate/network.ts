/** What the evaluator must know of the cluster: its nodes, and who has an address. */
import type { Ip } from '../ruleset/address.ts'
import { ipvsDevice, kubeRouterDevice } from '../ruleset/ipvs.ts'
import type { NodeState } from './node.ts'

/** Who has an address: a pod (`shop/web-1`) in its own network, or a node. */
interface Host {
  readonly pod?: string
  /** Undefined for a pod that is on no node yet. */
  readonly node: string | undefined
}

export interface Network {
  /** By name; nodes that the recording knows of without a Ruleset are not in it. */
  readonly nodes: ReadonlyMap<string, NodeState>
  hostOf(ip: Ip): Host | undefined
  /** The pod behind an endpoint's address and port: also one in its node's network, which shares the node's address. */
  podAt(ip: Ip, port: number): string | undefined
}

/** The node, other than `except`, that has this address on a device of its own. */
export function nodeWith(network: Network, ip: Ip, except: NodeState): NodeState | undefined {
  const host = network.hostOf(ip)
  if (host && host.pod === undefined && host.node !== except.name) {
    const known = network.nodes.get(host.node ?? '')
    if (known) return known
  }
  for (const node of network.nodes.values()) {
    if (node !== except && deviceWith(node, ip) !== undefined) return node
  }
  return undefined
}

/** The node, other than `except`, that has this address on a device which is not told: another node may have it as well. */
export function nodeWithUnplaced(network: Network, ip: Ip, except: NodeState): NodeState | undefined {
  for (const node of network.nodes.values()) if (node !== except && node.routes.isUnplaced(ip)) return node
  return undefined
}

/** Devices that many nodes bind the same addresses to (kube-proxy's ipvs mode, kube-router) or that reach no other node. */
const sharedDevices = new Set([ipvsDevice, kubeRouterDevice, 'lo'])

/** The device of a node that has this address itself. */
export function deviceWith(node: NodeState, ip: Ip): string | undefined {
  return node.ruleset.interfaces.find(
    ({ addresses, name }) => !sharedDevices.has(name) && addresses.some((address) => address.ip === ip),
  )?.name
}
