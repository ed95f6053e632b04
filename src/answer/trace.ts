/** `kpx trace`: what happens to one packet, with every outcome, its share and the steps that lead there. */
import { evaluate, outcomeSteps } from '../evaluate/evaluate.ts'
import type { Destination, Outcome as EvaluatedOutcome } from '../evaluate/evaluate.ts'
import type { Step } from '../evaluate/flow.ts'
import { familyOf } from '../ruleset/address.ts'
import { describeDestination, parseDestination } from './destination.ts'
import { documentOf } from './document.ts'
import type { Document } from './document.ts'
import { addressText, outcomeOf } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import type { Scene } from './scene.ts'
import { parseSource } from './source.ts'
import type { Sender } from './source.ts'

export interface TraceStep {
  readonly hook: string
  readonly table: string
  readonly chain: string
  readonly action: string
  /** The chain that a jump or goto enters; null for other actions. */
  readonly target: string | null
  readonly text: string
  readonly node: string
}

export interface TraceItem {
  readonly source: string
  readonly destination: string
  /** Where the packet is first seen. */
  readonly node: string
  readonly outcomes: readonly Outcome[]
  /** The way to the likeliest outcome. */
  readonly steps: readonly TraceStep[]
}

export type TraceList = Document<'TraceList'> & { readonly items: readonly TraceItem[] }

/** What the user asked for: names as typed, and what short ones are relative to. */
export interface Asked {
  readonly namespace: string
  /** Where packets from beyond the cluster arrive, when the source does not say. */
  readonly nodes: readonly string[]
}

/** Names may stand for several senders and addresses: each sender sends to each address of its families. */
export function traceItems(from: string, to: string, { namespace, nodes }: Asked, scene: Scene): TraceItem[] {
  const destinations = parseDestination(to, namespace, scene)
  return parseSource(from, namespace, scene, nodes).flatMap((sender) => {
    const reachable = destinations.filter((destination) => canSend(sender, destination))
    return (reachable.length > 0 ? reachable : destinations).map((destination) =>
      tracePacket(sender, destination, scene),
    )
  })
}

const canSend = ({ source }: Sender, { ip }: Destination): boolean =>
  source.kind === 'node' || source.ips.some((one) => familyOf(one) === familyOf(ip))

function tracePacket(sender: Sender, destination: Destination, scene: Scene): TraceItem {
  const { item, steps } = followPacket(sender, destination, scene)
  return { ...item, steps: steps.map(traceStep) }
}

/** A packet's outcomes, and the steps to the likeliest as the evaluator has them. */
interface FollowedPacket {
  readonly item: Omit<TraceItem, 'steps'>
  readonly likeliest: EvaluatedOutcome | undefined
  readonly steps: readonly Step[]
}

export function followPacket({ label, source }: Sender, destination: Destination, { network }: Scene): FollowedPacket {
  const outcomes = evaluate(source, destination, network)
  const [likeliest] = outcomes
  const steps = likeliest ? outcomeSteps(likeliest) : []
  const item = {
    source: label,
    destination: describeDestination(destination),
    node: steps[0]?.node ?? source.node,
    outcomes: outcomes.map(outcomeOf),
  }
  return { item, likeliest, steps }
}

export const traceStep = ({ action, chain, hook, node, table, target, text }: Step): TraceStep => ({
  hook,
  table,
  chain,
  action,
  target: target ?? null,
  text,
  node,
})

/** `pod/shop/web-1`, or the address where no pod is known: each endpoint that some packet reaches, once. */
export function namesOfReached({ items }: TraceList): string[] {
  const endpoints = items.flatMap(({ outcomes }) => outcomes.flatMap(({ endpoint }) => endpoint ?? []))
  return [...new Set(endpoints.map(({ ip, pod, port }) => (pod === null ? addressText({ ip, port }) : `pod/${pod}`)))]
}

export const traceList = (items: readonly TraceItem[], scene: Scene): TraceList => ({
  ...documentOf('TraceList', scene),
  items,
})
