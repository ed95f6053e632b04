/**
 * Addresses that ipvs mode binds to kube-ipvs0 of every node, and that are a node's own: all nodes then take that node's packets for theirs
 * (kubernetes issues 59976, 75290, 93175, 127410).
 */
import { finding } from '../answer/finding.ts'
import { qualified } from '../cluster/objects.ts'
import { skipped, toMode } from './check.ts'
import type { ClusterCheck } from './check.ts'

export const ipvsAddresses: ClusterCheck = {
  codes: ['KPX4112'],
  needs: 'cluster',
  applies: toMode('ipvs'),
  ofCluster: ({ scene: { cluster }, services }) => {
    if (!cluster.isRecorded('services') || !cluster.isRecorded('nodes')) {
      return skipped('the Services or the Nodes were not recorded')
    }
    const owners = new Map(cluster.nodes.flatMap(({ addresses, name }) => addresses.map((ip) => [ip, name] as const)))
    return services.flatMap((service) => {
      const taken = [...service.externalIPs, ...service.loadBalancerIPs].filter((ip) => owners.has(ip))
      return taken.map((ip) => {
        const message = `${ip} is an address of Node ${owners.get(ip)}, and ipvs mode would bind it to kube-ipvs0 of every node: what they send to that node would stay on them`
        return finding('KPX4112', { message, object: `Service ${qualified(service)}`, affects: [qualified(service)] })
      })
    })
  },
}
