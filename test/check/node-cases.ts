/** Checks of each node by itself. */
import { readFileSync } from 'node:fs'
import { captures } from '../kpx.ts'
import { replaced } from '../broken-capture.ts'
import { configuredWith, items, nodeInfo, withItem } from './asked.ts'
import { counted, modprobe, toIpvs, toNftables } from './case.ts'
import type { Case } from './case.ts'

const file = (path: string): string => readFileSync(`${captures}/${path}`, 'utf8')

const inNat = (chain: string, rule: string) => (text: string) =>
  replaced(text, /(\*nat\n(?:[:].*\n)*)/, `$1${chain}${rule}\n`)

export const nodeCases: readonly Case[] = [
  {
    code: 'KPX4101',
    node: 'node1',
    fires: { recording: 'k1.23-iptables', mode: 'nftables' },
    not: toNftables(),
    message: /kube-proxy v1\.23\.17 does not take mode nftables: it would exit/,
  },
  {
    code: 'KPX4101',
    node: 'node1',
    fires: toIpvs({ 'objects/configmaps.json': configuredWith('featureGates: {KubeProxyIPVS: false}') }),
    not: toIpvs(),
    message: /without the feature gate KubeProxyIPVS/,
  },
  {
    code: 'KPX4102',
    node: 'node1',
    fires: toNftables({ 'objects/nodes.json': nodeInfo({ kernelVersion: '4.18.0-553.el8_10.x86_64' }) }),
    not: toNftables({ 'objects/nodes.json': nodeInfo({ kernelVersion: '5.14.0-427.el9.x86_64' }) }),
    message: /4\.18\.0-553\.el8_10\.x86_64, and nftables mode asks for 5\.13/,
  },
  {
    code: 'KPX4103',
    node: 'node1',
    fires: toNftables({ 'nodes/node1/nft-version.txt': () => 'nftables v0.9.8 (E.D.S.)\n' }),
    not: toNftables({ 'nodes/node1/nft-version.txt': () => 'nftables v1.0.1 (Fearless Fosdick #3)\n' }),
    message: /its nft is 0\.9\.8, and must be 1\.0\.1 or later/,
  },
  {
    code: 'KPX4103',
    node: 'node1',
    fires: toIpvs(modprobe(), 'exec'),
    not: toIpvs({ 'nodes/node1/ipset-version.txt': () => 'ipset v7.17, protocol version: 7\n' }),
    message: /there is no ipset in its image/,
  },
  {
    code: 'KPX4104',
    node: 'node1',
    fires: {
      ...toNftables({ 'nodes/node1/nft-version.txt': () => 'nftables v1.1.3 (Commodore Bullmoose #4)\n' }, 'via'),
      recording: 'k1.33-iptables',
    },
    not: toNftables({ 'nodes/node1/nft-version.txt': () => 'nftables v1.1.3 (Commodore Bullmoose #4)\n' }, 'via'),
    message: /the host's nft is 1\.1\.3/,
  },
  {
    code: 'KPX4143',
    node: 'node1',
    fires: toNftables({
      'nodes/node1/systemctl-show.txt': () => 'Id=nftables.service\nActiveState=inactive\nUnitFileState=enabled\n',
    }),
    not: toNftables({
      'nodes/node1/systemctl-show.txt': () => 'Id=nftables.service\nActiveState=inactive\nUnitFileState=disabled\n',
    }),
    message: /nftables\.service is enabled, and active after the next start/,
  },
  {
    code: 'KPX4105',
    node: 'node1',
    fires: toNftables(modprobe('nft_fib_ipv4', 'nft_numgen')),
    not: toNftables(modprobe()),
    message: /the kernel has no nft_fib_ipv4, nft_numgen/,
  },
  {
    code: 'KPX4106',
    node: 'node1',
    fires: toIpvs(modprobe('ip_vs', 'ip_vs_rr')),
    not: toIpvs(modprobe()),
    message: /has no IPVS: modprobe finds no ip_vs, ip_vs_rr for it, so that kube-proxy would exit/,
  },
  {
    code: 'KPX4106',
    node: 'node1',
    fires: toIpvs({ 'nodes/node1/sysctl.txt': (text) => `${text}kernel/osrelease = 6.18.44\n` }),
    not: toIpvs({
      'nodes/node1/sysctl.txt': (text) => `${text}kernel/osrelease = 6.18.44\nkernel/modules_disabled = 0\n`,
    }),
    message: /no \/proc\/net\/ip_vs, and loads no modules/,
  },
  {
    code: 'KPX4106',
    node: 'node1',
    fires: {
      ...toIpvs({ ...modprobe('ip_vs_mh'), 'objects/configmaps.json': configuredWith('ipvs: {scheduler: mh}') }),
    },
    not: toIpvs(modprobe('ip_vs_mh')),
    message: /modprobe finds no ip_vs_mh/,
  },
  {
    code: 'KPX4107',
    node: 'node1',
    fires: {
      ...toNftables({
        'nodes/node1/nft-list-ruleset.txt': () => file('k1.37-nftables/nodes/node1/nft-list-ruleset.txt'),
      }),
      recording: 'k1.33-iptables',
    },
    not: toNftables({
      'nodes/node1/nft-list-ruleset.txt': () => file('k1.37-nftables/nodes/node1/nft-list-ruleset.txt'),
    }),
    message: /nft table ip kube-proxy, nft table ip6 kube-proxy: .* this kube-proxy, 1\.33, leaves/,
  },
  {
    code: 'KPX4113',
    node: 'node1',
    fires: toNftables(counted('kubeproxy_iptables_localhost_nodeports_accepted_packets_total')),
    not: toNftables(),
    message: /7 packets have come to NodePorts at 127\.0\.0\.1/,
  },
  {
    code: 'KPX4114',
    node: 'node1',
    fires: toNftables({
      'nodes/node1/ip-addr.json': (text) =>
        replaced(
          text,
          '{"family":"inet","local":"10.200.0.11"',
          '{"family":"inet","local":"10.200.0.99","prefixlen":32,"scope":"global"},$&',
        ),
    }),
    not: toNftables(),
    message: /NodePorts of \d Services answer at 10\.200\.0\.99 too/,
  },
  {
    code: 'KPX4115',
    node: 'node1',
    fires: toNftables({
      ...counted('kubeproxy_iptables_ct_state_invalid_dropped_packets_total'),
      'objects/nodes.json': nodeInfo({ kernelVersion: '5.15.0-100-generic' }),
    }),
    not: toNftables(counted('kubeproxy_iptables_ct_state_invalid_dropped_packets_total')),
    message: /dropped 7 packets/,
  },
  {
    code: 'KPX4116',
    node: 'node1',
    fires: toNftables({
      'objects/nodes.json': nodeInfo({ kernelVersion: '5.15.0-100-generic' }),
      'objects/endpointslices.json': withItem({
        metadata: { name: 'many', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'web' } },
        endpoints: Array.from({ length: 5001 }, (_, i) => ({ addresses: [`10.9.${i >> 8}.${i & 255}`] })),
        ports: [{ port: 1, protocol: 'TCP' }],
      }),
    }),
    not: toNftables({ 'objects/nodes.json': nodeInfo({ kernelVersion: '5.15.0-100-generic' }) }),
    message: /there are 50\d\d endpoints, and kernel 5\.15/,
  },
  {
    code: 'KPX4118',
    node: 'node1',
    fires: toNftables({
      'nodes/node1/iptables-save.txt': inNat(
        ':CNI-HOSTPORT-SETMARK - [0:0]\n',
        '-A CNI-HOSTPORT-SETMARK -m comment --comment "CNI portfwd masquerade mark" -j KUBE-MARK-MASQ',
      ),
    }),
    not: toNftables(),
    message: /1 rules of others, in CNI-HOSTPORT-SETMARK, jump/,
  },
  {
    code: 'KPX4119',
    node: 'node1',
    fires: toNftables({
      'nodes/node1/iptables-save.txt': inNat('', '-A PREROUTING -i eth1 -j MARK --set-xmark 0x4000/0x4000'),
    }),
    not: toNftables({
      'nodes/node1/iptables-save.txt': inNat('', '-A PREROUTING -i eth1 -j MARK --set-xmark 0x80/0x80'),
    }),
    message: /rules of others set bit 14/,
  },
  {
    code: 'KPX4120',
    node: 'node1',
    fires: {
      recording: 'k1.37-nftables',
      mode: 'iptables',
      edits: {
        'nodes/node1/iptables-legacy-save.txt': () => '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j ACCEPT\nCOMMIT\n',
        'nodes/node1/iptables-save.txt': () =>
          '# Generated by iptables-save v1.8.9 (nf_tables)\n*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j ACCEPT\nCOMMIT\n',
      },
    },
    not: { recording: 'k1.37-nftables', mode: 'iptables' },
    message: /both iptables-legacy and iptables-nft/,
  },
  {
    code: 'KPX4121',
    node: 'node3',
    fires: { recording: 'k1.37-ipvs', mode: 'iptables' },
    not: { recording: 'k1.37-ipvs', mode: 'nftables' },
    message: /kube-ipvs0 with all addresses of Services would stay/,
  },
  {
    code: 'KPX4124',
    node: 'node1',
    fires: toNftables({
      'nodes/node1/sysctl.txt': (text) => replaced(text, /conntrack_count = .*/, 'conntrack_count = 250000'),
    }),
    not: toNftables(),
    message: /250000 entries, and room for 262144/,
  },
  {
    code: 'KPX4125',
    node: 'node1',
    fires: toNftables({
      'objects/nodes.json': items(({ status }) =>
        Object.assign(status, { conditions: [{ type: 'Ready', status: 'Unknown' }] }),
      ),
    }),
    not: toNftables(),
    message: /not Ready/,
  },
  {
    code: 'KPX4128',
    node: 'node1',
    fires: toNftables({
      'nodes/node1/ip-addr.json': (text) =>
        replaced(text, /\{"family":"inet6","local":"fd[^}]*\},?/g, '').replaceAll(',]', ']'),
      'objects/nodes.json': items(({ status }) =>
        Object.assign(status, { addresses: [{ type: 'InternalIP', address: '10.200.0.11' }] }),
      ),
    }),
    not: toNftables(),
    message: /no IPv6 address/,
  },
]
