/** kube-proxy's ipsets that have no entry, though packets that differ ask for one (syncProxyRules() of pkg/proxy/ipvs, 1.19 to 1.37). */
import { formatIpSetCreate } from '../../ruleset/ipset.ts'
import type { IpSet } from '../../ruleset/ipset.ts'
import type { Protocol } from '../../ruleset/ruleset.ts'
import { finding } from '../finding.ts'
import type { Finding } from '../finding.ts'
import type { SeenNode } from '../status/node.ts'
import { isOfEndpoints } from './causes.ts'
import type { Met } from './causes.ts'

type Asks = (met: Met) => boolean

const nodePort =
  (wanted: Protocol): Asks =>
  ({ packet: { frontend, protocol } }) =>
    frontend.kind === 'NodePort' && protocol === wanted

/** A pod that is its own endpoint is masqueraded by a set of its own. */
const isOwn: Asks = ({ difference, packet }) => packet.sender === 'self' && difference.kind === 'masquerade'

/** Those that have an entry for every such packet, behind KUBE- or KUBE-6-. */
const sets: Readonly<Record<string, Asks>> = {
  'CLUSTER-IP': (met) => met.packet.frontend.kind === 'ClusterIP' && !isOwn(met),
  'LOOP-BACK': isOwn,
  'NODE-PORT-SCTP-HASH': nodePort('SCTP'),
  'NODE-PORT-TCP': nodePort('TCP'),
  'NODE-PORT-UDP': nodePort('UDP'),
}

interface EmptySets {
  readonly finding: Finding
  readonly isIts: (met: Met) => boolean
}

/** Undefined where none of `mets` asks for one. */
export function emptySets(mets: readonly Met[], { ruleset, status: { node } }: SeenNode): EmptySets | undefined {
  const empty = [...(ruleset?.ipsets?.values() ?? [])].filter(({ cut, entries }) => !cut && entries.length === 0)
  const asked = empty.filter((set) => mets.some((met) => asks(set, met)))
  if (asked.length === 0) return undefined
  const names = asked.map(({ name }) => name).join(', ')
  return {
    finding: finding('KPX3022', {
      node,
      message: `${names} ${asked.length === 1 ? 'has' : 'have'} no entries`,
      evidence: asked.map((set) => ({ node, ...set.at, text: formatIpSetCreate(set) })),
    }),
    isIts: (met) => asked.some((set) => asks(set, met)),
  }
}

function asks({ name }: IpSet, met: Met): boolean {
  const { difference, packet } = met
  const [, six, rest = ''] = /^KUBE-(6-)?(.*)$/.exec(name) ?? []
  const family = six === undefined ? 'IPv4' : 'IPv6'
  if (isOfEndpoints(difference.kind) || difference.kind === 'unknown' || packet.frontend.family !== family) return false
  return Object.hasOwn(sets, rest) && sets[rest]?.(met) === true
}
