/**
 * A Flow is one possible course of the first packet of a new connection: where a rule decides by chance, the flow splits and the
 * shares add up. Nothing here is shared between flows but the steps that they took together.
 */
import type { Ip } from '../ruleset/address.ts'
import type { At, Protocol } from '../ruleset/ruleset.ts'
import type { Scope } from './program.ts'

/** One thing that happened to the packet. `text` is the rule's line where a rule did it. */
export interface Step {
  readonly node: string
  /** `PREROUTING`, ..., or `ROUTING`. */
  readonly hook: string
  readonly table: string
  readonly chain: string
  /** `jump`, `accept`, `DNAT to 10.244.0.2:8080`, ... */
  readonly action: string
  /** The chain that a jump or goto enters. */
  readonly target?: string
  readonly text: string
  readonly at?: At
}

/** A rule's step before it is made: most are never looked at. */
export interface LateStep {
  readonly node: string
  readonly hook: string
  readonly scope: Scope
  readonly action: string | (() => string)
  readonly target: string | undefined
}

/** Steps from the last to the first; flows that split share the tail. */
export interface Trail {
  readonly step: Step | LateStep
  readonly before: Trail | undefined
}

/** A change of the connection's addresses on one node, which only that node can undo for the reply. */
interface Translation {
  readonly node: string
  readonly sourceBefore: Ip
  readonly sourceAfter: Ip
}

export interface Connection {
  /** False after NOTRACK: the nat hooks are skipped. */
  tracked: boolean
  /** nf_conntrack_in(), at priority -200, has given the packet its entry; before that it has none. */
  attached: boolean
  /** The packet has been through POSTROUTING once and came back by lo (nf_conntrack_confirm()). */
  confirmed: boolean
  /** The addresses before translation on this node, as conntrack keeps them. */
  readonly original: { readonly source: Ip; readonly destination: Ip; readonly port: number }
  mark: number
  dnat: boolean
  snat: boolean
  /** The nat hooks have decided about this connection (nf_nat_initialized() in nf_nat_core.c). */
  destinationDone: boolean
  sourceDone: boolean
}

/** What following one packet has cost so far, over all its flows. A jump costs as much as `ofJump` rules. */
interface Effort {
  flows: number
  rules: number
}

export const ofJump = 20

export interface Flow {
  share: number
  readonly effort: Effort
  node: string
  /** The hook being traversed. */
  hook: string
  readonly protocol: Protocol
  source: Ip
  destination: Ip
  port: number
  /** A process of the node sent it, so no device received it. */
  local: boolean
  inInterface: string | undefined
  outInterface: string | undefined
  /** Whether it came in through a port of a bridge; undefined when that cannot be told. */
  bridged: boolean | undefined
  mark: number
  connection: Connection
  /** The virtual server that IPVS translated it for. */
  virtualServer: { readonly ip: Ip; readonly port: number } | undefined
  /** An address of an endpoint replaced the destination, on some node. */
  translated: boolean
  masqueraded: boolean
  /** Clients are kept on the endpoint that they got first, for so many seconds (0: not told). */
  affinitySeconds: number | undefined
  /** Sets and lists that rules on the way have written to: what the dump says of them may hold no more. */
  written: readonly string[]
  /** The source address is a stand-in for any client of its kind. */
  readonly standIn: boolean
  translations: readonly Translation[]
  /** What the course rests on that the dump does not tell for certain. */
  assumption: string | undefined
  /** Steps that decided the outcome. */
  evidence: readonly Trail['step'][]
  trail: Trail | undefined
}

/** A copy that takes `share` of the flow. */
export function split(flow: Flow, share: number): Flow {
  flow.effort.flows++
  return { ...flow, share: flow.share * share, connection: { ...flow.connection } }
}

/** No real ruleset comes near; they end one that was made to branch, or to jump, without end. */
const mostFlows = 100_000
const mostRules = 5_000_000

/** Why the packet is followed no further, if it is not. */
export function exhaustion({ effort }: Flow): string | undefined {
  if (effort.flows > mostFlows) return 'the rules branch too often'
  return effort.rules > mostRules ? 'the rules jump too often' : undefined
}

export function record(flow: Flow, step: Trail['step']): void {
  flow.trail = { step, before: flow.trail }
}

/** A new connection's conntrack entry on a node that sees the packet as it is now. */
export function newConnection(flow: Pick<Flow, 'destination' | 'port' | 'source'>): Connection {
  const { destination, port, source } = flow
  return {
    tracked: true,
    attached: false,
    confirmed: false,
    original: { source, destination, port },
    mark: 0,
    dnat: false,
    snat: false,
    destinationDone: false,
    sourceDone: false,
  }
}
