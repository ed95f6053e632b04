/**
 * Services with addresses of their own and no endpoint: iptables mode refuses in INPUT and FORWARD alone and before it asks for source
 * ranges (pkg/proxy/iptables/proxier.go), nftables mode in OUTPUT as well and after that (pkg/proxy/nftables/proxier.go).
 */
import { finding } from '../answer/finding.ts'
import type { Scene } from '../answer/scene.ts'
import { nodeProxyOf } from '../answer/verify/node-proxy.ts'
import { asTaken } from '../cluster/expected/node-proxy.ts'
import type { NodeProxy } from '../cluster/expected/node-proxy.ts'
import { targetsOf } from '../cluster/expected/targets.ts'
import { frontendsOf } from '../cluster/frontend.ts'
import { qualified } from '../cluster/objects.ts'
import type { Service } from '../cluster/objects.ts'
import { skipped, toMode } from './check.ts'
import type { ClusterCheck } from './check.ts'

export const unservedAddresses: ClusterCheck = {
  codes: ['KPX4142'],
  needs: 'cluster',
  applies: toMode('iptables', 'nftables'),
  ofCluster: ({ nodes, question: { mode = '' }, scene, services, status }) => {
    const from = mode === 'nftables' ? 'iptables' : 'nftables'
    const node = nodes.find((one) => one.from === from)
    if (!node) return []
    const { proxy } = nodeProxyOf(node.seen, status.server, scene)
    const { cluster } = scene
    if (!proxy || !cluster.isRecorded('services') || !cluster.isRecorded('endpointslices')) {
      return skipped('the Services, their EndpointSlices or the Nodes were not recorded')
    }
    const unserved = services.filter((service) => isUnserved(asTaken(service, proxy), proxy, scene)).map(qualified)
    if (unserved.length === 0) return []
    const named = unserved.slice(0, mostNamed).join(', ') + (unserved.length > mostNamed ? ', ...' : '')
    const hasRanges = services.some(
      (service) => service.loadBalancerSourceRanges.length > 0 && unserved.includes(qualified(service)),
    )
    const { own = '', ranges = '' } = inMode[mode] ?? {}
    const message = `of Services that have no endpoint now and addresses beyond the cluster (${named}), ${own}${hasRanges ? ranges : ''}`
    return [finding('KPX4142', { message, affects: unserved })]
  },
}

const mostNamed = 3

const inMode: Readonly<Record<string, { readonly own: string; readonly ranges: string }>> = {
  nftables: {
    own: "nftables mode also refuses a node's own packets to these, which have left the node",
    ranges: '; and it drops what source ranges do not allow, which was refused',
  },
  iptables: {
    own: "iptables mode lets a node's own packets to these leave the node, which were refused",
    ranges: '; and it refuses what source ranges do not allow, which was dropped',
  },
}

function isUnserved(service: Service, proxy: NodeProxy, { cluster }: Scene): boolean {
  const endpoints = cluster.endpointsOf(service)
  return service.ports.some((port) =>
    frontendsOf(service, port).some(
      ({ family, kind }) =>
        (kind === 'ExternalIP' || kind === 'LoadBalancer') && !targetsOf(service, port, family, endpoints, proxy).any,
    ),
  )
}
