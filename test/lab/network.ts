/** The one node of the lab: its devices, addresses and routes, the pods behind them, and who sends. */

export type Family = 'ip' | 'ip6'

export const nodeName = 'node1'

export interface Host {
  readonly link: string
  /** Where the link is a port of the bridge. */
  readonly mac?: string
  readonly ips: readonly [string, string]
}

/** Pods of the namespace `lab` by name: two at a bridge, as the CNI plugin `bridge` has them, one with a route of its own. */
export const pods: Readonly<Record<string, Host>> = {
  one: { link: 'veth1', mac: '02:00:00:00:01:02', ips: ['10.244.1.2', 'fd00:10:244:1::2'] },
  two: { link: 'veth2', mac: '02:00:00:00:01:03', ips: ['10.244.1.3', 'fd00:10:244:1::3'] },
  routed: { link: 'cali1', ips: ['10.245.1.4', 'fd00:10:245:1::4'] },
}

/** The node's own address of each link: frames to it are for the node. */
const macs: Readonly<Record<string, string>> = {
  eth0: '02:00:00:00:00:0b',
  cni0: '02:00:00:00:01:01',
  cali1: '02:00:00:00:02:01',
}

/** By family: all that a packet may be sent to or from, and that rules may name. */
export interface Places {
  readonly own: readonly string[]
  readonly loopback: readonly string[]
  readonly pods: readonly string[]
  /** Beyond the node: neighbours, and others behind the gateway. */
  readonly clients: readonly string[]
  /** Endpoints on other nodes. */
  readonly remote: readonly string[]
  readonly services: readonly string[]
  /** With a route that refuses. */
  readonly refused: readonly string[]
  readonly prefixes: readonly string[]
  readonly width: 32 | 128
}

export const places: Readonly<Record<Family, Places>> = {
  ip: {
    own: ['10.200.0.11', '10.200.0.12', '10.244.1.1', '169.254.20.10'],
    loopback: ['127.0.0.1', '127.0.0.5'],
    pods: Object.values(pods).map(({ ips }) => ips[0]),
    clients: ['10.200.0.50', '192.0.2.7', '198.51.100.9'],
    remote: ['10.244.2.2', '10.244.2.3', '10.200.0.13'],
    services: ['10.96.0.1', '10.96.0.10', '10.96.7.7', '203.0.113.10', '203.0.113.11'],
    refused: ['10.250.0.1', '10.251.0.1', '10.252.0.1'],
    prefixes: [
      '10.244.0.0/16',
      '10.244.1.0/24',
      '10.96.0.0/16',
      '10.200.0.0/24',
      '192.0.2.0/24',
      '0.0.0.0/1',
      '203.0.113.0/28',
    ],
    width: 32,
  },
  ip6: {
    own: ['fd00:200::11', 'fd00:200::12', 'fd00:10:244:1::1', 'fd00:169::10'],
    loopback: ['::1'],
    pods: Object.values(pods).map(({ ips }) => ips[1]),
    clients: ['fd00:200::50', '2001:db8::7', '2001:db8:1::9'],
    remote: ['fd00:10:244:2::2', 'fd00:10:244:2::3', 'fd00:200::13'],
    services: ['fd00:10:96::1', 'fd00:10:96::10', 'fd00:10:96::77', '2001:db8:203::10', '2001:db8:203::11'],
    refused: ['fd00:250::1', 'fd00:251::1', 'fd00:252::1'],
    prefixes: [
      'fd00:10:244::/48',
      'fd00:10:244:1::/64',
      'fd00:10:96::/112',
      'fd00:200::/64',
      '2001:db8::/64',
      '::/1',
      '2001:db8:203::/112',
    ],
    width: 128,
  },
}

/** The ends that are the agent's. */
export const links = [
  'eth0',
  ...Object.values(pods).map(({ link, mac }) => (mac === undefined ? link : `${link}=${mac}`)),
]

/** How a frame reaches the node, or a neighbour of the sender at the bridge. */
export function targetMac(from: Host | undefined, destination: string): string {
  if (!from) return macs['eth0'] ?? ''
  if (from.mac === undefined) return macs[from.link] ?? ''
  const neighbour = Object.values(pods).find(({ ips, mac }) => mac !== undefined && ips.includes(destination))
  return neighbour?.mac ?? macs['cni0'] ?? ''
}

/** For `ip -batch`. Links without ARP need no neighbours; those at the bridge are told. */
export const networkScript = [
  'link add cni0 type bridge',
  ...Object.entries(macs).map(([name, mac]) => `link set ${name} address ${mac}`),
  ...['veth1', 'veth2'].flatMap((port) => [
    `link set ${port} master cni0`,
    // as the plugin does with hairpinMode, so that a pod reaches itself by a Service
    `link set ${port} type bridge_slave hairpin on`,
  ]),
  ...['eth0', 'cali1'].map((name) => `link set ${name} arp off`),
  ...['lo', 'eth0', 'cni0', 'veth1', 'veth2', 'cali1'].map((name) => `link set ${name} up`),
  'addr add 10.200.0.11/24 dev eth0',
  'addr add 10.200.0.12/24 dev eth0',
  'addr add 10.244.1.1/24 dev cni0',
  'addr add 169.254.20.10/32 dev lo',
  'addr add fd00:200::11/64 dev eth0 nodad',
  'addr add fd00:200::12/64 dev eth0 nodad',
  'addr add fd00:10:244:1::1/64 dev cni0 nodad',
  'addr add fd00:169::10/128 dev lo nodad',
  'route add default via 10.200.0.1 dev eth0',
  'route add 10.244.2.0/24 via 10.200.0.13 dev eth0',
  'route add 10.245.1.4/32 dev cali1 scope link',
  'route add blackhole 10.250.0.0/24',
  'route add unreachable 10.251.0.0/24',
  'route add prohibit 10.252.0.0/24',
  'route add default via fd00:200::1 dev eth0',
  'route add fd00:10:244:2::/64 via fd00:200::13 dev eth0',
  'route add fd00:10:245:1::4/128 dev cali1',
  'route add blackhole fd00:250::/64',
  'route add unreachable fd00:251::/64',
  'route add prohibit fd00:252::/64',
  ...Object.values(pods).flatMap(({ ips, mac }) =>
    mac === undefined ? [] : ips.map((ip) => `neigh add ${ip} lladdr ${mac} dev cni0 nud permanent`),
  ),
]
  .map((line) => `${line}\n`)
  .join('')

/** What no run changes: every packet is answered, and nothing else happens on the node. */
export const fixedSysctls: Readonly<Record<string, string>> = {
  'net/ipv4/ip_forward': '1',
  'net/ipv6/conf/all/forwarding': '1',
  'net/ipv4/conf/all/rp_filter': '0',
  'net/ipv4/conf/default/rp_filter': '0',
  'net/ipv4/icmp_ratelimit': '0',
  'net/ipv4/icmp_msgs_per_sec': '1000000000',
  'net/ipv4/icmp_msgs_burst': '1000000000',
  'net/ipv6/icmp/ratelimit': '0',
  'net/ipv6/conf/all/accept_dad': '0',
  'net/ipv6/conf/default/accept_dad': '0',
  'net/ipv6/conf/all/accept_ra': '0',
  'net/ipv6/conf/default/accept_ra': '0',
}

/** What matters to kube-proxy's rules, and differs from ruleset to ruleset. */
export type Sysctls = Readonly<Record<string, '0' | '1'>>

export const sysctlFile = (name: string): string => `/proc/sys/${name}`

/** As the API lists them. */
export const nodeObject = {
  metadata: { name: nodeName },
  spec: { podCIDRs: ['10.244.1.0/24', 'fd00:10:244:1::/64'] },
  status: {
    addresses: ['10.200.0.11', 'fd00:200::11'].map((address) => ({ type: 'InternalIP', address })),
  },
}

export const podObjects = Object.entries(pods).map(([name, { ips }]) => ({
  metadata: { namespace: 'lab', name },
  spec: { nodeName, containers: [] },
  status: { phase: 'Running', podIP: ips[0], podIPs: ips.map((ip) => ({ ip })) },
}))
