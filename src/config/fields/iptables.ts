import type { Field } from '../field.ts'
import { notLongerThan, notNegative, positive, within } from '../rules.ts'

const section = 'KubeProxyIPTablesConfiguration'
const ofAllModes = { until: '1.30' }
const ofItsMode = { since: '1.31', backends: ['iptables'] } as const

export const iptablesFields: readonly Field[] = [
  {
    path: 'iptables.localhostNodePorts',
    type: 'boolean',
    does: 'Whether NodePorts answer at 127.0.0.1 of the node too.',
    notes: [
      'IPv4 only; kube-proxy sets the sysctl net.ipv4.conf.all.route_localnet for it, which lets packets with loopback addresses in.',
    ],
    default: true,
    zeroCounts: true,
    since: '1.26',
    modes: ['iptables'],
    flags: [{ name: 'iptables-localhost-nodeports', since: '1.26' }],
  },
  {
    path: 'iptables.masqueradeAll',
    type: 'boolean',
    does: 'Replaces the source address of everything that is sent to a ClusterIP by one of the node (masquerade).',
    notes: ['Some network plugins need it; the pods then no longer see who sends.'],
    modes: ['iptables', 'ipvs'],
    flags: [{ name: 'masquerade-all' }],
  },
  {
    path: 'iptables.masqueradeBit',
    type: 'int32',
    does: 'Which bit of the firewall mark says that a packet is to be masqueraded: 14 is mark 0x4000.',
    notes: ['ipvs mode uses it as well. No other program of the node may use the same bit.'],
    default: 14,
    zeroCounts: true,
    modes: ['iptables', 'ipvs'],
    flags: [{ name: 'iptables-masquerade-bit' }],
    rules: [within(0, 31, { upstream: `${section}.MasqueradeBit` })],
  },
  {
    path: 'iptables.minSyncPeriod',
    type: 'duration',
    does: 'The shortest time between two writes of the rules: changes of Services in between are gathered.',
    notes: ['0s in a file means the default; only the flag can say 0.'],
    default: '1s',
    modes: ['iptables'],
    flags: [{ name: 'iptables-min-sync-period' }],
    rules: [
      notNegative({ ...ofAllModes, upstream: `${section}.MinSyncPeriod` }),
      notNegative({ ...ofItsMode, upstream: 'MinSyncPeriod' }),
      notLongerThan('iptables.syncPeriod', `${section}.MinSyncPeriod`, {
        ...ofAllModes,
        upstream: `${section}.SyncPeriod`,
      }),
      notLongerThan('iptables.syncPeriod', 'MinSyncPeriod', { ...ofItsMode, upstream: 'SyncPeriod' }),
    ],
  },
  {
    path: 'iptables.syncPeriod',
    type: 'duration',
    does: 'The longest time between two writes of the rules where nothing changes; what else removed meanwhile comes back.',
    default: '30s',
    modes: ['iptables'],
    flags: [{ name: 'iptables-sync-period' }],
    rules: [
      positive({ ...ofAllModes, upstream: `${section}.SyncPeriod` }),
      positive({ ...ofItsMode, upstream: 'SyncPeriod' }),
    ],
  },
]
