/**
 * NodeLocal DNSCache takes the address of the cluster's DNS over on each node, which ipvs mode binds itself. Source: kubernetes.io, Using
 * NodeLocal DNSCache (in ipvs mode it listens at its own address alone, and kubelets have to name that).
 */
import { finding } from '../answer/finding.ts'
import { nameOf } from '../cluster/applied.ts'
import { skipped, toMode } from './check.ts'
import type { ClusterCheck } from './check.ts'
import { containerNamed, isUnseen, noDaemonSets } from './daemon-set.ts'

export const nodeLocalDns: ClusterCheck = {
  codes: ['KPX4110'],
  needs: 'cluster',
  applies: toMode('ipvs'),
  ofCluster: ({ recognition, scene: { cluster } }) => {
    if (isUnseen(recognition)) return skipped(noDaemonSets)
    const found = containerNamed(/^node-local-dns\//, recognition)
    if (!found) return []
    const words = found.container.words.flatMap((word) => word.split(/[=,\s]/))
    const taken = cluster.services.find(({ clusterIPs }) => clusterIPs.some((ip) => words.includes(ip)))
    if (!taken) return []
    const message = `NodeLocal DNSCache listens at ${taken.clusterIPs.join(', ')}, the address of Service ${taken.namespace}/${taken.name}, which ipvs mode binds to kube-ipvs0`
    return [finding('KPX4110', { message, object: nameOf(found.set) })]
  },
}
