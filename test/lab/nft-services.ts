/** Services as kube-proxy's nftables mode writes them, and its rules around them. */
import type { NftTable } from './nft.ts'
import { localEndpoints, socketAddress } from './services.ts'
import type { Service } from './services.ts'
import { masqueradeMark } from './words.ts'
import type { Words } from './words.ts'

const base = (hook: string, type: string, priority: string): string =>
  `type ${type} hook ${hook} priority ${priority}; policy accept;`

export function addNftServices(table: NftTable, services: readonly Service[], words: Words): void {
  const { family } = words
  const own = words.places.own.slice(0, 1)
  table.set(
    'cluster-ips',
    table.addressType(family),
    services.map(({ ip }) => ip),
  )
  table.set('nodeport-ips', table.addressType(family), own)
  table.map('service-ips', `${table.addressType(family)} . inet_proto . inet_service : verdict`)
  table.map('service-nodeports', 'type inet_proto . inet_service : verdict')
  table.map('no-endpoint-services', `${table.addressType(family)} . inet_proto . inet_service : verdict`)
  table.map('no-endpoint-nodeports', 'type inet_proto . inet_service : verdict')
  table.map('firewall-ips', `${table.addressType(family)} . inet_proto . inet_service : verdict`)
  table.chain('mark-for-masquerade').push(`mark set mark or ${masqueradeMark}`)
  table
    .chain('masquerading')
    .push(`mark and ${masqueradeMark} == 0 return`, `mark set mark xor ${masqueradeMark}`, 'masquerade fully-random')
  table.chain('reject-chain').push('reject')
  addBaseChains(table, words)
  for (const service of services) addService(table, service, words)
}

function addBaseChains(table: NftTable, words: Words): void {
  const { family } = words
  const key = `${family} daddr . meta l4proto . th dport`
  const nodePort = (name: string): string =>
    `fib daddr type local ${family} daddr @nodeport-ips meta l4proto . th dport vmap @${name}`
  table.chain('firewall-check').push(`${key} vmap @firewall-ips`)
  table.chain('nodeport-endpoints-check').push(nodePort('no-endpoint-nodeports'))
  table.chain('service-endpoints-check').push(`${key} vmap @no-endpoint-services`)
  table.chain('services').push(`${key} vmap @service-ips`, nodePort('service-nodeports'))
  table.chain('cluster-ips-check').push(`${family} daddr @cluster-ips reject`)
  const isNew = 'ct state new'
  table.chain('filter-prerouting', base('prerouting', 'filter', 'dstnat - 10')).push(`${isNew} jump firewall-check`)
  table.chain('filter-output', base('output', 'filter', '-110')).push(`${isNew} jump firewall-check`)
  table
    .chain('filter-input', base('input', 'filter', 'filter'))
    .push(`${isNew} jump nodeport-endpoints-check`, `${isNew} jump service-endpoints-check`)
  table
    .chain('filter-forward', base('forward', 'filter', 'filter'))
    .push(`${isNew} jump service-endpoints-check`, `${isNew} jump cluster-ips-check`)
  table
    .chain('filter-output-post', base('output', 'filter', '-90'))
    .push(`${isNew} jump service-endpoints-check`, `${isNew} jump cluster-ips-check`)
  table.chain('nat-prerouting', base('prerouting', 'nat', 'dstnat')).push('jump services')
  table.chain('nat-output', base('output', 'nat', '-100')).push('jump services')
  table.chain('nat-postrouting', base('postrouting', 'nat', 'srcnat')).push('jump masquerading')
}

function addService(table: NftTable, service: Service, words: Words): void {
  const { endpoints, external, ip, name, nodePort, port, protocol, ranges } = service
  const { family } = words
  const has = endpoints.length > 0
  const verdict = has ? `goto service-${name}` : 'goto reject-chain'
  table.element(has ? 'service-ips' : 'no-endpoint-services', `${ip} . ${protocol} . ${port}`, verdict)
  const outer = has ? `goto external-${name}` : 'goto reject-chain'
  if (external !== undefined)
    table.element(has ? 'service-ips' : 'no-endpoint-services', `${external} . ${protocol} . ${port}`, outer)
  if (nodePort !== undefined)
    table.element(has ? 'service-nodeports' : 'no-endpoint-nodeports', `${protocol} . ${nodePort}`, outer)
  if (!has) return
  const [pod] = words.places.prefixes
  const chain = table.chain(`service-${name}`)
  chain.push(`${family} daddr ${ip} ${protocol} dport ${port} ${family} saddr != ${pod} jump mark-for-masquerade`)
  const { sticky } = service
  const affinity = (i: number): string => `affinity-${name}-${i}`
  for (const i of sticky ? endpoints.keys() : []) {
    table.set(affinity(i), `${table.addressType(family)}; flags dynamic,timeout; timeout 3h`, [])
    chain.push(`${family} saddr @${affinity(i)} goto endpoint-${name}-${i}`)
  }
  chain.push(balanced(endpoints, service))
  for (const [i, endpoint] of endpoints.entries()) {
    table
      .chain(`endpoint-${name}-${i}`)
      .push(
        `${family} saddr ${endpoint} jump mark-for-masquerade`,
        ...(sticky ? [`update @${affinity(i)} { ${family} saddr }`] : []),
        `meta l4proto ${protocol} dnat to ${socketAddress(endpoint, service.endpointPort)}`,
      )
  }
  if (external !== undefined || nodePort !== undefined) addExternal(table, service, words)
  if (external === undefined || ranges.length === 0) return
  table.element('firewall-ips', `${external} . ${protocol} . ${port}`, `goto firewall-${name}`)
  table.chain(`firewall-${name}`).push(`${family} saddr != { ${ranges.join(', ')} } drop`)
}

const balanced = (endpoints: readonly string[], service: Service): string => {
  const targets = endpoints.map(
    (endpoint, i) => `${i} : goto endpoint-${service.name}-${service.endpoints.indexOf(endpoint)}`,
  )
  return `numgen random mod ${targets.length} vmap { ${targets.join(', ')} }`
}

function addExternal(table: NftTable, service: Service, words: Words): void {
  const { name } = service
  const { family } = words
  const [pod] = words.places.prefixes
  const chain = table.chain(`external-${name}`)
  if (!service.local) {
    chain.push('jump mark-for-masquerade', `goto service-${name}`)
    return
  }
  chain.push(
    `${family} saddr ${pod} goto service-${name}`,
    'fib saddr type local jump mark-for-masquerade',
    `fib saddr type local goto service-${name}`,
  )
  const local = localEndpoints(service, words)
  if (local.length > 0) chain.push(balanced(local, service))
}
