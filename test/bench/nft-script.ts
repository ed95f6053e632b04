/** kube-proxy's table for plain Services in nftables mode (v1.37, pkg/proxy/nftables/proxier.go), as input for `nft -f`. */
import { createHash } from 'node:crypto'
import type { BenchService } from './services.ts'

/** `podNetwork` is kube-proxy's clusterCIDR. */
export function nftScript(services: readonly BenchService[], podNetwork: string): string {
  const elements = (texts: readonly string[]): string => (texts.length > 0 ? `elements = { ${texts.join(', ')} }` : '')
  return [
    'table ip kube-proxy {',
    'comment "rules for kube-proxy"',
    `set cluster-ips { type ipv4_addr; ${elements(services.map(({ clusterIP }) => clusterIP))} }`,
    'set nodeport-ips { type ipv4_addr; elements = { 192.168.0.1 } }',
    ...services.map((service) => chainOf(service)),
    'map service-ips { type ipv4_addr . inet_proto . inet_service : verdict',
    elements(services.map((one) => `${one.clusterIP} . tcp . ${one.port} : goto ${chainName(one)}`)),
    '}',
    'map service-nodeports { type inet_proto . inet_service : verdict; }',
    'chain nat-prerouting { type nat hook prerouting priority dstnat; jump services; }',
    'chain nat-output { type nat hook output priority -100; jump services; }',
    'chain nat-postrouting { type nat hook postrouting priority srcnat; jump masquerading; }',
    'chain services {',
    `ip daddr @cluster-ips ip saddr != ${podNetwork} meta mark set meta mark or 0x4000`,
    'ip daddr . meta l4proto . th dport vmap @service-ips',
    'ip daddr @nodeport-ips meta l4proto . th dport vmap @service-nodeports',
    '}',
    'chain masquerading {',
    'meta mark and 0x4000 != 0 meta mark set meta mark xor 0x4000 masquerade fully-random',
    '}',
    '}',
    '',
  ].join('\n')
}

/** servicePortChainName: a hash in base 32, then the names. */
function chainName({ name, namespace, portName }: BenchService): string {
  const text = `${namespace}/${name}/tcp/${portName}`
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8).toUpperCase()
  return `service-${hash}-${text}`
}

function chainOf(service: BenchService): string {
  const { endpoints } = service
  const targets = endpoints.map((endpoint, i) => `${i} : ${endpoint.replace(':', ' . ')}`)
  const rule = `meta l4proto tcp dnat ip to numgen random mod ${endpoints.length} map { ${targets.join(', ')} }`
  return `chain ${chainName(service)} { ${rule}; }`
}
