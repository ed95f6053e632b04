import type { Field, Rule } from '../field.ts'
import { notNegative } from '../rules.ts'

const section = 'KubeProxyConntrackConfiguration'
const os = 'Linux'

const rulesOf = (upstream: string): Rule[] => [
  notNegative({ until: '1.30', upstream: `${section}.${upstream}` }),
  notNegative({ since: '1.31', upstream: `KubeProxyLinuxConfiguration.${section}.${upstream}` }),
]

const leavesIt = '0s leaves the sysctl as it is. Whole seconds are written: 500ms becomes 0.'

export const conntrackFields: readonly Field[] = [
  {
    path: 'conntrack.maxPerCore',
    type: 'int32',
    does: 'How many connections the kernel may track for each core: the sysctl net.netfilter.nf_conntrack_max is this times the cores, or conntrack.min where that is more.',
    notes: [
      '0 leaves the sysctl as it is; conntrack.min then does nothing.',
      'Where the node is a container the sysctl cannot be written, and kube-proxy exits unless this is 0.',
    ],
    default: 32_768,
    zeroCounts: true,
    os,
    flags: [{ name: 'conntrack-max-per-core' }],
    rules: rulesOf('MaxPerCore'),
  },
  {
    path: 'conntrack.min',
    type: 'int32',
    does: 'How many connections the kernel may track at least, however few cores it has.',
    default: 131_072,
    zeroCounts: true,
    os,
    flags: [{ name: 'conntrack-min' }],
    rules: rulesOf('Min'),
  },
  {
    path: 'conntrack.tcpBeLiberal',
    type: 'boolean',
    does: 'Packets outside of the TCP window do not count as invalid (sysctl nf_conntrack_tcp_be_liberal 1).',
    notes: ['Where packets are routed unevenly, it keeps connections from being reset. false does not set it back.'],
    since: '1.29',
    os,
    flags: [{ name: 'conntrack-tcp-be-liberal', since: '1.29' }],
  },
  {
    path: 'conntrack.tcpCloseWaitTimeout',
    type: 'duration',
    does: 'How long the kernel tracks a TCP connection in state CLOSE_WAIT (sysctl nf_conntrack_tcp_timeout_close_wait).',
    notes: [leavesIt],
    default: '1h0m0s',
    zeroCounts: true,
    os,
    flags: [{ name: 'conntrack-tcp-timeout-close-wait' }],
    rules: rulesOf('TCPCloseWaitTimeout'),
  },
  {
    path: 'conntrack.tcpEstablishedTimeout',
    type: 'duration',
    does: 'How long the kernel tracks an idle TCP connection (sysctl nf_conntrack_tcp_timeout_established).',
    notes: [leavesIt],
    default: '24h0m0s',
    zeroCounts: true,
    os,
    flags: [{ name: 'conntrack-tcp-timeout-established' }],
    rules: rulesOf('TCPEstablishedTimeout'),
  },
  {
    path: 'conntrack.udpStreamTimeout',
    type: 'duration',
    does: 'How long the kernel tracks UDP between two who both send (sysctl nf_conntrack_udp_timeout_stream).',
    notes: [leavesIt],
    since: '1.29',
    os,
    flags: [{ name: 'conntrack-udp-timeout-stream', since: '1.29' }],
    rules: rulesOf('UDPStreamTimeout'),
  },
  {
    path: 'conntrack.udpTimeout',
    type: 'duration',
    does: 'How long the kernel tracks UDP that was not answered (sysctl nf_conntrack_udp_timeout).',
    notes: [leavesIt],
    since: '1.29',
    os,
    flags: [{ name: 'conntrack-udp-timeout', since: '1.29' }],
    rules: rulesOf('UDPTimeout'),
  },
]
