/** What iptables-save prints of kube-proxy's rules for plain Services (v1.37, pkg/proxy/iptables/proxier.go). */
import { createHash } from 'node:crypto'
import { portNameOf } from './services.ts'
import type { BenchService } from './services.ts'

/** The chains of the Services and their rules, in iptables-save's order. `podNetwork` is kube-proxy's clusterCIDR. */
export function serviceChains(
  services: readonly BenchService[],
  podNetwork: string,
): { chains: string[]; rules: string[] } {
  const all = services.flatMap((service) => [...endpointChains(service), serviceChain(service, podNetwork)])
  all.sort((a, b) => (a.name < b.name ? -1 : 1))
  return { chains: all.map(({ name }) => `:${name} - [0:0]`), rules: all.flatMap(({ rules }) => rules) }
}

/** A whole dump: the tables filter and nat with kube-proxy's own chains. */
export function iptablesSave(services: readonly BenchService[], podNetwork: string): string {
  const { chains, rules } = serviceChains(services, podNetwork)
  const [before, after] = [skeleton.nat.rules, chains.findIndex((chain) => chain.startsWith(':KUBE-SVC-'))]
  const nat = [
    ...skeleton.nat.chains,
    ...chains.slice(0, after),
    ':KUBE-SERVICES - [0:0]',
    ...chains.slice(after),
    ...before,
    ...rules.filter((rule) => rule.startsWith('-A KUBE-SEP-')),
    ...services.map(dispatchRule),
    '-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS',
    ...rules.filter((rule) => rule.startsWith('-A KUBE-SVC-')),
  ]
  return ['*filter', ...skeleton.filter, 'COMMIT', '*nat', ...nat, 'COMMIT', ''].join('\n')
}

const protocol = 'tcp'

/** proxier.go, portProtoHash and servicePortEndpointChainName: the first 16 characters of the SHA-256 in base 32. */
const hash = (text: string): string => base32(createHash('sha256').update(text).digest()).slice(0, 16)
const serviceChainName = (service: BenchService): string => `KUBE-SVC-${hash(portNameOf(service) + protocol)}`
const endpointChainName = (service: BenchService, endpoint: string): string =>
  `KUBE-SEP-${hash(portNameOf(service) + protocol + endpoint)}`

export const dispatchRule = (service: BenchService): string =>
  `-A KUBE-SERVICES ${clusterIPMatch(service)} -j ${serviceChainName(service)}`

const clusterIPMatch = (service: BenchService): string =>
  `-d ${service.clusterIP}/32 -p ${protocol} -m comment --comment "${portNameOf(service)} cluster IP" -m ${protocol} --dport ${service.port}`

interface ChainText {
  readonly name: string
  readonly rules: readonly string[]
}

function serviceChain(service: BenchService, podNetwork: string): ChainText {
  const { endpoints } = service
  const name = serviceChainName(service)
  const rules = endpoints.map((endpoint, i) => {
    const left = endpoints.length - i
    const chance = left === 1 ? '' : `-m statistic --mode random --probability ${probability(left)} `
    const comment = `"${portNameOf(service)} -> ${endpoint}"`
    return `-A ${name} -m comment --comment ${comment} ${chance}-j ${endpointChainName(service, endpoint)}`
  })
  return { name, rules: [`-A ${name} ! -s ${podNetwork} ${clusterIPMatch(service)} -j KUBE-MARK-MASQ`, ...rules] }
}

/** iptables keeps a probability in 31 bits and prints what it kept (libxt_statistic.c). */
const probability = (left: number): string =>
  (Math.round(Number((1 / left).toFixed(10)) * 2 ** 31) / 2 ** 31).toFixed(11)

const endpointChains = (service: BenchService): ChainText[] =>
  service.endpoints.map((endpoint) => {
    const name = endpointChainName(service, endpoint)
    const comment = `-m comment --comment "${portNameOf(service)}"`
    const rules = [
      `-A ${name} -s ${endpoint.split(':')[0]}/32 ${comment} -j KUBE-MARK-MASQ`,
      `-A ${name} -p ${protocol} ${comment} -m ${protocol} -j DNAT --to-destination ${endpoint}`,
    ]
    return { name, rules }
  })

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** RFC 4648, section 6, without padding. */
function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{5}/g) ?? []).map((five) => alphabet[parseInt(five, 2)]).join('')
}

const skeleton = {
  filter: [
    ':INPUT ACCEPT [0:0]',
    ':FORWARD ACCEPT [0:0]',
    ':OUTPUT ACCEPT [0:0]',
    ':KUBE-FORWARD - [0:0]',
    ':KUBE-SERVICES - [0:0]',
    '-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD',
    '-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    '-A OUTPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    '-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT',
    '-A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
  ],
  nat: {
    chains: [
      ':PREROUTING ACCEPT [0:0]',
      ':INPUT ACCEPT [0:0]',
      ':OUTPUT ACCEPT [0:0]',
      ':POSTROUTING ACCEPT [0:0]',
      ':KUBE-MARK-MASQ - [0:0]',
      ':KUBE-NODEPORTS - [0:0]',
      ':KUBE-POSTROUTING - [0:0]',
    ],
    rules: [
      '-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
      '-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
      '-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING',
      '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
      '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
      '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
      '-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
    ],
  },
}
