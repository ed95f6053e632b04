/**
 * Where NodePorts answer if nodePortAddresses is empty: at every address of the node, but in nftables mode at the primary ones alone
 * (pkg/proxy/util/nodeport_addresses.go and pkg/proxy/nftables, since 1.29).
 */
import { finding } from '../answer/finding.ts'
import type { Finding } from '../answer/finding.ts'
import { qualified } from '../cluster/objects.ts'
import { asList } from '../config/value.ts'
import { familyOf, formatIp, parseIp } from '../ruleset/address.ts'
import type { Ip } from '../ruleset/address.ts'
import { ipvsDevice } from '../ruleset/ipvs.ts'
import { skipped, toAnyMode } from './check.ts'
import type { NodeCheck } from './check.ts'
import { nodePorts } from './node-ports.ts'
import type { CheckedNode } from './subject.ts'

export const nodePortAddresses: NodeCheck = {
  codes: ['KPX4114'],
  needs: 'cluster',
  applies: toAnyMode,
  ofNode: (node, { question: { mode = '' }, services }) => {
    const { changes, from, seen, settings } = node
    const own = nodePorts(services)
    if (!changes || own.length === 0 || (from !== 'nftables' && mode !== 'nftables')) return []
    if (asList(settings?.get('nodePortAddresses')?.value).length > 0) return []
    if (seen.ruleset?.addressed.has('IPv4') !== true) return skipped("the node's addresses were not seen")
    const others = secondaryAddresses(node)
    if (others.length === 0) return []
    const names = [...new Set(own.map(({ service }) => qualified(service)))]
    return [told(others.map(formatIp).join(', '), names, mode)]
  },
}

function told(addresses: string, affects: readonly string[], mode: string): Finding {
  const whose = affects.length === 1 ? `of ${affects[0]}` : `of ${affects.length} Services`
  const closes = mode === 'nftables'
  const message = closes
    ? `NodePorts ${whose} answer at ${addresses} too, and in nftables mode at the node's primary addresses alone`
    : `NodePorts ${whose} would answer at ${addresses} as well, where they do not in nftables mode`
  const found = finding('KPX4114', { message, field: 'nodePortAddresses', affects })
  return closes ? found : { ...found, level: 'info', fix: 'to keep it so: kpx config set nodePortAddresses=RANGES' }
}

/** Beside the first of each family: what the API has, and what is on the same device, where virtual addresses are added. */
function secondaryAddresses({ node, seen: { ruleset } }: CheckedNode): Ip[] {
  const told = node?.addresses.flatMap((text) => parseIp(text) ?? []) ?? []
  const primary = new Set<Ip>()
  for (const family of ['IPv4', 'IPv6']) {
    const first = told.find((ip) => familyOf(ip) === family)
    if (first !== undefined) primary.add(first)
  }
  const devices = (ruleset?.interfaces ?? []).filter(({ name }) => name !== ipvsDevice && name !== 'lo')
  const local = new Set(devices.flatMap(({ addresses }) => addresses.map(({ ip }) => ip)))
  const main = devices.find(({ addresses }) => addresses.some(({ ip }) => primary.has(ip)))
  // of IPv6 there are as many as a router announces, which nobody uses for NodePorts
  const beside = main?.addresses.filter(({ ip, scope }) => familyOf(ip) === 'IPv4' && scope === 'global') ?? []
  const all = [...told.filter((ip) => local.has(ip)), ...beside.map(({ ip }) => ip)]
  return [...new Set(all)].filter((ip) => !primary.has(ip))
}
