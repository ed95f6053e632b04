/** The addresses of the cluster: each machine has one network of its own, so every cluster may use the same ones. */

export interface NodeAddresses {
  /** `node1` */
  readonly name: string
  /** IPv4 and IPv6, in this order, as in all lists here. */
  readonly addresses: readonly [string, string]
  readonly podCIDRs: readonly [string, string]
  /** Of a client in the control plane's machine, whose packets to Services go through this node. */
  readonly client: readonly [string, string]
}

export const controlPlane = { addresses: ['10.200.0.1', 'fd00:200::1'], port: 6443 } as const
export const networkLengths = [24, 64] as const
export const networks = ['10.200.0.0/24', 'fd00:200::/64'] as const
export const clusterCIDRs = ['10.244.0.0/16', 'fd00:10:244::/48'] as const
export const serviceCIDRs = ['10.96.0.0/16', 'fd00:10:96::/112'] as const
export const kubernetesService = '10.96.0.1'

/** node1, node2 and so on: decimal digits stand for themselves in the IPv6 addresses. */
export function nodeAddresses(count: number): NodeAddresses[] {
  return Array.from({ length: count }, (_, index) => {
    const number = index + 1
    return {
      name: `node${number}`,
      addresses: [`10.200.0.${10 + number}`, `fd00:200::${10 + number}`],
      podCIDRs: [`10.244.${number}.0/24`, `fd00:10:244:${number}::/64`],
      client: [`10.200.0.${100 + number}`, `fd00:200::${100 + number}`],
    }
  })
}
