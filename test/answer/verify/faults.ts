/** Faults of a node's rules, made in recordings, and what is to be found of them. */
import { deleted, every, gone, line, replaced } from '../../broken-capture.ts'
import type { Edits } from '../../broken-capture.ts'
import { iptables, swap, toEvery } from './verified.ts'

const onWeb = 'shop/web,shop/web-lb,shop/web-np,shop/web-sticky'
/** The endpoint of cart-itp, for its own node alone, is on another one. */
const fromNode2 = `KPX3011 node2 ${toEvery.replace('shop/cart-itp,', '').replace('shop/legacy-db', 'shop/idle,shop/legacy-db')}`

/** Of these there are endpoints on node2. */
const fromNode1 = `KPX3011 node2 shop/dns,${onWeb}`

const nft = { 'nodes/node1/nft-list-ruleset.json': gone }
const nftText = 'nodes/node1/nft-list-ruleset.txt'
const dnat = (service: string): RegExp => new RegExp(`^-A KUBE-SEP-\\w+ .*"shop/${service}(?::\\w+)?".* -j DNAT`)
const balancing = (service: string): RegExp =>
  new RegExp(`^-A KUBE-SVC-\\w+ .*"shop/${service}(?::\\w+)? -> .* --probability`)

export interface Fault {
  readonly what: string
  readonly recording: string
  readonly edits: Edits
  /** Each finding's code, node and Services. */
  readonly found: readonly string[]
  /** In the message. */
  readonly says: string
}

export const faults: readonly Fault[] = [
  {
    what: 'a balancing rule deleted',
    recording: 'k1.37-iptables',
    edits: { [iptables]: deleted(balancing('web')) },
    found: ['KPX3006 node1 shop/web'],
    says: 'none gets to shop/web-',
  },
  {
    what: 'a balancing rule with another probability',
    recording: 'k1.37-iptables',
    edits: {
      [iptables]: line(balancing('web'), (one) => [replaced(one, /--probability \S+/, '--probability 0.50000000000')]),
    },
    found: ['KPX3012 node1 shop/web'],
    says: '50% get to 10.244.',
  },
  {
    what: 'an endpoint chain that points to a pod that is gone',
    recording: 'k1.37-iptables',
    edits: {
      [iptables]: line(dnat('web'), (one) => [
        replaced(one, /--to-destination \S+/, '--to-destination 10.244.0.250:8080'),
      ]),
    },
    found: ['KPX3001 node1 shop/web'],
    says: 'no EndpointSlice of shop/web has that address',
  },
  {
    what: 'an endpoint chain flushed',
    recording: 'k1.37-iptables',
    edits: { [iptables]: deleted(dnat('cart')) },
    found: ['KPX3005 node1 shop/cart'],
    says: 'no rule translates',
  },
  {
    what: "the jump to a Service's chain deleted",
    recording: 'k1.37-iptables',
    edits: { [iptables]: deleted(/^-A KUBE-SERVICES .*"shop\/web:http cluster IP"/) },
    found: ['KPX3005 node1 shop/web'],
    says: 'no rule translates',
  },
  {
    what: 'every jump to KUBE-SERVICES from PREROUTING deleted',
    recording: 'k1.37-iptables',
    edits: { [iptables]: every(/^-A PREROUTING .*-j KUBE-SERVICES/) },
    found: [`KPX3005 node1 ${toEvery}`],
    says: 'no rule translates',
  },
  {
    what: 'KUBE-NODEPORTS flushed',
    recording: 'k1.37-iptables',
    edits: { [iptables]: every(/^-A KUBE-NODEPORTS .*-j KUBE-EXT/) },
    found: ['KPX3005 node1 shop/cart-local,shop/web-lb,shop/web-np'],
    says: 'no rule translates',
  },
  {
    what: 'KUBE-POSTROUTING flushed',
    recording: 'k1.37-iptables',
    edits: { [iptables]: every(/^-A KUBE-POSTROUTING/) },
    found: [`KPX3015 node1 ${toEvery}`],
    says: 'not masqueraded',
  },
  {
    what: 'the hairpin mark of an endpoint deleted',
    recording: 'k1.37-iptables',
    edits: { [iptables]: deleted(/^-A KUBE-SEP-\w+ -s 10\.244\.0\.3\/32 .*"shop\/cart" -j KUBE-MARK-MASQ/) },
    found: ['KPX3015 node1 shop/cart'],
    says: 'the pod gets its own packet',
  },
  {
    what: 'a mark for every client of a ClusterIP',
    recording: 'k1.37-iptables',
    edits: {
      [iptables]: line(/^-A KUBE-SVC-\w+ ! -s 10\.244\.0\.0\/16 .*"shop\/cart cluster IP"/, (one) => [
        replaced(one, '! -s 10.244.0.0/16 ', ''),
      ]),
    },
    found: ['KPX3015 node1 shop/cart'],
    says: "the client's address is to be kept",
  },
  {
    what: 'a REJECT of a Service without endpoints deleted',
    recording: 'k1.37-iptables',
    edits: { [iptables]: deleted(/^-A KUBE-SERVICES .*"shop\/idle:\w+ has no endpoints"/) },
    found: ['KPX3013 node1 shop/idle'],
    says: 'though no endpoint is ready',
  },
  {
    what: 'the DROP of source ranges deleted',
    recording: 'k1.37-iptables',
    edits: { [iptables]: deleted(/^-A KUBE-PROXY-FIREWALL .*shop\/web-lb/) },
    found: ['KPX3013 node1 shop/web-lb'],
    says: 'source ranges do not have the client',
  },
  {
    what: 'affinity rules deleted',
    recording: 'k1.37-iptables',
    edits: { [iptables]: every(/^-A KUBE-SVC-\w+ .*shop\/web-sticky.* --rcheck/) },
    found: ['KPX3016 node1 shop/web-sticky'],
    says: 'sessionAffinity is ClientIP for',
  },
  {
    what: 'a firewall above that drops',
    recording: 'k1.37-iptables',
    edits: {
      [iptables]: line(/^-A FORWARD/, (one) => ['-A FORWARD -d 10.244.0.0/16 -p tcp -m tcp --dport 8080 -j DROP', one]),
    },
    found: [`KPX3011 node1 ${onWeb}`],
    says: 'dropped by -A FORWARD -d 10.244.0.0/16',
  },
  {
    what: 'forwarding off',
    recording: 'k1.37-iptables',
    edits: { 'nodes/node2/sysctl.txt': swap('net/ipv4/ip_forward = 1', 'net/ipv4/ip_forward = 0') },
    found: [fromNode2],
    says: 'node2 does not forward (ip_forward = 0)',
  },
  {
    what: 'NOTRACK in the raw table',
    recording: 'k1.37-iptables',
    edits: {
      [iptables]: (text) =>
        `${text}*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A PREROUTING -p udp -m udp --dport 53 -j CT --notrack\nCOMMIT\n`,
    },
    found: ['KPX3005 node1 shop/dns'],
    says: 'no rule translates',
  },
  {
    what: 'the route to the pods of another node gone',
    recording: 'k1.37-iptables',
    edits: {
      'nodes/node2/ip-route.json': (text) =>
        JSON.stringify(
          (JSON.parse(text) as { dst: string }[]).filter(({ dst }) => !/^(?:10\.244\.0\.0|default)/.test(dst)),
        ),
    },
    found: [fromNode2],
    says: 'no route to',
  },
  {
    what: 'answers by another device than requests, with strict rp_filter',
    recording: 'k1.37-iptables',
    edits: {
      'nodes/node2/ip-route.json': swap(
        '{"dst":"10.244.0.0/24","gateway":"10.200.0.11","dev":"eth0"',
        '{"dst":"10.244.0.0/24","dev":"eth1"',
      ),
      'nodes/node2/sysctl-devices.txt': () => 'net/ipv4/conf/eth0/rp_filter = 1\n',
      'nodes/node2/sysctl.txt': (text) => `${text}net/ipv4/conf/all/rp_filter = 0\n`,
    },
    found: [fromNode1],
    says: 'for its answer goes out by eth1 (rp_filter = 1)',
  },
  {
    what: 'a map element removed',
    recording: 'k1.37-nftables',
    edits: {
      ...nft,
      [nftText]: swap(/\d+\.\d+\.\d+\.\d+ \. tcp \. 9000 : goto service-\w+-shop\/cart\/tcp\/,\s+/, ''),
    },
    found: ['KPX3005 node1 shop/cart'],
    says: '@cluster-ips reject',
  },
  {
    what: 'the element of a NodePort without endpoints removed',
    recording: 'k1.37-nftables',
    edits: { ...nft, [nftText]: swap(/elements = \{ tcp \. \d+ comment "shop\/idle:\w+" : goto reject-chain \}/, '') },
    found: ['KPX3013 node1 shop/idle'],
    says: 'no endpoint is ready',
  },
  {
    what: 'an element of service-ips for nobody',
    recording: 'k1.37-nftables',
    edits: {
      ...nft,
      [nftText]: swap(/10\.96\.0\.1( \. tcp \. 443 : goto \S+)/, '10.96.250.250$1, 10.96.0.1$1'),
    },
    found: ['KPX3004 node1 '],
    says: 'no Service has 10.96.250.250:443/TCP',
  },
  {
    what: 'the nat hook of nftables mode gone',
    recording: 'k1.37-nftables',
    edits: { ...nft, [nftText]: swap(/\tchain nat-prerouting \{[^}]*\}\n/, '') },
    found: [`KPX3005 node1 ${toEvery}`],
    says: 'from pod',
  },
  {
    what: 'an ipset emptied',
    recording: 'k1.37-ipvs',
    edits: { 'nodes/node3/ipset-save.txt': every(/^add KUBE-LOOP-BACK /) },
    found: [
      'KPX3022 node3 shop/cart,shop/cart-itp,shop/cart-local,shop/dns,shop/web,shop/web-lb,shop/web-np,shop/web-sticky',
    ],
    says: 'KUBE-LOOP-BACK has no entries; so shop/',
  },
  {
    what: 'the ipset of ClusterIPs emptied',
    recording: 'k1.37-ipvs',
    edits: { 'nodes/node3/ipset-save.txt': every(/^add KUBE-CLUSTER-IP /) },
    found: [`KPX3022 node3 ${toEvery}`],
    says: 'KUBE-CLUSTER-IP has no entries; so default/kubernetes',
  },
  {
    what: 'the ipset of NodePorts emptied',
    recording: 'k1.37-ipvs',
    edits: { 'nodes/node3/ipset-save.txt': every(/^add KUBE-NODE-PORT-TCP /) },
    found: ['KPX3022 node3 shop/web-lb,shop/web-np'],
    says: 'KUBE-NODE-PORT-TCP has no entries',
  },
  {
    what: "a virtual server's weight 0",
    recording: 'k1.37-ipvs',
    edits: {
      'nodes/node3/ipvsadm-save.txt': gone,
      'nodes/node3/ipvsadm-list.txt': gone,
      'nodes/node3/proc-net-ip_vs.txt': line(/Masq +1 +/, (one) => [replaced(one, /Masq +1 +/, 'Masq    0      ')]),
    },
    found: ['KPX3006 node3 shop/dns'],
    says: 'none gets to',
  },
]
