/** Faults of nftables mode, on the cluster of verify.cluster.ts. */
import { command, nft } from './verify-faults.ts'
import type { Fault } from './verify-faults.ts'

const replaced =
  (from: RegExp, to: string) =>
  (text: string): string =>
    text.replace(from, to)

/** With the comma and the line break that are its own. */
const withoutElement =
  (element: RegExp) =>
  (text: string): string =>
    text.replace(new RegExp(`,\\s+${element.source}(?=,| \\})|${element.source},\\s+`), '')

export const nftablesFaults: readonly Fault[] = [
  {
    what: 'an element of service-ips removed',
    make: nft('node1', withoutElement(/[\d.]+ \. tcp \. 80 : goto service-\w+-default\/web\/tcp\/tcp/)),
    found: ['KPX3005 node1 default/web'],
    says: '@cluster-ips reject',
  },
  {
    what: 'an endpoint of a map that points elsewhere',
    make: nft(
      'node2',
      replaced(/(chain service-\w+-default\/web\/tcp\/tcp \{[^}]*map \{ 0 : )[\d.]+/, '$110.244.1.250'),
    ),
    found: ['KPX3001 node2 default/web'],
    says: 'no EndpointSlice of default/web has that address',
  },
  {
    what: 'an endpoint of a map twice',
    make: nft(
      'node1',
      replaced(
        /(chain service-\w+-default\/web\/udp\/udp \{[^}]*map \{ 0 : )([\d.]+ \. \d+), 1 : [\d.]+ \. \d+/,
        '$1$2, 1 : $2',
      ),
    ),
    found: ['KPX3006 node1 default/web'],
    says: 'none gets to default/web-',
  },
  {
    what: "a Service's chain flushed",
    make: nft('node1', replaced(/(chain service-\w+-default\/several\/tcp\/http \{\n)[^]*?\n\t\}/, '$1\t}')),
    found: ['KPX3005 node1 default/several'],
    says: '@cluster-ips reject',
  },
  {
    what: 'the nat hook of PREROUTING gone',
    make: nft('node2', replaced(/\tchain nat-prerouting \{[^}]*\}\n/, '')),
    found: ['KPX3005 node2 *'],
    says: 'from pod',
  },
  {
    what: 'nothing masqueraded',
    make: nft('node1', replaced(/(chain nat-postrouting \{[^\n]*\n[^\n]*\n)[^}]*\}/, '$1\t}')),
    found: ['KPX3015 node1 *'],
    says: 'not masqueraded',
  },
  {
    what: 'an address served that no Service has',
    make: nft(
      'node2',
      replaced(/[\d.]+( \. tcp \. 80 : goto service-\w+-default\/web\/tcp\/tcp)/, '10.96.250.250$1, $&'),
    ),
    found: ['KPX3004 node2 '],
    says: 'no Service has 10.96.250.250:80/TCP',
  },
  {
    what: 'source ranges that let in everybody',
    make: nft('node1', replaced(/(chain firewall-\w+-default\/balanced\/tcp\/tcp \{\n)[^]*?\n\t\}/, '$1\t}')),
    found: ['KPX3013 node1 default/balanced'],
    says: 'source ranges do not have the client',
  },
  {
    what: 'session affinity forgotten',
    make: nft('node2', (text) => text.replace(/(\t\tip saddr @affinity-\S+ goto endpoint-\S+\n)+/, '')),
    found: ['KPX3016 node2 default/sticky'],
    says: 'sessionAffinity is ClientIP',
  },
  {
    what: "iptables' firewall beside it",
    make: command(
      'node2',
      'iptables -I FORWARD -p udp --dport 8081 -j DROP'.split(' '),
      'iptables -D FORWARD -p udp --dport 8081 -j DROP'.split(' '),
    ),
    found: ['KPX3011 node2 default/several'],
    says: 'dropped by -A FORWARD -p udp',
  },
]
