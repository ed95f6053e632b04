/**
 * kube-proxy's modes on Linux: how each works, what it costs and needs, since which Kubernetes and until when. Facts: the pages of
 * `sources`, and kube-proxy's code of 1.19 to 1.37 (pkg/proxy/iptables, ipvs, nftables; userspace until 1.25).
 */
import { minorOf } from './version.ts'

/** `changed` has a note that says what. */
export type ModeEvent =
  | 'added'
  | 'alpha'
  | 'beta'
  | 'changed'
  | 'default'
  | 'default ends'
  | 'deprecated'
  | 'off by default'
  | 'removed'
  | 'stable'

export interface Milestone {
  /** The minor release: `1.29`. */
  readonly kubernetes: string
  readonly event: ModeEvent
  readonly note?: string
}

interface Requirement {
  readonly what: string
  /** The lowest version; none where any will do. */
  readonly atLeast?: string
}

export interface Mode {
  readonly name: 'iptables' | 'ipvs' | 'nftables' | 'userspace'
  readonly summary: string
  readonly advice: string
  /** In order of release. */
  readonly milestones: readonly Milestone[]
  /** A new connection's first packet, hook by hook. */
  readonly path: readonly { readonly hook: string; readonly does: string }[]
  readonly balancing: string
  readonly affinity: string
  readonly costs: readonly string[]
  readonly limits: readonly string[]
  readonly needs: readonly Requirement[]
  /** Commands for the node; as root, in its own network namespace. */
  readonly inspect: readonly { readonly command: string; readonly shows: string }[]
  readonly sources: readonly { readonly title: string; readonly url: string }[]
}

/** The newest release whose facts are known: what is said of later ones is a plan. */
export const newestKnown = '1.37'

export const isPlanned = ({ kubernetes }: Milestone): boolean =>
  (minorOf(kubernetes) ?? 0) > (minorOf(newestKnown) ?? 0)

/** Where the mode stands in the newest release: `default since 1.2`, `deprecated since 1.35`. */
export function standingOf({ milestones }: Mode): string {
  const reached = milestones.filter((milestone) => milestone.event !== 'changed' && !isPlanned(milestone))
  const last = reached.at(-1)
  return last ? `${last.event} since ${last.kubernetes}` : 'planned'
}

const askProxyMode = {
  command: 'curl -s http://127.0.0.1:10249/proxyMode',
  shows: 'the mode that kube-proxy runs in',
}

const connectionTracking = {
  hook: 'later packets',
  does: 'Connection tracking (conntrack) repeats the translation for the rest of the connection and undoes it for the answers: only the first packet meets the nat rules.',
}

const kep = (number: number, about: string): Mode['sources'][number] => ({
  title: `KEP-${number}: ${about}`,
  url: `https://github.com/kubernetes/enhancements/issues/${number}`,
})

const page = (title: string, path: string): Mode['sources'][number] => ({ title, url: `https://kubernetes.io${path}` })

const modePage = (mode: Mode['name']): Mode['sources'][number] =>
  page('Virtual IPs and Service Proxies', `/docs/reference/networking/virtual-ips/#proxy-mode-${mode}`)

const iptables: Mode = {
  name: 'iptables',
  summary:
    'Every Service port and every endpoint is a few netfilter rules. The first packet of a connection is compared with them one after another until one matches.',
  advice:
    'Fine for small and middling clusters on any kernel. For thousands of Services nftables does the same faster.',
  milestones: [
    { kubernetes: '1.1', event: 'added' },
    { kubernetes: '1.2', event: 'default' },
    {
      kubernetes: '1.27',
      event: 'changed',
      note: 'a change rewrites the chains of the changed Services only, not of all (feature gate MinimizeIPTablesRestore)',
    },
    {
      kubernetes: '1.37',
      event: 'changed',
      note: 'kube-proxy warns where the configuration names no mode, since the default will change',
    },
    { kubernetes: '1.40', event: 'default ends', note: 'nftables becomes the default' },
  ],
  path: [
    {
      hook: 'PREROUTING, OUTPUT',
      does: "Table nat: KUBE-SERVICES has a rule for every Service address and port, and jumps to the Service's chain KUBE-SVC-. That picks an endpoint's chain KUBE-SEP-, which changes the destination to the endpoint (DNAT). NodePorts are looked up last, in KUBE-NODEPORTS.",
    },
    {
      hook: 'INPUT, FORWARD, OUTPUT',
      does: 'Table filter: KUBE-SERVICES and KUBE-EXTERNAL-SERVICES refuse or drop connections to Services without a usable endpoint, KUBE-PROXY-FIREWALL drops what loadBalancerSourceRanges exclude, KUBE-FORWARD accepts what is marked for masquerade.',
    },
    {
      hook: 'POSTROUTING',
      does: "Table nat: KUBE-POSTROUTING replaces the source address of marked packets by the node's (masquerade), so that the answers come back through this node.",
    },
    connectionTracking,
  ],
  balancing:
    "At random, in equal shares: of n endpoints' rules the first takes 1 in n connections, the next 1 in n-1 of the rest, the last what is left (match statistic). The choice is made once a connection and knows nothing of load.",
  affinity:
    'sessionAffinity ClientIP: a list of client addresses for each endpoint (match recent). Who is on a list and not too old goes there again.',
  costs: [
    'The more Services, the more a new connection costs: the kernel reads the list of rules from its beginning.',
    'A ClusterIP port with n endpoints has about 2 + 3n nat rules, in each IP family.',
    'Every change rewrites KUBE-SERVICES, KUBE-NODEPORTS and the filter rules as a whole.',
  ],
  limits: [
    "A ClusterIP does not answer ping, and a port that the Service lacks is not refused: no rule matches, and the packet follows the node's routes.",
    'Rules of iptables-legacy and iptables-nft are separate lists of one kernel, and both act.',
  ],
  needs: [
    { what: 'iptables, ip6tables and their -restore programs' },
    { what: "the kernel's matches comment, conntrack, addrtype, mark, statistic and recent" },
  ],
  inspect: [
    { command: 'iptables-save -t nat', shows: 'who gets what: begin at KUBE-SERVICES' },
    { command: 'iptables-save -t filter', shows: 'what is refused and dropped' },
    { command: 'ip6tables-save', shows: 'the same for IPv6' },
    { command: 'iptables -V', shows: 'which of the two lists this iptables shows: nf_tables or legacy' },
    askProxyMode,
  ],
  sources: [modePage('iptables'), kep(3453, 'smaller updates in iptables mode'), kep(5343, 'nftables as the default')],
}

const ipvs: Mode = {
  name: 'ipvs',
  summary:
    "Every Service address and port is a virtual server of IPVS, the kernel's load balancer, and its endpoints are the real servers. iptables rules and ipsets beside it only mark and filter.",
  advice:
    'Leave it for nftables where the kernels allow that, else for iptables: Kubernetes lacks people who maintain it.',
  milestones: [
    { kubernetes: '1.8', event: 'alpha' },
    { kubernetes: '1.9', event: 'beta' },
    { kubernetes: '1.11', event: 'stable' },
    {
      kubernetes: '1.26',
      event: 'changed',
      note: 'without IPVS in the kernel kube-proxy exits, where it fell back to iptables; ports of a Service address that no Service has are refused',
    },
    { kubernetes: '1.35', event: 'deprecated', note: 'kube-proxy warns when it starts' },
    { kubernetes: '1.37', event: 'changed', note: 'feature gate KubeProxyIPVS, on' },
    { kubernetes: '1.40', event: 'off by default', note: 'kube-proxy exits unless KubeProxyIPVS is set to true' },
    { kubernetes: '1.43', event: 'removed' },
  ],
  path: [
    {
      hook: 'PREROUTING',
      does: 'Table nat: KUBE-SERVICES looks the destination up in ipsets and marks what must be masqueraded. It translates nothing.',
    },
    {
      hook: 'routing',
      does: 'The device kube-ipvs0 has every ClusterIP, ExternalIP and load-balancer address, so the packet counts as one for the node itself.',
    },
    {
      hook: 'INPUT',
      does: 'Table filter first: KUBE-PROXY-FIREWALL drops what loadBalancerSourceRanges exclude, KUBE-IPVS-FILTER refuses ports that no Service has. Then IPVS finds the virtual server in a hash table, its scheduler picks a real server, and the destination changes.',
    },
    {
      hook: 'OUTPUT',
      does: 'What a process of the node sends meets KUBE-SERVICES and IPVS here; what IPVS sends on passes here too.',
    },
    {
      hook: 'POSTROUTING',
      does: 'Table nat: KUBE-POSTROUTING masquerades marked packets, and those of a pod to itself (ipset KUBE-LOOP-BACK).',
    },
  ],
  balancing:
    'By the scheduler that ipvs.scheduler names, for all Services alike; rr (round robin) by default. Real servers have weight 1, or 0 while the connections of a removed endpoint end.',
  affinity: "sessionAffinity ClientIP: the virtual server is persistent, with the Service's time limit.",
  costs: [
    'A lookup costs the same however many Services there are, and a change touches only the virtual servers concerned.',
    'A few dozen iptables rules, however many Services there are; an ipset entry for each Service address and port.',
  ],
  limits: [
    'Where a traffic policy is Local and the node has no endpoint, endpoints of other nodes are used; the other modes drop.',
    'NodePorts do not answer at 127.0.0.1.',
    'The node itself has every ExternalIP and load-balancer address: traffic to them never leaves it. ipvs.strictARP keeps it from answering ARP for them.',
    'An ipset holds at most 65,536 entries.',
    'No name of a Service is anywhere in the kernel: only the API tells whose an address is.',
  ],
  needs: [
    { what: 'the kernel modules ip_vs, ip_vs_SCHEDULER and nf_conntrack' },
    { what: 'ipset', atLeast: '6.0' },
    { what: 'iptables and ip6tables' },
  ],
  inspect: [
    { command: 'ipvsadm -Ln', shows: 'virtual servers and their real servers' },
    { command: 'cat /proc/net/ip_vs', shows: 'the same without ipvsadm; addresses and ports in hexadecimal' },
    { command: 'ip addr show kube-ipvs0', shows: 'the Service addresses that the node has' },
    { command: 'ipset save', shows: 'the sets that the iptables rules ask' },
    { command: 'iptables-save', shows: 'what is marked, refused and dropped' },
    askProxyMode,
  ],
  sources: [modePage('ipvs'), kep(265, 'load balancing by IPVS'), kep(5495, 'the end of ipvs mode')],
}

const nftables: Mode = {
  name: 'nftables',
  summary:
    "Service addresses and ports are the keys of a map in nft's table kube-proxy. One lookup finds the Service's chain, however many Services there are.",
  advice: "The mode that Kubernetes recommends wherever every node's kernel is new enough.",
  milestones: [
    { kubernetes: '1.29', event: 'alpha', note: 'feature gate NFTablesProxyMode, off' },
    { kubernetes: '1.31', event: 'beta', note: 'the gate is on' },
    { kubernetes: '1.33', event: 'stable' },
    {
      kubernetes: '1.37',
      event: 'changed',
      note: 'NodePorts at 127.0.0.1, TCP only, by a proxy in the kube-proxy process (feature gate KubeProxyNFTablesLocalhostNodePorts, alpha, off)',
    },
    { kubernetes: '1.40', event: 'default' },
  ],
  path: [
    {
      hook: 'PREROUTING, OUTPUT',
      does: 'Type filter, before nat: firewall-check drops new connections that loadBalancerSourceRanges exclude.',
    },
    {
      hook: 'PREROUTING, OUTPUT',
      does: 'Type nat: chain services looks address, protocol and port up in map service-ips (NodePorts in service-nodeports) and goes to the chain that is the value. The destination changes to an endpoint (dnat).',
    },
    {
      hook: 'INPUT, FORWARD, OUTPUT',
      does: 'Type filter: service-endpoints-check and nodeport-endpoints-check refuse or drop connections to Services without a usable endpoint; cluster-ips-check refuses ports of a ClusterIP that no Service has.',
    },
    {
      hook: 'POSTROUTING',
      does: "Type nat: masquerading replaces the source address of marked packets by the node's, so that the answers come back through this node.",
    },
    connectionTracking,
  ],
  balancing:
    'At random, in equal shares: a random number below n (numgen random) picks one of n endpoints from a map. The choice is made once a connection and knows nothing of load.',
  affinity:
    'sessionAffinity ClientIP: a set of client addresses for each endpoint, whose elements expire. Who is in a set goes there again.',
  costs: [
    'A new connection costs one lookup, however many Services there are.',
    'A change is one transaction, so that no packet meets half of it; current releases send only what differs.',
  ],
  limits: [
    "NodePorts answer at the node's primary addresses only, unless nodePortAddresses says otherwise.",
    'NodePorts do not answer at 127.0.0.1.',
    'A network plugin or firewall that relies on the chains of iptables mode does not find them.',
    'An accept here does not overrule a drop in another table.',
  ],
  needs: [
    { what: 'the Linux kernel', atLeast: '5.13' },
    { what: 'nft', atLeast: '1.0.1' },
  ],
  inspect: [
    { command: 'nft list table ip kube-proxy', shows: 'everything of IPv4' },
    { command: 'nft list table ip6 kube-proxy', shows: 'everything of IPv6' },
    { command: 'nft list map ip kube-proxy service-ips', shows: 'which chain each Service address and port leads to' },
    askProxyMode,
  ],
  sources: [
    modePage('nftables'),
    page('NFTables mode for kube-proxy', '/blog/2025/02/28/nftables-kube-proxy/'),
    kep(3866, 'nftables mode'),
    kep(5343, 'nftables as the default'),
    kep(6032, 'NodePorts at localhost'),
  ],
}

const userspace: Mode = {
  name: 'userspace',
  summary:
    'The first mode, gone for years: the kube-proxy process itself accepted every connection to a Service, opened a second one to an endpoint, and copied the bytes between them.',
  advice: 'It is history: no supported kube-proxy starts with it.',
  milestones: [
    { kubernetes: '1.0', event: 'default', note: 'the only mode' },
    { kubernetes: '1.2', event: 'default ends', note: 'iptables becomes the default' },
    { kubernetes: '1.23', event: 'deprecated' },
    { kubernetes: '1.26', event: 'removed', note: 'a kube-proxy that is told to use it exits' },
  ],
  path: [
    {
      hook: 'PREROUTING',
      does: "Table nat: KUBE-PORTALS-CONTAINER redirects a Service's address and port to a port that kube-proxy listens on, one for each Service port.",
    },
    { hook: 'OUTPUT', does: 'Table nat: KUBE-PORTALS-HOST does the same for what a process of the node sends.' },
    {
      hook: 'the process',
      does: 'kube-proxy accepts the connection and opens its own to an endpoint. When that fails it tries another one.',
    },
  ],
  balancing: 'In turn (round robin), by the process.',
  affinity: 'sessionAffinity ClientIP: remembered by the process.',
  costs: ['Every byte goes from the kernel to the process and back.'],
  limits: [
    "The pod sees an address of the node, never the client's.",
    'Connections break when kube-proxy restarts.',
    'The endpoints are known to the process alone: no dump of rules shows them, and kpx decodes none of this mode.',
  ],
  needs: [{ what: 'iptables' }],
  inspect: [{ command: 'iptables-save -t nat', shows: 'the chains KUBE-PORTALS-CONTAINER and KUBE-PORTALS-HOST' }],
  sources: [
    { title: 'Its deprecation', url: 'https://github.com/kubernetes/kubernetes/pull/104631' },
    { title: 'Its removal', url: 'https://github.com/kubernetes/kubernetes/pull/112133' },
  ],
}

/** In the order in which kube-proxy's own errors list them; the one that is gone last. */
export const modes: readonly Mode[] = [iptables, ipvs, nftables, userspace]
