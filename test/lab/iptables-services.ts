/** Services as kube-proxy's iptables mode writes them, and its rules around them. */
import type { Tables } from './iptables.ts'
import { localEndpoints, socketAddress } from './services.ts'
import type { Service } from './services.ts'
import { masqueradeMark } from './words.ts'
import type { Words } from './words.ts'

const masked = `${masqueradeMark}/${masqueradeMark}`

export function addServices(tables: Tables, services: readonly Service[], words: Words): void {
  const nat = tables.table('nat')
  nat.chain('PREROUTING').push('-m comment --comment "kubernetes service portals" -j KUBE-SERVICES')
  nat.chain('OUTPUT').push('-m comment --comment "kubernetes service portals" -j KUBE-SERVICES')
  nat.chain('POSTROUTING').push('-m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING')
  nat.chain('KUBE-MARK-MASQ').push(`-j MARK --or-mark ${masqueradeMark}`)
  nat
    .chain('KUBE-POSTROUTING')
    .push(
      `-m mark ! --mark ${masked} -j RETURN`,
      `-j MARK --xor-mark ${masqueradeMark}`,
      `-j MASQUERADE${words.percent(50) ? ' --random-fully' : ''}`,
    )
  addFilter(tables, words)
  for (const service of services) {
    if (service.endpoints.length === 0) addRejected(tables, service)
    else addFrontends(tables, service, words)
  }
  nat.chain('KUBE-NODEPORTS')
  nat.chain('KUBE-SERVICES').push('-m addrtype --dst-type LOCAL -j KUBE-NODEPORTS')
}

function addFilter(tables: Tables, words: Words): void {
  const filter = tables.table('filter')
  const isNew = '-m conntrack --ctstate NEW'
  for (const hook of ['INPUT', 'FORWARD', 'OUTPUT']) {
    filter.chain(hook).push(`${isNew} -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL`)
  }
  filter.chain('INPUT').push('-m comment --comment "kubernetes health check service ports" -j KUBE-NODEPORTS')
  filter.chain('INPUT').push(`${isNew} -j KUBE-EXTERNAL-SERVICES`)
  filter.chain('FORWARD').push('-m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD')
  filter.chain('FORWARD').push(`${isNew} -j KUBE-SERVICES`, `${isNew} -j KUBE-EXTERNAL-SERVICES`)
  filter.chain('OUTPUT').push(`${isNew} -j KUBE-SERVICES`, '-j KUBE-FIREWALL')
  if (words.percent(50)) filter.chain('KUBE-FORWARD').push('-m conntrack --ctstate INVALID -j DROP')
  filter
    .chain('KUBE-FORWARD')
    .push(`-m mark --mark ${masked} -j ACCEPT`, '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT')
  if (words.family === 'ip') {
    filter
      .chain('KUBE-FIREWALL')
      .push('! -s 127.0.0.0/8 -d 127.0.0.0/8 -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP')
  }
  for (const name of [
    'KUBE-FIREWALL',
    'KUBE-SERVICES',
    'KUBE-EXTERNAL-SERVICES',
    'KUBE-NODEPORTS',
    'KUBE-PROXY-FIREWALL',
  ])
    filter.chain(name)
}

const to = ({ protocol }: Service, port: number): string => `-p ${protocol} -m ${protocol} --dport ${port}`

function addRejected(tables: Tables, service: Service): void {
  const filter = tables.table('filter')
  const { external, ip, name, nodePort, port } = service
  const why = `-m comment --comment "lab/${name} has no endpoints"`
  filter.chain('KUBE-SERVICES').push(`-d ${ip} ${why} ${to(service, port)} -j REJECT`)
  if (external !== undefined)
    filter.chain('KUBE-EXTERNAL-SERVICES').push(`-d ${external} ${why} ${to(service, port)} -j REJECT`)
  if (nodePort !== undefined)
    filter
      .chain('KUBE-EXTERNAL-SERVICES')
      .push(`${why} -m addrtype --dst-type LOCAL ${to(service, nodePort)} -j REJECT`)
}

function addFrontends(tables: Tables, service: Service, words: Words): void {
  const nat = tables.table('nat')
  const { external, ip, name, nodePort, port, ranges } = service
  const [pod] = words.places.prefixes
  nat
    .chain('KUBE-SERVICES')
    .push(`-d ${ip} ${to(service, port)} -m comment --comment "lab/${name} cluster IP" -j KUBE-SVC-${name}`)
  nat.chain(`KUBE-SVC-${name}`).push(`! -s ${pod} -d ${ip} ${to(service, port)} -j KUBE-MARK-MASQ`)
  addBalanced(tables, `KUBE-SVC-${name}`, service.endpoints, service)
  if (external === undefined && nodePort === undefined) return
  addExternal(tables, service, words)
  if (nodePort !== undefined) nat.chain('KUBE-NODEPORTS').push(`${to(service, nodePort)} -j KUBE-EXT-${name}`)
  if (external === undefined) return
  const target = ranges.length > 0 ? `KUBE-FW-${name}` : `KUBE-EXT-${name}`
  nat.chain('KUBE-SERVICES').push(`-d ${external} ${to(service, port)} -j ${target}`)
  if (ranges.length === 0) return
  nat.chain(`KUBE-FW-${name}`).push(...ranges.map((range) => `-s ${range} -j KUBE-EXT-${name}`))
  tables
    .table('filter')
    .chain('KUBE-PROXY-FIREWALL')
    .push(`-d ${external} ${to(service, port)} -j DROP`)
}

function addExternal(tables: Tables, service: Service, words: Words): void {
  const nat = tables.table('nat')
  const chain = nat.chain(`KUBE-EXT-${service.name}`)
  const [pod] = words.places.prefixes
  if (!service.local) {
    chain.push('-j KUBE-MARK-MASQ', `-j KUBE-SVC-${service.name}`)
    return
  }
  chain.push(
    `-s ${pod} -j KUBE-SVC-${service.name}`,
    '-m addrtype --src-type LOCAL -j KUBE-MARK-MASQ',
    `-m addrtype --src-type LOCAL -j KUBE-SVC-${service.name}`,
  )
  const local = localEndpoints(service, words)
  if (local.length > 0) {
    chain.push(`-j KUBE-SVL-${service.name}`)
    addBalanced(tables, `KUBE-SVL-${service.name}`, local, service)
  }
}

function addBalanced(tables: Tables, name: string, endpoints: readonly string[], service: Service): void {
  const nat = tables.table('nat')
  const chain = nat.chain(name)
  const ownOf = (endpoint: string): string => `KUBE-SEP-${service.name}-${service.endpoints.indexOf(endpoint)}`
  const listed = (own: string): string => `--name ${own} --rsource`
  if (service.sticky) {
    for (const own of endpoints.map(ownOf))
      chain.push(`-m recent --rcheck --seconds 10800 --reap ${listed(own)} -j ${own}`)
  }
  for (const [i, endpoint] of endpoints.entries()) {
    const own = ownOf(endpoint)
    const left = endpoints.length - i
    const chance = left > 1 ? `-m statistic --mode random --probability ${(1 / left).toFixed(10)} ` : ''
    chain.push(`${chance}-j ${own}`)
    if (nat.has(own)) continue
    const remembered = service.sticky ? `-m recent --set ${listed(own)} ` : ''
    nat
      .chain(own)
      .push(
        `-s ${endpoint} -j KUBE-MARK-MASQ`,
        `-p ${service.protocol} ${remembered}-m ${service.protocol} -j DNAT --to-destination ${socketAddress(endpoint, service.endpointPort)}`,
      )
  }
}
