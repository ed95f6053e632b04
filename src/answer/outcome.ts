/** An outcome as every answer shows it: addresses as text, the rules that decided as evidence. */
import type { Outcome as Evaluated, Verdict } from '../evaluate/evaluate.ts'
import { madeStep } from '../evaluate/rule-step.ts'
import type { Step } from '../evaluate/flow.ts'
import type { Reply } from '../evaluate/reply.ts'
import { formatIp } from '../ruleset/address.ts'

export interface Evidence {
  readonly node: string
  readonly file: string
  readonly line: number
  readonly text: string
}

export interface Endpoint {
  readonly ip: string
  readonly port: number
  readonly pod: string | null
  readonly node: string | null
}

export interface Outcome {
  readonly verdict: Verdict
  readonly share: number
  readonly endpoint: Endpoint | null
  readonly masquerade: boolean
  readonly sourceSeen: string | null
  /** No node replaced the source address. */
  readonly sourceKept: boolean
  readonly reply: Reply
  readonly why: string
  readonly evidence: readonly Evidence[]
}

/** `10.244.0.2:8080`, `[fd00::2]:8080`. */
export const addressText = ({ ip, port }: { readonly ip: string; readonly port: number }): string =>
  ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`

export function outcomeOf({
  endpoint,
  evidence,
  masquerade,
  reply,
  share,
  sourceKept,
  sourceSeen,
  verdict,
  why,
}: Evaluated): Outcome {
  return {
    verdict,
    share,
    endpoint: endpoint && { ...endpoint, ip: formatIp(endpoint.ip) },
    masquerade,
    sourceSeen: sourceSeen === null ? null : formatIp(sourceSeen),
    sourceKept,
    reply,
    why: why(),
    evidence: evidence.map(madeStep).flatMap(evidenceOf),
  }
}

const evidenceOf = ({ at, node, text }: Step): Evidence[] => (at ? [{ node, file: at.file, line: at.line, text }] : [])
