/** A packet through one base chain: rules in order, jumps and returns, every branch. */
import type { Chain } from '../ruleset/ruleset.ts'
import type { CompiledChain, CompiledRule } from './compiled-chain.ts'
import { exhaustion, ofJump, record, split } from './flow.ts'
import type { Flow, Step } from './flow.ts'
import { describeDestination, describeSource } from './nat.ts'
import type { HookedChain, NodeState } from './node.ts'
import { isBranches, isHarmless } from './program.ts'
import type { Answer, Branch, Effect, Operation, Result } from './program.ts'
import { chainStep, lateStep, ruleStep } from './rule-step.ts'

/** How a flow leaves a base chain. */
export type End =
  | { readonly kind: 'accept' }
  | { readonly kind: 'translated' }
  | { readonly kind: 'drop'; readonly step: Step }
  | { readonly kind: 'reject'; readonly how: string; readonly step: Step }
  | { readonly kind: 'unknown'; readonly why: string; readonly step: Step }

export interface Ended {
  readonly flow: Flow
  readonly end: End
}

/** A chain on the way. Only a walker's innermost frame moves on; those below it may belong to several walkers. */
interface Frame {
  readonly compiled: CompiledChain
  /** The numbers of the rules that can match; undefined for all. */
  readonly candidates: readonly number[] | undefined
  /** The next rule. */
  position: number
  /** Where a return leads. */
  readonly caller: Frame | undefined
  /** Chains that were left by goto since the frame's own jump: to come back to one is a loop. */
  readonly left: readonly Chain[]
  /** How many frames there are, this one among them. */
  readonly depth: number
}

/** Walkers that are still on their way, and flows that have left the base chain. */
interface Walk {
  readonly hooked: HookedChain
  readonly node: NodeState
  readonly open: Walker[]
  readonly ended: Ended[]
}

/** Of chains that are to be returned to, and of gotos in a row; no real ruleset comes near. */
const deepest = 500

const noChains: readonly Chain[] = []

export function walkChain(hooked: HookedChain, start: Flow, node: NodeState): Ended[] {
  const walk: Walk = { hooked, node, open: [], ended: [] }
  const first = new Walker(walk, start, undefined)
  first.enter(hooked.chain, noChains)
  for (let walker: Walker | undefined = first; walker; walker = walk.open.pop()) walker.run()
  return walk.ended
}

/** A flow on its way, with the chains to return to. */
class Walker {
  readonly #walk: Walk
  readonly #flow: Flow
  #frame: Frame | undefined

  constructor(walk: Walk, flow: Flow, frame: Frame | undefined) {
    this.#walk = walk
    this.#flow = flow
    this.#frame = frame
  }

  /** Goes on until the flow leaves the base chain. */
  run(): void {
    let end: End | undefined
    while (!end) {
      const frame = this.#frame
      if (!frame) break
      const number = frame.candidates ? frame.candidates[frame.position] : frame.position
      const rule = number === undefined ? undefined : frame.compiled.rule(number)
      frame.position++
      end = rule ? this.#follow(rule, 0) : this.#leave(frame.compiled.chain)
    }
    this.#walk.ended.push({ flow: this.#flow, end: end ?? this.#policy() })
  }

  enter(chain: Chain, left: readonly Chain[]): void {
    const { hooked, node } = this.#walk
    const compiled = node.compiled(hooked.table, chain)
    const candidates = compiled.candidates(this.#flow.destination, this.#flow.port)
    const caller = this.#frame
    this.#frame = { compiled, candidates, position: 0, caller, left, depth: (caller?.depth ?? 0) + 1 }
  }

  /** Behind the last rule, or at a return: back to the rule after the jump. */
  #leave(chain: Chain): End | undefined {
    if (chain.cut) {
      const step = chainStep(this.#flow, this.#walk.hooked.table, chain, 'the dump is cut here')
      record(this.#flow, step)
      const why = `${chain.cut.file} is cut at line ${chain.cut.line}: rules of ${chain.name} may be missing`
      return { kind: 'unknown', why, step }
    }
    this.#return()
    return undefined
  }

  #return(): void {
    const caller = this.#frame?.caller
    this.#frame = caller && { ...caller }
  }

  #policy(): End {
    const { chain, table } = this.#walk.hooked
    if (chain.base?.policy !== 'drop') return { kind: 'accept' }
    const step = chainStep(this.#flow, table, chain, 'policy drop')
    record(this.#flow, step)
    return { kind: 'drop', step }
  }

  /** The operations of a rule from `from` on. */
  #follow(rule: CompiledRule, from: number): End | undefined {
    const { operations } = rule
    const { node } = this.#walk
    this.#flow.effort.rules++
    const why = exhaustion(this.#flow)
    if (why !== undefined) return this.#apply({ kind: 'unknown', why }, rule)
    for (let i = from; i < operations.length; i++) {
      const operation = operations[i]
      if (!operation) break
      if (operation.kind === 'effect') return this.#apply(operation.effect, rule)
      const result =
        operation.kind === 'test'
          ? tested(operations, i, operation.test(this.#flow, node), this.#flow, node)
          : operation.run(this.#flow, node)
      if (result === undefined) continue
      const effect = isBranches(result) ? this.#branch(result, rule, i) : result
      if (effect) return this.#apply(effect, rule)
    }
    // a rule that only counts and compares does nothing; one that changed something is worth a step
    if (rule.changes) {
      const { mark } = this.#flow
      record(
        this.#flow,
        lateStep(this.#flow, rule, () => `mark 0x${mark.toString(16)}`),
      )
    }
    return undefined
  }

  /** All branches but the last go on as flows of their own; the effect is the last one's. */
  #branch(branches: readonly Branch[], rule: CompiledRule, at: number): Effect | undefined {
    const last = branches.length - 1
    for (const [i, branch] of branches.entries()) {
      if (i === last) {
        this.#flow.share *= branch.share
        branch.apply?.(this.#flow)
        return branch.effect
      }
      const own = new Walker(this.#walk, split(this.#flow, branch.share), this.#frame && { ...this.#frame })
      branch.apply?.(own.#flow)
      own.#start(branch.effect, rule, at + 1)
    }
    return next
  }

  /** A new branch, from the middle of a rule. */
  #start(effect: Effect | undefined, rule: CompiledRule, from: number): void {
    const { ended, open } = this.#walk
    const end = effect ? this.#apply(effect, rule) : this.#follow(rule, from)
    if (end) ended.push({ flow: this.#flow, end })
    else open.push(this)
  }

  /** Moves on; an end where the effect leaves the base chain. */
  #apply(effect: Effect, rule: CompiledRule): End | undefined {
    switch (effect.kind) {
      case 'next':
        return undefined
      case 'accept':
        this.#note(rule, 'accept')
        return { kind: 'accept' }
      case 'translated':
        this.#noteTranslation(rule)
        return { kind: 'translated' }
      case 'drop':
        return { kind: 'drop', step: this.#took(rule, 'drop') }
      case 'reject':
        return { kind: 'reject', how: effect.how, step: this.#took(rule, `reject with ${effect.how}`) }
      case 'unknown':
        return { kind: 'unknown', why: effect.why, step: this.#took(rule, `unknown: ${effect.why}`) }
      case 'return':
        this.#note(rule, 'return')
        this.#return()
        return undefined
      case 'goto':
      case 'jump':
        return this.#jump(effect, rule)
    }
  }

  #jump({ chain: name, kind, to }: JumpEffect, rule: CompiledRule): End | undefined {
    this.#note(rule, kind, name)
    const chain = to ?? rule.table.chains.get(name)
    if (!chain)
      return { kind: 'unknown', why: `the dump has no chain ${name}`, step: ruleStep(this.#flow, rule, kind, name) }
    if (this.#hasEntered(chain)) {
      const why = `the rules jump in circles: ${name} is entered again`
      return { kind: 'unknown', why, step: ruleStep(this.#flow, rule, kind, name) }
    }
    const frame = this.#frame
    if (frame && (frame.depth > deepest || frame.left.length > deepest)) {
      return { kind: 'unknown', why: 'the rules jump too deep', step: ruleStep(this.#flow, rule, kind, name) }
    }
    this.#flow.effort.rules += ofJump
    if (kind === 'jump' || !frame) this.enter(chain, noChains)
    else {
      this.#frame = frame.caller
      this.enter(chain, [...frame.left, frame.compiled.chain])
    }
    return undefined
  }

  #hasEntered(chain: Chain): boolean {
    for (let frame = this.#frame; frame; frame = frame.caller) {
      if (frame.compiled.chain === chain || frame.left.includes(chain)) return true
    }
    return false
  }

  #note(rule: CompiledRule, action: string, target?: string): void {
    record(this.#flow, lateStep(this.#flow, rule, action, target))
  }

  #noteTranslation(rule: CompiledRule): void {
    const { destination, hook, masqueraded, port, source } = this.#flow
    const ofDestination = hook === 'PREROUTING' || hook === 'OUTPUT'
    const action = ofDestination
      ? () => describeDestination({ destination, port })
      : () => describeSource({ masqueraded, source })
    const step = lateStep(this.#flow, rule, action)
    record(this.#flow, step)
    this.#flow.evidence = [...this.#flow.evidence, step]
  }

  #took(rule: CompiledRule, action: string): Step {
    const step = ruleStep(this.#flow, rule, action)
    record(this.#flow, step)
    return step
  }
}

type JumpEffect = Extract<Effect, { kind: 'goto' | 'jump' }>

const next: Effect = { kind: 'next' }

/**
 * A test's answer. What cannot be told does not matter where another match fails for certain, or the rule changes nothing: then it may
 * still have written to a set, which later rules must know.
 */
function tested(program: readonly Operation[], at: number, answer: Answer, flow: Flow, node: NodeState): Result {
  if (answer === true) return undefined
  if (answer === false) return next
  if ('chance' in answer) {
    return [{ share: answer.chance }, { share: 1 - answer.chance, effect: next }]
  }
  const rest = program.slice(at + 1)
  if (rest.some((later) => later.kind === 'test' && later.test(flow, node) === false)) return next
  if (!rest.every((later) => later.kind === 'test' || isHarmless(later)))
    return { kind: 'unknown', why: answer.unknown }
  for (const later of rest) if (later.kind === 'act') later.run(flow, node)
  return next
}
