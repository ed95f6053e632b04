import type { Field } from '../field.ts'
import { notLongerThan, notNegative, positive, within } from '../rules.ts'

const section = 'KubeProxyNFTablesConfiguration'
const since = '1.29'
const modes = ['nftables'] as const
const backends = ['nftables'] as const
const ofSection = { backends, until: '1.30' }
const ofAnyBackend = { backends, since: '1.31' }

export const nftablesFields: readonly Field[] = [
  {
    path: 'nftables.masqueradeAll',
    type: 'boolean',
    does: 'Replaces the source address of everything that is sent to a ClusterIP by one of the node (masquerade).',
    notes: ['Some network plugins need it; the pods then no longer see who sends.'],
    since,
    modes,
    flags: [{ name: 'masquerade-all', since: '1.31' }],
  },
  {
    path: 'nftables.masqueradeBit',
    type: 'int32',
    does: 'Which bit of the firewall mark says that a packet is to be masqueraded: 14 is mark 0x4000.',
    default: 14,
    zeroCounts: true,
    since,
    modes,
    rules: [within(0, 31, { backends, upstream: `${section}.MasqueradeBit` })],
  },
  {
    path: 'nftables.minSyncPeriod',
    type: 'duration',
    does: 'The shortest time between two writes of the table: changes of Services in between are gathered.',
    notes: ['0s in a file means the default.'],
    default: '1s',
    since,
    modes,
    flags: [{ name: 'iptables-min-sync-period', since: '1.31' }],
    rules: [
      notNegative({ ...ofSection, upstream: `${section}.MinSyncPeriod` }),
      notNegative({ ...ofAnyBackend, upstream: 'MinSyncPeriod' }),
      notLongerThan('nftables.syncPeriod', `${section}.MinSyncPeriod`, {
        ...ofSection,
        upstream: `${section}.SyncPeriod`,
      }),
      notLongerThan('nftables.syncPeriod', 'MinSyncPeriod', { ...ofAnyBackend, upstream: 'SyncPeriod' }),
    ],
  },
  {
    path: 'nftables.syncPeriod',
    type: 'duration',
    does: 'The longest time between two writes of the table where nothing changes.',
    default: '30s',
    since,
    modes,
    flags: [{ name: 'iptables-sync-period', since: '1.31' }],
    rules: [
      positive({ ...ofSection, upstream: `${section}.SyncPeriod` }),
      positive({ ...ofAnyBackend, upstream: 'SyncPeriod' }),
    ],
  },
]
