/** What a rule does to a flow, as a list of operations: the one language that iptables and nft rules are compiled to. */
import type { Chain, Rule, Table } from '../ruleset/ruleset.ts'
import type { Flow } from './flow.ts'
import type { NodeState } from './node.ts'

/** Whether a match holds: certainly (not), for a share of connections, or kpx cannot tell. */
export type Answer = boolean | { readonly chance: number } | { readonly unknown: string }

export type Test = (flow: Flow, node: NodeState) => Answer

/** How a rule, or one of its operations, goes on. */
export type Effect =
  | { readonly kind: 'accept' | 'drop' | 'return' }
  | { readonly kind: 'reject'; readonly how: string }
  /** `to` is the chain of that name, where it is known already. */
  | { readonly kind: 'goto' | 'jump'; readonly chain: string; readonly to?: Chain }
  /** The rule ends here and the next one is tried. */
  | { readonly kind: 'next' }
  /** The connection was translated, which ends the nat hook. */
  | { readonly kind: 'translated' }
  | { readonly kind: 'unknown'; readonly why: string }

/** One of several ways to go on; `apply` changes the flow's own copy first. No effect: the rule's next operation. */
export interface Branch {
  readonly share: number
  readonly apply?: (flow: Flow) => void
  readonly effect?: Effect
}

/** An operation's result: nothing (go on), an effect, or branches whose shares add up to 1. */
export type Result = Effect | readonly Branch[] | undefined

export type Operation =
  | { readonly kind: 'test'; readonly test: Test }
  | { readonly kind: 'effect'; readonly effect: Effect }
  | {
      readonly kind: 'act'
      /** Counters, logs. */
      readonly harmless?: boolean
      readonly run: (flow: Flow, node: NodeState) => Result
    }

export type Program = readonly Operation[]

/** Whether it changes neither the packet nor its way. */
export const isHarmless = (operation: Operation): boolean => operation.kind === 'act' && operation.harmless === true

export interface Scope {
  readonly table: Table
  readonly chain: Chain
  readonly rule: Rule
}

/** What a lookup says in a set or list that a rule on the way has written to. */
export const justWritten = (what: string): { unknown: string } => ({
  unknown: `a rule on the way has just written to ${what}`,
})

/** A rule that acts on every n-th packet; undefined for the first one on the way, which is right for a share of the packets. */
export function countedTwice(flow: Flow): { unknown: string } | undefined {
  if (flow.written.includes(counter)) return { unknown: 'it counts packets as a rule before it on the way does' }
  flow.written = [...flow.written, counter]
  return undefined
}

const counter = 'a counter of packets'

export const isBranches = (result: Result): result is readonly Branch[] => Array.isArray(result)

export const not = (answer: Answer): Answer => {
  if (typeof answer === 'boolean') return !answer
  return 'chance' in answer ? { chance: 1 - answer.chance } : answer
}

/** The logical and of what can be told: a certain no wins over everything. */
export function all(answers: Iterable<Answer>): Answer {
  let chance = 1
  let unknown: Answer | undefined
  for (const answer of answers) {
    if (answer === false) return false
    if (answer === true) continue
    if ('unknown' in answer) unknown ??= answer
    else chance *= answer.chance
  }
  return unknown ?? (chance === 1 ? true : { chance })
}
