/** `kpx verify`: whether the nodes' kernels do to Services' packets what the API says. */
import type { Code } from '../../codes.ts'
import { formatIpPort } from '../../ruleset/address.ts'
import { finding } from '../finding.ts'
import type { Finding } from '../finding.ts'
import { findingList } from '../finding-list.ts'
import type { FailOn, FindingList } from '../finding-list.ts'
import { seenOf } from '../scene.ts'
import type { Scene } from '../scene.ts'
import { namingDaemonSet } from '../which-daemon-set.ts'
import { findingsOf, isStopped, stoppedFindings } from './causes.ts'
import type { Met } from './causes.ts'
import { verifyCodes } from './codes.ts'
import { hasConnections } from './conntrack.ts'
import { absorbed, explained } from './known-causes.ts'
import type { Observation, ObservedNode } from './observe.ts'
import type { Stranger } from './served.ts'

export type Verification = FindingList & {
  /** `nodes` of those that were asked for, `of`; kinds of packets. */
  readonly compared: Readonly<Record<'nodes' | 'of' | 'packets' | 'services', number>>
}

export function verificationOf(observation: Observation, failOn: FailOn): Verification {
  const { nodes, scene, services } = observation
  const told = nodes.map((node) => findingsOn(node, scene))
  const stopped = stoppedFindings(told.flatMap((one) => one.stopped))
  const findings = namingDaemonSet([...stopped, ...told.flatMap((one) => one.findings)], scene)
  const seen = seenOf(scene)
  const blind = nodes.flatMap(({ seen: { status }, unknown }) => unknown.map((why) => ({ node: status.node, why })))
  return {
    ...findingList(findings, verifyCodes, skippedIn(observation), failOn, {
      ...seen,
      blind: [...seen.blind, ...blind],
    }),
    compared: {
      nodes: nodes.filter(({ packets }) => packets).length,
      of: nodes.length,
      services,
      packets: nodes.reduce((sum, { packets }) => sum + (packets?.length ?? 0), 0),
    },
  }
}

/** What could not be looked for. */
function skippedIn({ isWhole, nodes, scene }: Observation): Map<Code, string> {
  const without = nodes.map(({ seen }) => seen.status.node).filter((node) => !hasConnections(node, scene))
  return new Map<Code, string>([
    ...(isWhole ? [] : [['KPX3004', 'it is looked for among all Services only'] as const]),
    ...(without.length === 0 ? [] : [['KPX3019', `conntrack was not seen on ${without.join(', ')}`] as const]),
  ])
}

/** Whether everything that was asked for could be compared. */
export const comparedAll = ({ compared: { nodes, of }, findings }: Verification): boolean =>
  nodes > 0 && nodes === of && !findings.some(({ code }) => code === 'KPX3003')

/** Rules that are older than the API serve what it no longer has. */
const ofAge: readonly Code[] = ['KPX3007', 'KPX3008', 'KPX3009', 'KPX3010', 'KPX3017', 'KPX3021']

interface Told {
  readonly findings: readonly Finding[]
  /** What a rule or the kernel stops, perhaps of another node, and perhaps packets of several. */
  readonly stopped: readonly Met[]
}

function findingsOn(
  { connections, failed, known, moving, packets = [], seen, strangers }: ObservedNode,
  scene: Scene,
): Told {
  const still = packets.filter((packet) => !moving.has(packet))
  const mets = still.flatMap((packet) => packet.differences.map((difference): Met => ({ packet, difference })))
  const { findings, left } = absorbed(known, mets)
  const { findings: causes, left: rest } = explained(left, seen, failed, scene)
  const own = findingsOf(
    rest.filter((met) => !isStopped(met)),
    packets,
  )
  const all = [...findings, ...causes, ...own]
  const isOld = all.some(({ code }) => ofAge.includes(code))
  const others = isOld ? [] : strangers.map((one) => strangerFinding(one, seen.status.node))
  return { findings: [...all, ...others, ...connections], stopped: rest.filter(isStopped) }
}

/** Packets get somewhere by it, so that it is no warning. */
const strangerFinding = (
  { destination: { ip, port, protocol }, evidence, outcome }: Stranger,
  node: string,
): Finding => ({
  ...finding('KPX3004', {
    node,
    message: `no Service has ${formatIpPort(ip, port)}/${protocol}, and packets to it are ${outcome.why()}`,
    evidence,
  }),
  level: 'error',
})
