import type { Field, Rule } from '../field.ts'
import { cidrs, ipBlocks, notLongerThan, notNegative, positive } from '../rules.ts'
import { asText } from '../value.ts'

const section = 'KubeProxyIPVSConfiguration'
const modes = ['ipvs'] as const
const backends = ['ipvs'] as const
const ofSection = { backends, until: '1.30' }
const ofAnyBackend = { backends, since: '1.31' }

const schedulers = ['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'sh', 'dh', 'sed', 'nq', '']

const knownScheduler: Rule = {
  upstream: `${section}.Scheduler.Scheduler`,
  backends,
  until: '1.26',
  must: `one of ${schedulers.slice(0, -1).join(', ')}`,
  refusals: (value) =>
    schedulers.includes(asText(value))
      ? []
      : [
          {
            detail: `must be in [${schedulers.join(' ')}], blank means the default algorithm method (currently rr)`,
          },
        ],
}

const timeout = (name: string, upstream: string, flag: string, does: string): Field => ({
  path: `ipvs.${name}`,
  type: 'duration',
  does,
  notes: ["0s leaves the kernel's value as it is."],
  modes,
  flags: [{ name: flag }],
  rules: [notNegative({ backends, upstream: `${section}.${upstream}` })],
})

export const ipvsFields: readonly Field[] = [
  {
    path: 'ipvs.excludeCIDRs',
    type: 'strings',
    does: 'Virtual servers at addresses in these CIDRs are not touched when kube-proxy clears away what it does not know.',
    modes,
    flags: [{ name: 'ipvs-exclude-cidrs' }],
    rules: [
      ipBlocks({ backends, until: '1.19', upstream: `${section}.ExcludeCidrs` }),
      cidrs({ backends, since: '1.20', upstream: `${section}.ExcludeCidrs` }),
    ],
  },
  {
    path: 'ipvs.minSyncPeriod',
    type: 'duration',
    does: 'The shortest time between two writes of the virtual servers: changes of Services in between are gathered.',
    modes,
    flags: [{ name: 'ipvs-min-sync-period' }],
    rules: [
      notNegative({ ...ofSection, upstream: `${section}.MinSyncPeriod` }),
      notNegative({ ...ofAnyBackend, upstream: 'MinSyncPeriod' }),
      notLongerThan('ipvs.syncPeriod', `${section}.MinSyncPeriod`, { ...ofSection, upstream: `${section}.SyncPeriod` }),
      notLongerThan('ipvs.syncPeriod', 'MinSyncPeriod', { ...ofAnyBackend, upstream: 'SyncPeriod' }),
    ],
  },
  {
    path: 'ipvs.scheduler',
    type: 'string',
    does: "Which scheduler of the kernel's IPVS picks the endpoint, for all Services: rr in turn, lc the fewest connections, sh by the source's hash, and so on.",
    notes: [
      'Empty means rr.',
      'Since 1.27 kube-proxy asks the kernel when it starts, and exits where the kernel does not have the scheduler.',
    ],
    modes,
    flags: [{ name: 'ipvs-scheduler' }],
    words: schedulers.slice(0, -1),
    rules: [knownScheduler],
  },
  {
    path: 'ipvs.strictARP',
    type: 'boolean',
    does: 'Answers ARP only for addresses of the device that is asked (sysctls arp_ignore 1 and arp_announce 2).',
    notes: [
      'Load balancers that announce addresses by ARP, such as MetalLB, need it.',
      'false does not set the sysctls back.',
    ],
    modes,
    flags: [{ name: 'ipvs-strict-arp' }],
  },
  {
    path: 'ipvs.syncPeriod',
    type: 'duration',
    does: 'The longest time between two writes of the virtual servers where nothing changes.',
    default: '30s',
    modes,
    flags: [{ name: 'ipvs-sync-period' }],
    rules: [
      positive({ ...ofSection, upstream: `${section}.SyncPeriod` }),
      positive({ ...ofAnyBackend, upstream: 'SyncPeriod' }),
    ],
  },
  timeout(
    'tcpFinTimeout',
    'TCPFinTimeout',
    'ipvs-tcpfin-timeout',
    'How long IPVS keeps a TCP connection after its FIN.',
  ),
  timeout('tcpTimeout', 'TCPTimeout', 'ipvs-tcp-timeout', 'How long IPVS keeps an idle TCP connection.'),
  timeout(
    'udpTimeout',
    'UDPTimeout',
    'ipvs-udp-timeout',
    'How long IPVS remembers where it sent the datagrams of a UDP client.',
  ),
]
