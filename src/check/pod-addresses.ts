/** Pods beyond clusterCIDR, by which kube-proxy tells whose connections are pods' (detectLocalMode ClusterCIDR). */
import { finding } from '../answer/finding.ts'
import { qualified } from '../cluster/objects.ts'
import type { Settings } from '../config/settings.ts'
import { contains, familyOf, parseIp, parsePrefix } from '../ruleset/address.ts'
import type { Ip, Prefix } from '../ruleset/address.ts'
import { noConfiguration, skipped, whole } from './check.ts'
import type { ClusterCheck } from './check.ts'

export const podAddresses: ClusterCheck = {
  codes: ['KPX4134'],
  needs: 'cluster',
  applies: whole,
  ofCluster: ({ scene: { cluster }, settings }) => {
    if (settings.length === 0) return noConfiguration
    if (!cluster.isRecorded('pods')) return skipped('the pods were not recorded')
    return settings.filter(isByRange).flatMap((own) => {
      const ranges = rangesOf(own)
      const outside = cluster.pods.filter(
        ({ hostNetwork, ips }) => !hostNetwork && ips.flatMap((text) => parseIp(text) ?? []).some(isOutside(ranges)),
      )
      const [first] = outside
      if (!first) return []
      const more = outside.length === 1 ? '' : ` and ${outside.length - 1} more`
      const message = `clusterCIDR is ${own.text('clusterCIDR')}, and pod ${qualified(first)}${more} has ${first.ips.join(', ')}`
      return [finding('KPX4134', { message, field: 'clusterCIDR' })]
    })
  },
}

const isByRange = (settings: Settings): boolean => ['', 'ClusterCIDR'].includes(settings.text('detectLocalMode'))

const rangesOf = (settings: Settings): Prefix[] =>
  settings
    .text('clusterCIDR')
    .split(',')
    .flatMap((text) => parsePrefix(text.trim()) ?? [])

/** Of a family without a range nothing is taken for a pod's, as kube-proxy says in its log. */
const isOutside =
  (ranges: readonly Prefix[]) =>
  (ip: Ip): boolean => {
    const own = ranges.filter(({ address }) => familyOf(address) === familyOf(ip))
    return own.length > 0 && !own.some((range) => contains(range, ip))
  }
