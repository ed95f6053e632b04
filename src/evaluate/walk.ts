/** A packet through one base chain: rules in order, jumps and returns, every branch. */
import type { Chain, Rule, Table } from '../ruleset/ruleset.ts'
import { candidates } from './chain-index.ts'
import { programOf } from './compile.ts'
import { record, split } from './flow.ts'
import type { Flow, Step } from './flow.ts'
import { describeDestination, describeSource } from './nat.ts'
import type { HookedChain, NodeState } from './node.ts'
import { isBranches } from './program.ts'
import type { Effect, Operation, Result } from './program.ts'

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

interface Frame {
  readonly chain: Chain
  readonly rules: readonly Rule[]
  /** The next rule. */
  position: number
  /** Chains entered by goto since the frame's own jump, itself among them: to come back to one is a loop. */
  readonly entered: readonly string[]
}

/** A flow on its way, with the chains to return to. */
interface Walker {
  readonly flow: Flow
  frames: Frame[]
}

interface Place {
  readonly table: Table
  readonly chain: Chain
  readonly rule: Rule
}

/** No real ruleset comes near; it ends one that was made to branch without end. */
const mostBranches = 50_000

export function walkChain(hooked: HookedChain, start: Flow, node: NodeState): Ended[] {
  const ended: Ended[] = []
  const open: Walker[] = [{ flow: start, frames: [frame(hooked.chain, start, [])] }]
  let branches = 0
  for (let walker = open.pop(); walker; walker = open.pop()) {
    if (++branches > mostBranches) {
      const step = stepOf(hooked, hooked.chain, walker.flow, 'too many branches', undefined)
      ended.push({ flow: walker.flow, end: { kind: 'unknown', why: 'the rules branch too often', step } })
      continue
    }
    walk(walker, hooked, node, open, ended)
  }
  return ended
}

const frame = (chain: Chain, flow: Flow, entered: readonly string[]): Frame => ({
  chain,
  rules: candidates(chain, flow.destination, flow.port),
  position: 0,
  entered: [...entered, chain.name],
})

/** Goes on until the flow leaves the base chain or splits. */
function walk(walker: Walker, hooked: HookedChain, node: NodeState, open: Walker[], ended: Ended[]): void {
  const { flow } = walker
  for (;;) {
    const top = walker.frames.at(-1)
    if (!top) {
      ended.push({ flow, end: policyEnd(hooked, flow) })
      return
    }
    const rule = top.rules[top.position++]
    if (!rule) {
      if (top.chain.cut) {
        ended.push({ flow, end: cutEnd(hooked, top.chain, flow) })
        return
      }
      walker.frames.pop()
      continue
    }
    const place = { table: hooked.table, chain: top.chain, rule }
    const moves = runRule(programOf(place), 0, flow, node, place)
    if (moves.length === 1 && moves[0]?.flow === flow) {
      const end = apply(moves[0].effect, walker, place)
      if (!end) continue
      ended.push({ flow, end })
      return
    }
    for (const move of moves.reverse()) {
      const branch: Walker = { flow: move.flow, frames: walker.frames.map((so) => ({ ...so })) }
      const end = apply(move.effect, branch, place)
      if (end) ended.push({ flow: move.flow, end })
      else open.push(branch)
    }
    return
  }
}

interface Move {
  readonly flow: Flow
  readonly effect: Effect
}

const next: Effect = { kind: 'next' }

/** The operations of a rule from `from` on; several moves when the flow splits. */
function runRule(program: readonly Operation[], from: number, flow: Flow, node: NodeState, place: Place): Move[] {
  for (let i = from; i < program.length; i++) {
    const operation = program[i]
    if (!operation) break
    const result = operation.kind === 'test' ? tested(program, i, flow, node) : operation.run(flow, node)
    if (result === undefined) continue
    if (!isBranches(result)) return [{ flow, effect: result }]
    return result.flatMap((branch) => {
      const own = result.length === 1 ? flow : split(flow, branch.share)
      branch.apply?.(own)
      return branch.effect ? [{ flow: own, effect: branch.effect }] : runRule(program, i + 1, own, node, place)
    })
  }
  // a rule that only counts and compares does nothing; one that changed something is worth a step
  if (program.some((operation) => operation.kind === 'act' && !operation.harmless)) {
    record(flow, stepOf(place, place.chain, flow, actionOf(program, flow), place.rule))
  }
  return [{ flow, effect: next }]
}

const actionOf = (program: readonly Operation[], flow: Flow): string =>
  program.some((operation) => operation.kind === 'act') ? `mark 0x${flow.mark.toString(16)}` : 'match'

/** A test's answer. What cannot be told does not matter where another match fails for certain, or the rule changes nothing. */
function tested(program: readonly Operation[], at: number, flow: Flow, node: NodeState): Result {
  const operation = program[at]
  const answer = operation?.kind === 'test' ? operation.test(flow, node) : true
  if (answer === true) return undefined
  if (answer === false) return next
  if ('chance' in answer) {
    return [{ share: answer.chance }, { share: 1 - answer.chance, effect: next }]
  }
  const rest = program.slice(at + 1)
  if (rest.every((later) => later.kind === 'test' || later.harmless)) return next
  if (rest.some((later) => later.kind === 'test' && later.test(flow, node) === false)) return next
  return { kind: 'unknown', why: answer.unknown }
}

/** Moves the walker on; an end where the effect leaves the base chain. */
function apply(effect: Effect, walker: Walker, place: Place): End | undefined {
  const { flow } = walker
  const step = (action: string, target?: string): Step => {
    const taken = { ...stepOf(place, place.chain, flow, action, place.rule), ...(target !== undefined && { target }) }
    record(flow, taken)
    return taken
  }
  switch (effect.kind) {
    case 'next':
      return undefined
    case 'accept':
      step('accept')
      return { kind: 'accept' }
    case 'translated': {
      const destination = flow.hook === 'PREROUTING' || flow.hook === 'OUTPUT'
      const taken = step(destination ? describeDestination(flow) : describeSource(flow))
      flow.evidence = [...flow.evidence, taken]
      return { kind: 'translated' }
    }
    case 'drop':
      return { kind: 'drop', step: step('drop') }
    case 'reject':
      return { kind: 'reject', how: effect.how, step: step(`reject with ${effect.how}`) }
    case 'unknown':
      return { kind: 'unknown', why: effect.why, step: step(`unknown: ${effect.why}`) }
    case 'return':
      step('return')
      walker.frames.pop()
      return undefined
    case 'goto':
    case 'jump':
      return enter(effect, walker, place, step)
  }
}

function enter(
  { chain: name, kind }: { kind: 'goto' | 'jump'; chain: string },
  walker: Walker,
  place: Place,
  step: (action: string, target?: string) => Step,
): End | undefined {
  const taken = step(kind, name)
  const chain = place.table.chains.get(name)
  if (!chain) return { kind: 'unknown', why: `the dump has no chain ${name}`, step: taken }
  if (walker.frames.some(({ entered }) => entered.includes(name))) {
    return { kind: 'unknown', why: `the rules jump in circles: ${name} is entered again`, step: taken }
  }
  const left = kind === 'goto' ? walker.frames.pop() : undefined
  walker.frames.push(frame(chain, walker.flow, left?.entered ?? []))
  return undefined
}

function policyEnd(hooked: HookedChain, flow: Flow): End {
  if (hooked.chain.base?.policy !== 'drop') return { kind: 'accept' }
  const step = stepOf(hooked, hooked.chain, flow, 'policy drop', undefined)
  record(flow, step)
  return { kind: 'drop', step }
}

function cutEnd(hooked: HookedChain, chain: Chain, flow: Flow): End {
  const step = stepOf(hooked, chain, flow, 'the dump is cut here', undefined)
  record(flow, step)
  const at = chain.cut ?? chain.at
  return { kind: 'unknown', why: `${at.file} is cut at line ${at.line}: rules of ${chain.name} may be missing`, step }
}

function stepOf({ table }: { table: Table }, chain: Chain, flow: Flow, action: string, rule: Rule | undefined): Step {
  return {
    node: flow.node,
    hook: flow.hook,
    table: `${table.family === 'ip' || table.family === 'ip6' ? '' : `${table.family} `}${table.name}`,
    chain: chain.name,
    action,
    text: rule?.text ?? '',
    at: rule?.at ?? chain.cut ?? chain.at,
  }
}
