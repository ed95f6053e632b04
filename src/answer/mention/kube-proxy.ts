/**
 * What kube-proxy wrote, and for which Service, by the names that it gives (pkg/proxy/iptables, nftables and ipvs, 1.19 to 1.37). Names
 * add words to an answer; what happens to a packet they never decide.
 */
import type { Step } from '../../evaluate/flow.ts'
import type { Table } from '../../ruleset/ruleset.ts'

/** A hash of the Service's port; KUBE-XLB- until 1.23, KUBE-EXT- and KUBE-SVL- since 1.24. */
const perService = /^KUBE-(?:EXT|FW|SEP|SVC|SVL|XLB)-[A-Z2-7]{16}$/

const chains = new Set(
  `KUBE-EXTERNAL-SERVICES KUBE-FIREWALL KUBE-FORWARD KUBE-IPVS-FILTER KUBE-IPVS-OUT-FILTER KUBE-LOAD-BALANCER KUBE-MARK-DROP
  KUBE-MARK-MASQ KUBE-NODE-PORT KUBE-NODEPORTS KUBE-POSTROUTING KUBE-PROXY-FIREWALL KUBE-SERVICES KUBE-SOURCE-RANGES-FIREWALL`.split(
    /\s+/,
  ),
)

/** Of a table's chains and sets; kube-router's and others' chains begin with KUBE- too. */
export const isKubeProxys = ({ name, tool }: Table, chainOrSet: string): boolean =>
  tool === 'nft' ? name === 'kube-proxy' : chains.has(chainOrSet) || perService.test(chainOrSet)

/** The same of a step that a packet took. */
export const isKubeProxysStep = ({ chain, table }: Pick<Step, 'chain' | 'table'>): boolean =>
  table === 'kube-proxy' || table === 'ipvs' || chains.has(chain) || perService.test(chain)

const setNames =
  `CLUSTER-IP EXTERNAL-IP EXTERNAL-IP-LOCAL HEALTH-CHECK-NODE-PORT IPVS-IPS LOAD-BALANCER LOAD-BALANCER-FW
  LOAD-BALANCER-LOCAL LOAD-BALANCER-SOURCE-CIDR LOAD-BALANCER-SOURCE-IP LOOP-BACK NODE-PORT-LOCAL-SCTP-HASH NODE-PORT-LOCAL-TCP
  NODE-PORT-LOCAL-UDP NODE-PORT-SCTP-HASH NODE-PORT-TCP NODE-PORT-UDP`.split(/\s+/)

/** An ipset's name has at most 31 characters (IPSET_MAXNAMELEN with its end). */
const ipsets = new Set(setNames.flatMap((name) => [`KUBE-${name}`, `KUBE-6-${name}`]).map((name) => name.slice(0, 31)))

export const isKubeProxyIpSet = (name: string): boolean => ipsets.has(name)

/** nftables mode's sets of clients that stay with an endpoint. */
export const holdsClients = (set: string): boolean => set.startsWith('affinity-')

/** Where kube-proxy decides which Service a packet is for, or that it has no endpoints. */
const dispatchers = new Set([
  'KUBE-EXTERNAL-SERVICES',
  'KUBE-NODEPORTS',
  'KUBE-SERVICES',
  'no-endpoint-nodeports',
  'no-endpoint-services',
  'service-ips',
  'service-nodeports',
])

export const isDispatcher = (chainOrMap: string): boolean => dispatchers.has(chainOrMap)

/** `shop/web` of `shop/web:http cluster IP`, `masquerade traffic for shop/web:http external destinations`, `shop/cart -> 10.0.0.1:80`. */
export const serviceOfComment = (comment: string): string | null =>
  /(?:^| )([a-z0-9][-a-z0-9]*\/[a-z0-9][-a-z0-9]*)(?::[-a-z0-9]+)?(?: |$)/.exec(comment)?.[1] ?? null

/** `shop/web` of nftables mode's `external-2TLE77DG-shop/web/tcp/http`. */
export const serviceOfName = (name: string): string | null =>
  /^(?:affinity|endpoint|external|firewall|local|service)-[A-Z2-7]{8}-([^/]+\/[^/]+)\/(?:sctp|tcp|udp)\//.exec(
    name,
  )?.[1] ?? null
