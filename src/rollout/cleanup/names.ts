/**
 * What kube-proxy has in a kernel by the names that it gives. Others begin with KUBE- as well: the kubelet's KUBE-FIREWALL, kube-router's
 * KUBE-ROUTER-. Facts: pkg/proxy/iptables, ipvs and userspace/proxier.go, pkg/proxy/ipvs/ipset.go, Kubernetes 1.19 to 1.37.
 */
import { minorOf } from '../../version.ts'

/** The modes that have chains of iptables. */
export type ChainMode = 'iptables' | 'ipvs' | 'userspace'

type Owners = Readonly<Record<string, readonly ChainMode[]>>

const both = ['iptables', 'ipvs'] as const
const canary: Owners = { 'KUBE-PROXY-CANARY': ['iptables'] }

/** By table. */
const chains: Readonly<Record<string, Owners>> = {
  mangle: canary,
  nat: {
    ...canary,
    'KUBE-SERVICES': both,
    'KUBE-POSTROUTING': both,
    'KUBE-MARK-MASQ': both,
    'KUBE-NODEPORTS': ['iptables'],
    'KUBE-FIREWALL': ['ipvs'],
    'KUBE-LOAD-BALANCER': ['ipvs'],
    'KUBE-NODE-PORT': ['ipvs'],
    'KUBE-NODEPORT-CONTAINER': ['userspace'],
    'KUBE-NODEPORT-HOST': ['userspace'],
    'KUBE-PORTALS-CONTAINER': ['userspace'],
    'KUBE-PORTALS-HOST': ['userspace'],
  },
  filter: {
    ...canary,
    'KUBE-FORWARD': both,
    'KUBE-PROXY-FIREWALL': both,
    'KUBE-SERVICES': ['iptables'],
    'KUBE-EXTERNAL-SERVICES': ['iptables'],
    'KUBE-NODEPORTS': ['iptables'],
    'KUBE-IPVS-FILTER': ['ipvs'],
    'KUBE-IPVS-OUT-FILTER': ['ipvs'],
    'KUBE-NODE-PORT': ['ipvs'],
    'KUBE-SOURCE-RANGES-FIREWALL': ['ipvs'],
    'KUBE-NODEPORT-NON-LOCAL': ['userspace'],
  },
}

/** Of one Service or endpoint each, in nat; what follows is a hash (KUBE-XLB- until 1.23). */
const serviceChain = /^KUBE-(?:EXT|FW|SEP|SVC|SVL|XLB)-[A-Z2-7]{16}$/

/** The modes of which a table has a chain; none for a chain that is not kube-proxy's. */
export const chainModes = (table: string, chain: string): readonly ChainMode[] =>
  table === 'nat' && serviceChain.test(chain) ? ['iptables'] : own(chains[table], chain)

/** A chain of nat is called `constructor` by whoever likes. */
const own = (owners: Owners | undefined, name: string): readonly ChainMode[] =>
  owners && Object.hasOwn(owners, name) ? (owners[name] ?? []) : []

/** By what a rule of a base chain says about itself, the modes that jump so. */
const jumps: Owners = {
  'kubernetes service portals': both,
  'kubernetes forwarding rules': both,
  'kubernetes postrouting rules': both,
  'kubernetes externally-visible service portals': ['iptables'],
  'kubernetes health check service ports': ['iptables'],
  'kubernetes load balancer firewall': ['iptables'],
  'kubernetes health check rules': ['ipvs'],
  'kube-proxy firewall rules': ['ipvs'],
  'kubernetes ipvs access filter': ['ipvs'],
  'handle ClusterIPs; NOTE: this must be before the NodePort rules': ['userspace'],
  'handle service NodePorts; NOTE: this must be the last rule in the chain': ['userspace'],
  'Ensure that non-local NodePort traffic can flow': ['userspace'],
}

/** None for a comment that is not kube-proxy's. */
export const jumpModes = (comment: string): readonly ChainMode[] => own(jumps, comment)

/** Masquerades what KUBE-MARK-MASQ marks. */
export const masquerading = { mark: 'KUBE-MARK-MASQ', by: 'KUBE-POSTROUTING' } as const

const masqueradingChains: readonly string[] = Object.values(masquerading)

/** Whether the kubelet makes the chain again: up to 1.26 (IPTablesOwnershipCleanup, pkg/features/kube_features.go). */
export function isOfKubelet(table: string, chain: string, kubelet: string | null): boolean {
  const minor = kubelet === null ? undefined : minorOf(kubelet)
  return table === 'nat' && masqueradingChains.includes(chain) && (minor === undefined || minor <= 26)
}

const sets = [
  'KUBE-LOOP-BACK',
  'KUBE-CLUSTER-IP',
  'KUBE-EXTERNAL-IP',
  'KUBE-EXTERNAL-IP-LOCAL',
  'KUBE-LOAD-BALANCER',
  'KUBE-LOAD-BALANCER-LOCAL',
  'KUBE-LOAD-BALANCER-FW',
  'KUBE-LOAD-BALANCER-SOURCE-CIDR',
  'KUBE-LOAD-BALANCER-SOURCE-IP',
  'KUBE-NODE-PORT-TCP',
  'KUBE-NODE-PORT-LOCAL-TCP',
  'KUBE-NODE-PORT-UDP',
  'KUBE-NODE-PORT-LOCAL-UDP',
  'KUBE-NODE-PORT-SCTP-HASH',
  'KUBE-NODE-PORT-LOCAL-SCTP-HASH',
  'KUBE-HEALTH-CHECK-NODE-PORT',
  'KUBE-IPVS-IPS',
]

/** Characters of an ipset's name. */
const longestSet = 31

/** The names of ipvs mode's ipsets, of both families. */
export const ipvsSets: ReadonlySet<string> = new Set(
  sets.flatMap((name) => [name, name.replace('KUBE-', 'KUBE-6-').slice(0, longestSet)]),
)
