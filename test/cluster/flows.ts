/** Real packets of every source to every frontend, and what kpx says of them. */
import { isDeepStrictEqual } from 'node:util'
import type { Outcome } from '../../src/answer/outcome.ts'
import { controlPlane, nodeAddresses } from './addresses.ts'
import type { Cluster } from './cluster.ts'
import type { Frontend } from './frontends.ts'
import { run } from './run.ts'
import { hostOn, proxiedIP } from './services.ts'
import { clientOn } from './web.ts'

/**
 * Connections for each flow: that one of two pods gets none of them happens once in eight million. IPVS takes pods by turns, and its
 * node is an emulated one: few are enough, and all that it has time for.
 */
export const connections = { byChance: 24, byTurns: 6 } as const

export interface Question {
  /** From and through which packets are sent. */
  readonly nodes: readonly string[]
  readonly frontends: readonly Frontend[]
  /** So many for each flow. */
  readonly connections: number
}

export interface Flow extends Frontend {
  /** As `kpx trace` names it. */
  readonly source: string
}

/** What the connections of a flow met: who answered with the source address that they saw, or REFUSED, UNREACHABLE, TIMEOUT. */
export type Met = ReadonlyMap<string, ReadonlySet<string>>

/** Who asks. */
interface Source {
  /** As `kpx trace` names it, for a target. */
  readonly nameFor: (target: string) => string
  /** Whether its packets to that target come to the node. */
  readonly sends: (target: string) => boolean
  readonly ask: (...question: string[]) => Promise<string>
}

/** What a pod, the node itself and a client beyond the cluster, each on or through one of the nodes, meet; by flow. */
export async function probe(
  cluster: Cluster,
  { nodes, frontends, connections }: Question,
  echo: string,
): Promise<Map<Flow, Met>> {
  const sources = nodes.flatMap((node) => sourcesOn(node, cluster, echo))
  const asked = sources.map(async ({ ask, nameFor, sends }) => {
    const own = frontends.filter(({ target }) => sends(target))
    const met = metByTarget(await ask('probe', String(connections), ...own.map(({ target }) => target)))
    return own.map(({ target, sticky }): [Flow, Met] => [
      { source: nameFor(target), target, sticky },
      met.get(target) ?? new Map(),
    ])
  })
  return new Map((await Promise.all(asked)).flat())
}

function sourcesOn(node: string, { kubectl, nodes, on }: Cluster, echo: string): Source[] {
  const [v4 = '', v6 = ''] = nodeAddresses(nodes.length).find(({ name }) => name === node)?.client ?? []
  const inPod =
    (pod: string) =>
    async (...question: string[]) =>
      kubectl(['exec', pod, '--', '/bin/echo', ...question])
  return [
    { nameFor: () => `pod/default/${clientOn(node)}`, sends: () => true, ask: inPod(clientOn(node)) },
    // a pod in its node's network sends as the node
    { nameFor: () => `node/${node}`, sends: () => true, ask: inPod(hostOn(node)) },
    {
      nameFor: (target) => `outside/${node}/${target.includes('[') ? v6 : v4}`,
      // the client is where that load balancer is
      sends: (target) => !target.includes(`/${proxiedIP}:`),
      ask: async (...question) => run(...on('cp', 'env', `FROM=${v4} ${v6}`, echo, ...question)),
    },
  ]
}

function metByTarget(printed: string): Map<string, Met> {
  const met = new Map<string, Map<string, Set<string>>>()
  for (const line of printed.split('\n').filter((line) => line !== '')) {
    const [target = '', who = '', source = ''] = line.split(' ')
    const own = met.get(target) ?? new Map<string, Set<string>>()
    met.set(target, own.set(who, (own.get(who) ?? new Set()).add(source.replace(/:\d+$/, '').replace(/^\[|\]$/g, ''))))
  }
  return met
}

/** A line of what `kpx trace --flows` reads. */
export const flowLine = ({ source, target }: Flow): string => `${source} ${target}`

/** Why kpx is wrong about a flow; undefined where packets do what it says. */
export function disagreement(flow: Flow, met: Met, outcomes: readonly Outcome[]): string | undefined {
  const said = saidBy(outcomes, flow)
  const seen = [...met.keys()].sort()
  const isAlike = flow.sticky
    ? seen.length === 1 && said.has(seen[0] ?? '')
    : isDeepStrictEqual(seen, [...said.keys()].sort())
  const isSourceAlike = seen.every((who) => {
    const address = said.get(who)
    return address === undefined || [...(met.get(who) ?? [])].every((one) => one === '' || one === address)
  })
  if (isAlike && isSourceAlike) return undefined
  const text = (of: ReadonlyMap<string, unknown>) =>
    JSON.stringify([...of], (_, one: unknown) => (one instanceof Set ? [...one] : one))
  return `${flow.source} to ${flow.target}: packets met ${text(met)}, kpx says ${text(said)}`
}

/** Who answers beyond the cluster. */
const outsiders = new Map<string, string>(controlPlane.addresses.map((address) => [address, 'cp']))

/** By what packets meet, the source address that the server sees, where kpx tells it. */
function saidBy(outcomes: readonly Outcome[], flow: Flow): Map<string, string | undefined> {
  return new Map(outcomes.map((outcome) => [meetingOf(outcome, flow), outcome.sourceSeen ?? undefined]))
}

function meetingOf({ endpoint, reply, verdict }: Outcome, { target }: Flow): string {
  if (verdict === 'forward') return target.includes(`/${proxiedIP}:`) ? 'cp' : meetings.forward
  if (verdict !== 'deliver') return meetings[verdict]
  if (reply === 'lost') return meetings.drop
  const who = endpoint && (endpoint.pod?.split('/')[1] ?? outsiders.get(endpoint.ip))
  return reply === 'ok' ? (who ?? 'unknown') : 'unknown'
}

/** A process that nothing listens in refuses, as the nodes' do here. */
const meetings: Readonly<Record<Exclude<Outcome['verdict'], 'deliver'>, string>> = {
  drop: 'TIMEOUT',
  reject: 'REFUSED',
  local: 'REFUSED',
  forward: 'UNREACHABLE',
  unknown: 'unknown',
}
