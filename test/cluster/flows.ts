/** Real packets of every source to every frontend, and what kpx says of them. */
import { isDeepStrictEqual } from 'node:util'
import type { Outcome } from '../../src/answer/outcome.ts'
import type { Cluster } from './cluster.ts'
import { run } from './run.ts'
import { clientOn } from './web.ts'

/** Connections for each flow: that one of two pods gets none of them happens once in eight million. */
const connections = 24

export interface Flow {
  /** As `kpx trace` names it. */
  readonly source: string
  /** `tcp/10.96.0.10:80`. */
  readonly target: string
}

/** What the connections of a flow met: pods with the source address that they saw, or REFUSED, UNREACHABLE, TIMEOUT. */
export type Met = ReadonlyMap<string, ReadonlySet<string>>

/** A pod of each node and each node's own network ask every address over both protocols; by flow. */
export async function probe(cluster: Cluster, addresses: readonly string[], echo: string): Promise<Map<Flow, Met>> {
  const targets = addresses.flatMap((address) => [`tcp/${address}`, `udp/${address}`])
  const question = ['probe', String(connections), ...targets]
  const sources = cluster.nodes.flatMap((node) => [
    {
      source: `pod/default/${clientOn(node)}`,
      ask: () => cluster.kubectl(['exec', clientOn(node), '--', '/bin/echo', ...question]),
    },
    { source: `node/${node}`, ask: () => run(...cluster.on(node, echo, ...question)) },
  ])
  const met = new Map<Flow, Met>()
  for (const { ask, source } of sources) {
    const lines = (await ask()).split('\n').filter((line) => line !== '')
    for (const target of targets) met.set({ source, target }, metBy(target, lines))
  }
  return met
}

function metBy(target: string, lines: readonly string[]): Met {
  const met = new Map<string, Set<string>>()
  for (const line of lines) {
    const [own, who = '', source = ''] = line.split(' ')
    if (own !== target) continue
    const address = source.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
    met.set(who, (met.get(who) ?? new Set()).add(address))
  }
  return met
}

/** A line of what `kpx trace --flows` reads. */
export const flowLine = ({ source, target }: Flow): string => `${source} ${target}`

/** Why kpx is wrong about a flow; undefined where packets do what it says. */
export function disagreement(flow: Flow, met: Met, outcomes: readonly Outcome[], sticky: boolean): string | undefined {
  const said = saidBy(outcomes)
  const seen = [...met.keys()].sort()
  const isAlike = sticky
    ? seen.length === 1 && said.has(seen[0] ?? '')
    : isDeepStrictEqual(seen, [...said.keys()].sort())
  const isSourceAlike = seen.every((who) => {
    const address = said.get(who)
    return address === undefined || [...(met.get(who) ?? [])].every((one) => one === address)
  })
  if (isAlike && isSourceAlike) return undefined
  const text = (of: ReadonlyMap<string, unknown>) =>
    JSON.stringify([...of], (_, one: unknown) => (one instanceof Set ? [...one] : one))
  return `${flow.source} to ${flow.target}: packets met ${text(met)}, kpx says ${text(said)}`
}

/** By what packets meet, the source address that a pod sees, where kpx tells it. */
function saidBy(outcomes: readonly Outcome[]): Map<string, string | undefined> {
  const said = new Map<string, string | undefined>()
  for (const { endpoint, reply, sourceSeen, verdict } of outcomes) {
    const pod = endpoint?.pod?.split('/')[1]
    if (verdict === 'deliver' && reply === 'ok' && pod !== undefined) said.set(pod, sourceSeen ?? undefined)
    else said.set(meetings[verdict === 'deliver' ? 'drop' : verdict], undefined)
  }
  return said
}

/** A process that nothing listens in refuses, as the nodes' do here. */
const meetings: Readonly<Record<Exclude<Outcome['verdict'], 'deliver'>, string>> = {
  drop: 'TIMEOUT',
  reject: 'REFUSED',
  local: 'REFUSED',
  forward: 'UNREACHABLE',
  unknown: 'unknown',
}
