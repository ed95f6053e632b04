/** A packet to a Service, step by step, with a sentence for each. */
import type { Destination, Outcome } from '../../evaluate/evaluate.ts'
import type { Step } from '../../evaluate/flow.ts'
import { parseIpPort } from '../../ruleset/address.ts'
import type { Scene } from '../scene.ts'
import type { Sender } from '../source.ts'
import { followPacket, traceStep } from '../trace.ts'
import type { TraceItem, TraceStep } from '../trace.ts'
import { sentenceOf } from './sentence.ts'

export interface WalkStep extends TraceStep {
  /** Where the rule stands; null for a step that no line of a file made. */
  readonly file: string | null
  readonly line: number | null
  readonly says: string
}

/** As a trace tells it: the outcomes of all branches, and the steps to the first of them. */
export type Walk = Omit<TraceItem, 'steps'> & { readonly steps: readonly WalkStep[] }

export function walk(sender: Sender, destination: Destination, scene: Scene): Walk {
  const { item, likeliest, steps } = followPacket(sender, destination, scene)
  return { ...item, steps: walkSteps(steps, destination, likeliest, scene) }
}

function walkSteps(steps: readonly Step[], first: Destination, outcome: Outcome | undefined, scene: Scene): WalkStep[] {
  let destination = first
  return steps.map((step, i) => {
    const lost = outcome?.verdict === 'unknown' && outcome.evidence.at(-1) === step
    const says = sentenceOf(step, { destination, next: steps[i + 1], lost }, scene)
    destination = destinationAfter(step, destination)
    return { ...traceStep(step), file: step.at?.file ?? null, line: step.at?.line ?? null, says }
  })
}

/** Translation, by a rule or by IPVS, is told in the action. */
function destinationAfter({ action }: Step, before: Destination): Destination {
  const to = parseIpPort(/^(?:DNAT to|\w+ picks) (\S+)$/.exec(action)?.[1] ?? '')
  return to ? { ...before, ...to } : before
}
