/** Programs that announce load-balancer addresses by ARP, which ipvs mode has every node answer for. Source: metallb.io, installation. */
import { finding } from '../answer/finding.ts'
import { nameOf } from '../cluster/applied.ts'
import { skipped, toMode } from './check.ts'
import type { ClusterCheck } from './check.ts'
import { containerNamed, isUnseen, noDaemonSets } from './daemon-set.ts'

const announcers = /^(?:\S*metallb\S*|speaker|kube-vip\S*|openelb\S*)\/(?:\S*speaker|kube-vip|openelb\S*)$/

export const strictArp: ClusterCheck = {
  codes: ['KPX4111'],
  needs: 'cluster',
  applies: toMode('ipvs'),
  ofCluster: ({ nodes, recognition }) => {
    if (isUnseen(recognition)) return skipped(noDaemonSets)
    const found = containerNamed(announcers, recognition)
    if (!found) return []
    const told = nodes.flatMap(({ settings }) => settings?.line('ipvs.strictARP') ?? [])
    if (told.length === 0) return skipped("kube-proxy's configuration was not seen")
    if (told.every((value) => value === 'true')) return []
    const message = `${nameOf(found.set)} announces load-balancer addresses, and ipvs.strictARP is not set: every node would answer for them`
    return [finding('KPX4111', { message, object: nameOf(found.set), field: 'ipvs.strictARP' })]
  },
}
