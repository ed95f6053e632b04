/** Faults of iptables mode, on the cluster of verify.cluster.ts. */
import { run } from './run.ts'
import { deleted, every, line } from '../broken-capture.ts'
import { command, iptables, via } from './verify-faults.ts'
import type { Fault } from './verify-faults.ts'

const toWeb = /^-A KUBE-SVC-\w+ .*"default\/web:tcp -> .*--probability/

const endpoint = (service: string): RegExp => new RegExp(`^-A KUBE-SEP-\\w+ .*"default/${service}".* -j DNAT`)

export const iptablesFaults: readonly Fault[] = [
  {
    what: 'a balancing rule deleted',
    make: iptables('node1', deleted(toWeb)),
    found: ['KPX3006 node1 default/web'],
    says: 'none gets to default/web-',
  },
  {
    what: 'a balancing rule behind the one that takes all',
    make: iptables('node1', (text) => {
      const rule = text.split('\n').find((one) => toWeb.test(one)) ?? ''
      const chain = rule.split(' ')[1] ?? ''
      const all = text.split('\n').filter((one) => one !== rule)
      const last = all.findLastIndex((one) => one.startsWith(`-A ${chain} `))
      return [...all.slice(0, last + 1), rule, ...all.slice(last + 1)].join('\n')
    }),
    found: ['KPX3006 node1 default/web'],
    says: 'none gets to default/web-',
  },
  {
    what: 'a balancing rule with another probability',
    make: iptables(
      'node2',
      line(toWeb, (one) => [one.replace(/--probability \S+/, '--probability 0.25000000000')]),
    ),
    found: ['KPX3012 node2 default/web'],
    says: '% get to',
  },
  {
    what: "an endpoint's chain flushed",
    make: iptables('node1', deleted(endpoint('internal-local:tcp'))),
    found: ['KPX3005 node1 default/internal-local'],
    says: 'no rule translates',
  },
  {
    what: "an endpoint's chain that points elsewhere",
    make: iptables(
      'node2',
      line(endpoint('web:udp'), (one) => [one.replace(/--to-destination \S+/, '--to-destination 10.244.1.250:8080')]),
    ),
    found: ['KPX3001 node2 default/web'],
    says: 'no EndpointSlice of default/web has that address',
  },
  {
    what: "the jump to a Service's chain deleted",
    make: iptables('node1', deleted(/^-A KUBE-SERVICES .*"default\/web:tcp cluster IP"/)),
    found: ['KPX3005 node1 default/web'],
    says: 'no rule translates',
  },
  {
    what: 'KUBE-SERVICES of nat not called from OUTPUT',
    make: iptables('node1', every(/^-A OUTPUT -m comment .*-j KUBE-SERVICES/)),
    found: ['KPX3005 node1 *'],
    says: 'from node node1',
  },
  {
    what: 'KUBE-POSTROUTING flushed',
    make: iptables('node2', every(/^-A KUBE-POSTROUTING/)),
    found: ['KPX3015 node2 *'],
    says: 'not masqueraded',
  },
  {
    what: 'clients of a ClusterIP masqueraded, whoever they are',
    make: iptables(
      'node1',
      line(/^-A KUBE-SVC-\w+ ! -s 10\.244\.0\.0\/16 .*"default\/web:tcp cluster IP"/, (one) => [
        one.replace('! -s 10.244.0.0/16 ', ''),
      ]),
    ),
    found: ['KPX3015 node1 default/web'],
    says: "the client's address is to be kept",
  },
  {
    what: 'the REJECT of a Service without endpoints deleted',
    make: iptables('node2', every(/^-A KUBE-SERVICES .*"default\/idle:tcp has no endpoints"/)),
    found: ['KPX3013 node2 default/idle'],
    says: 'no endpoint is ready',
  },
  {
    what: 'the DROP of source ranges deleted',
    make: iptables('node1', every(/^-A KUBE-PROXY-FIREWALL .*"default\/balanced:tcp/)),
    found: ['KPX3013 node1 default/balanced'],
    says: 'source ranges do not have the client',
  },
  {
    what: 'the rules of session affinity deleted',
    make: iptables('node2', every(/^-A KUBE-SVC-\w+ .*"default\/sticky:tcp -> .*--rcheck/)),
    found: ['KPX3016 node2 default/sticky'],
    says: 'sessionAffinity is ClientIP',
  },
  {
    what: 'a firewall above that drops',
    make: command(
      'node1',
      'iptables -I FORWARD -p udp --dport 8081 -j DROP'.split(' '),
      'iptables -D FORWARD -p udp --dport 8081 -j DROP'.split(' '),
    ),
    found: ['KPX3011 node1 default/several'],
    says: 'dropped by -A FORWARD -p udp',
  },
  {
    what: 'NOTRACK in the raw table',
    make: command(
      'node2',
      'iptables -t raw -I PREROUTING -p udp --dport 53 -j CT --notrack'.split(' '),
      'iptables -t raw -D PREROUTING -p udp --dport 53 -j CT --notrack'.split(' '),
    ),
    found: ['KPX3005 node2 default/several'],
    says: 'no rule translates',
  },
  {
    what: 'ip_forward off',
    make: command('node2', ['sysctl', '-qw', 'net.ipv4.ip_forward=0'], ['sysctl', '-qw', 'net.ipv4.ip_forward=1']),
    found: ['KPX3011 node2 *'],
    says: 'node2 does not forward (ip_forward = 0)',
  },
  {
    what: 'the pods of the other node behind a blackhole',
    make: command(
      'node2',
      'ip route replace blackhole 10.244.1.0/24 metric 0'.split(' '),
      'ip route del blackhole 10.244.1.0/24 metric 0'.split(' '),
    ),
    found: ['KPX3011 node2 *'],
    says: 'blackhole',
  },
  {
    what: 'answers by another device than requests, with strict rp_filter',
    make: async ({ on }) => {
      const batch = (...lines: string[]): Promise<string> =>
        run(...on('node2', 'ip', '-batch', '-'), { input: lines.join('\n') })
      const filter = (value: number): Promise<string> =>
        run(...on('node2', 'sysctl', '-qw', `net.ipv4.conf.eth0.rp_filter=${value}`))
      await batch(
        'link add other type bridge',
        'addr add 10.201.0.12/24 dev other',
        'link set other up',
        'route replace 10.244.1.0/24 dev other',
      )
      await filter(1)
      return async () => {
        await filter(0)
        await batch('route replace 10.244.1.0/24 via 10.200.0.11', 'link delete other')
      }
    },
    flags: via('node2'),
    found: ['KPX3011 node2 *'],
    says: 'node2 drops what comes in by eth0 from 10.244.1.',
  },
  {
    what: 'answers of pods past the node, on one bridge',
    make: command(
      'node1',
      ['sysctl', '-qw', 'net.bridge.bridge-nf-call-iptables=0'],
      ['sysctl', '-qw', 'net.bridge.bridge-nf-call-iptables=1'],
    ),
    found: ['KPX3002 node1 *'],
    says: 'the answer does not come back through the node',
  },
  {
    what: 'a table that nftables mode has left, with an endpoint that is gone',
    make: async ({ kubectl, on }) => {
      const ip = await kubectl(['get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}'])
      const table = `table ip kube-proxy {
        chain nat-prerouting { type nat hook prerouting priority -105; ip daddr ${ip} tcp dport 80 dnat to 10.244.1.251:8080; }
      }`
      await run(...on('node1', 'nft', '-f', '-'), { input: table })
      return async () => void (await run(...on('node1', 'nft', 'delete', 'table', 'ip', 'kube-proxy')))
    },
    found: ['KPX3007 node1 default/web'],
    says: 'no EndpointSlice of default/web has that address',
  },
  {
    what: 'another proxy whose rules take a Service',
    make: async ({ create, kubectl, on }) => {
      const ip = await kubectl(['get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}'])
      const metadata = { name: 'cilium-config', namespace: 'kube-system' }
      await create([{ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'kube-proxy-replacement': 'true' } }])
      const nat = (...words: string[]): Promise<string> => run(...on('node1', 'iptables', '-t', 'nat', ...words))
      await nat('-N', 'CILIUM_PRE_nat')
      await nat(...`-A CILIUM_PRE_nat -d ${ip} -p tcp --dport 80 -j DNAT --to-destination 10.244.1.252:8080`.split(' '))
      await nat('-I', 'PREROUTING', '-j', 'CILIUM_PRE_nat')
      return async () => {
        await nat('-D', 'PREROUTING', '-j', 'CILIUM_PRE_nat')
        await nat('-F', 'CILIUM_PRE_nat')
        await nat('-X', 'CILIUM_PRE_nat')
        await kubectl(['delete', 'configmap', metadata.name, `--namespace=${metadata.namespace}`])
      }
    },
    found: ['KPX4004 node1 default/web'],
    says: 'Cilium serves the Services (key kube-proxy-replacement: true of ConfigMap kube-system/cilium-config)',
  },
  {
    what: 'a connection of UDP that conntrack keeps with a pod that is gone',
    make: async ({ kubectl, on }) => {
      const ip = await kubectl(['get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}'])
      const original = `-s 10.244.1.99 -d ${ip} --sport 4000 --dport 80`
      const reply = '--reply-src 10.244.1.250 --reply-dst 10.244.1.99 --reply-port-src 8080 --reply-port-dst 4000'
      const timestamps = (value: number): Promise<string> =>
        run(...on('node1', 'sysctl', '-qw', `net.netfilter.nf_conntrack_timestamp=${value}`))
      await timestamps(1)
      await run(...on('node1', 'conntrack', '-I', '-p', 'udp', '-t', '120', ...`${original} ${reply}`.split(' ')))
      return async () => {
        await timestamps(0)
        await run(...on('node1', 'conntrack', '-D', '-p', 'udp', '--orig-src', '10.244.1.99'))
      }
    },
    found: ['KPX3019 node1 default/web'],
    says: 'to 10.244.1.250:8080, which is no endpoint of default/web; it was made',
  },
]
