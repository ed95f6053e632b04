/**
 * What the chains, sets and maps of kube-proxy are for, so that a reader knows where a packet is. The names add words and decide nothing.
 * Facts: pkg/proxy/iptables, ipvs and nftables of Kubernetes 1.19 to 1.37.
 */

/** A name, or the beginning of one where it ends in `*`, and what follows `which` in a sentence. */
type Purposes = Readonly<Record<string, string>>

const ofServiceAddresses = 'holds the rules for the addresses of Services'
const ofSourceRanges = 'drops what loadBalancerSourceRanges exclude'
const ofEndpoints = "chooses one of the Service's endpoints"
const ofLocalEndpoints = "chooses one of the Service's endpoints on this node"
const ofExternalTraffic = "takes what is sent to the Service's NodePort, ExternalIP or load-balancer address"
const ofOneEndpoint = 'stands for one endpoint'
const ofMasquerade = 'masquerades what is marked for it'
const ofHealthChecks = 'lets the health checks of load balancers in'

const nat: Purposes = {
  'KUBE-EXT-*': ofExternalTraffic,
  'KUBE-FIREWALL': 'marks what loadBalancerSourceRanges exclude',
  'KUBE-FW-*': "takes what is sent to the Service's load-balancer address, and checks loadBalancerSourceRanges",
  'KUBE-LOAD-BALANCER': 'marks what is sent to load-balancer addresses for masquerade',
  'KUBE-MARK-DROP': 'marks packets to be dropped',
  'KUBE-MARK-MASQ': 'marks packets for masquerade',
  'KUBE-NODE-PORT': 'marks what is sent to NodePorts for masquerade',
  'KUBE-NODEPORTS': 'holds the rules for NodePorts',
  'KUBE-POSTROUTING': ofMasquerade,
  'KUBE-SEP-*': ofOneEndpoint,
  'KUBE-SERVICES': ofServiceAddresses,
  'KUBE-SVC-*': ofEndpoints,
  'KUBE-SVL-*': ofLocalEndpoints,
  'KUBE-XLB-*': 'takes what is sent to the Service from outside, for endpoints on this node',
}

const filter: Purposes = {
  'KUBE-EXTERNAL-SERVICES':
    'refuses or drops what is sent to NodePorts, ExternalIPs and load-balancer addresses without a usable endpoint',
  'KUBE-FIREWALL': 'drops what is marked to be dropped or comes to 127.0.0.0/8 from outside',
  'KUBE-FORWARD': 'accepts what is marked for masquerade or belongs to a known connection',
  'KUBE-IPVS-FILTER': 'refuses ports of Service addresses that no Service has',
  'KUBE-IPVS-OUT-FILTER': 'drops what loadBalancerSourceRanges do not let this node send',
  'KUBE-NODE-PORT': ofHealthChecks,
  'KUBE-NODEPORTS': ofHealthChecks,
  'KUBE-PROXY-FIREWALL': ofSourceRanges,
  'KUBE-SERVICES': 'refuses or drops what is sent to ClusterIPs without a usable endpoint',
  'KUBE-SOURCE-RANGES-FIREWALL': ofSourceRanges,
}

const nftChains: Purposes = {
  'cluster-ips-check': 'refuses ports of ClusterIPs that no Service has',
  'endpoint-*': ofOneEndpoint,
  'endpoints-check': 'refuses or drops what is sent to Services without a usable endpoint',
  'external-*': ofExternalTraffic,
  'firewall-*': ofSourceRanges,
  'local-*': ofLocalEndpoints,
  'mark-for-masquerade': 'marks packets for masquerade',
  masquerading: ofMasquerade,
  'nodeport-endpoints-check': 'refuses or drops what is sent to NodePorts without a usable endpoint',
  'reject-chain': 'refuses packets',
  'service-*': ofEndpoints,
  'service-endpoints-check': 'refuses or drops what is sent to Services without a usable endpoint',
  services: ofServiceAddresses,
}

const nftSets: Purposes = {
  'affinity-*': 'holds the clients that stay with this endpoint',
  'cluster-ips': 'holds every ClusterIP',
  'firewall-ips': 'leads from load-balancer addresses with loadBalancerSourceRanges to the check of these',
  'hairpin-connections': 'holds the endpoints of this node, for connections of a pod to itself',
  'no-endpoint-nodeports': 'holds the NodePorts without a usable endpoint',
  'no-endpoint-services': 'holds the Service addresses without a usable endpoint',
  'nodeport-ips': 'holds the addresses at which NodePorts answer',
  'service-ips': 'leads from every Service address and port to its chain',
  'service-nodeports': 'leads from every NodePort to its chain',
}

/** Those of IPv6 are named `KUBE-6-...`. */
const ipsets: Purposes = {
  'KUBE-CLUSTER-IP': 'holds every ClusterIP and port',
  'KUBE-EXTERNAL-IP': 'holds the ExternalIPs and their ports',
  'KUBE-EXTERNAL-IP-LOCAL': 'holds the ExternalIPs whose traffic policy is Local',
  'KUBE-HEALTH-CHECK-NODE-PORT': 'holds the ports for health checks of load balancers',
  'KUBE-IPVS-IPS': 'holds every address of kube-ipvs0',
  'KUBE-LOAD-BALANCER': 'holds the load-balancer addresses and their ports',
  'KUBE-LOAD-BALANCER-FW': 'holds the load-balancer addresses with loadBalancerSourceRanges',
  'KUBE-LOAD-BALANCER-LOCAL': 'holds the load-balancer addresses whose traffic policy is Local',
  'KUBE-LOAD-BALANCER-SOURCE-*': 'holds the loadBalancerSourceRanges',
  'KUBE-LOOP-BACK': 'holds the endpoints of this node, for connections of a pod to itself',
  'KUBE-NODE-PORT-*': 'holds NodePorts',
}

/** Undefined for chains that are not kube-proxy's. `table` is as a step names it. */
export const chainPurpose = (table: string, chain: string): string | undefined => {
  if (table === 'nat') return find(nat, chain)
  if (table === 'filter') return find(filter, chain)
  return table === 'kube-proxy' ? find(nftChains, chain) : undefined
}

export const nftSetPurpose = (table: string, set: string): string | undefined =>
  table === 'kube-proxy' ? find(nftSets, set) : undefined

export const ipsetPurpose = (name: string): string | undefined => find(ipsets, name.replace(/^KUBE-6-/, 'KUBE-'))

/** An exact name before the beginning of one. */
function find(purposes: Purposes, name: string): string | undefined {
  if (Object.hasOwn(purposes, name)) return purposes[name]
  const family = Object.keys(purposes).find((key) => key.endsWith('*') && name.startsWith(key.slice(0, -1)))
  return family && purposes[family]
}
