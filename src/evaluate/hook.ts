/** A packet through one hook: every base chain there, IPVS where it sits, in the kernel's order. */
import type { HookName } from '../ruleset/ruleset.ts'
import { split } from './flow.ts'
import type { Flow, Step } from './flow.ts'
import { natPriority } from './node.ts'
import type { HookedChain, NodeState, Stage } from './node.ts'
import { stepsOf } from './rule-step.ts'
import { walkChain } from './walk.ts'
import type { End, Ended } from './walk.ts'

/** A flow that a rule ended. */
export interface Stopped {
  readonly flow: Flow
  readonly end: Exclude<End, { kind: 'accept' | 'translated' }>
}

export interface Passed {
  readonly passed: readonly Flow[]
  readonly stopped: readonly Stopped[]
}

/** The chains with priorities in [from, to). */
export function throughHook(hook: HookName, flow: Flow, node: NodeState, from = -Infinity, to = Infinity): Passed {
  flow.hook = hook.toUpperCase()
  let flows: Flow[] = [flow]
  const stopped: Stopped[] = []
  for (const stage of node.stages(familyOf(flow), hook)) {
    if (stage.priority < from || stage.priority >= to) continue
    if (isBeforeRouting(hook) && stage.priority > conntrackPriority) attach(flows)
    const [first] = flows
    const ended =
      first && flows.length === 1
        ? throughStage(stage, first, hook, node)
        : flows.flatMap((one) => throughStage(stage, one, hook, node))
    flows = passing(ended, stopped)
  }
  attach(flows)
  if (natPriority[hook] >= from && natPriority[hook] < to) for (const one of flows) settle(one, hook)
  return { passed: flows, stopped }
}

/** The flows that no rule ended; those that one did become `stopped`. */
function passing(ended: readonly Ended[], stopped: Stopped[]): Flow[] {
  const [first] = ended
  if (first && ended.length === 1 && isPassed(first.end)) return [first.flow]
  return ended.flatMap(({ end, flow }) => {
    if (isPassed(end)) return [flow]
    stopped.push({ flow, end })
    return []
  })
}

const isPassed = (end: End): end is Extract<End, { kind: 'accept' | 'translated' }> =>
  end.kind === 'accept' || end.kind === 'translated'

const familyOf = ({ destination }: Flow): 'ip' | 'ip6' => (typeof destination === 'number' ? 'ip' : 'ip6')

/** Where no nat chain changed a connection, its addresses are settled all the same (nf_nat_alloc_null_binding(), nf_nat_core.c). */
function settle({ connection }: Flow, hook: HookName): void {
  if (isBeforeRouting(hook)) connection.destinationDone = true
  else if (hook === 'input' || hook === 'postrouting') connection.sourceDone = true
}

const isBeforeRouting = (hook: HookName): boolean => hook === 'prerouting' || hook === 'output'

/** NF_IP_PRI_CONNTRACK. */
const conntrackPriority = -200

function attach(flows: readonly Flow[]): void {
  for (const { connection } of flows) connection.attached = true
}

/**
 * The chains that hang on a device, before and after all others. The decoded chains do not say on which, so that one that does not
 * accept makes the outcome unknown.
 */
export function atDevice(hook: 'egress' | 'ingress', flow: Flow, node: NodeState): Stopped | undefined {
  flow.hook = hook.toUpperCase()
  for (const chain of node.stages(familyOf(flow), hook).flatMap(({ chains }) => chains)) {
    for (const { end } of walkChain(chain, split(flow, 1), node)) {
      if (end.kind === 'accept' || end.kind === 'translated') continue
      const why = `${end.step.chain} of table ${end.step.table} may stop it, if the packet passes its device`
      return { flow, end: { kind: 'unknown', why, step: end.step } }
    }
  }
  return undefined
}

/** The nat hook lets untracked packets pass, and connections that it has decided about before. */
function throughStage(stage: Stage, flow: Flow, hook: HookName, node: NodeState): Ended[] {
  const { connection } = flow
  const decided = !connection.tracked || (isBeforeRouting(hook) ? connection.destinationDone : connection.sourceDone)
  if (stage.nat && decided) return [{ flow, end: { kind: 'accept' } }]
  const isBesideConntrack = stage.priority === conntrackPriority && isBeforeRouting(hook) && !connection.attached
  return isBesideConntrack ? besideConntrack(stage, flow, node) : inAnyOrder(stage, flow, node)
}

/** Chains of conntrack's own priority run before it or after it: whichever was registered last is first, and no dump tells. */
function besideConntrack(stage: Stage, flow: Flow, node: NodeState): Ended[] {
  const after = split(flow, 1)
  attach([after])
  const [first, second] = [inAnyOrder(stage, split(flow, 1), node), inAnyOrder(stage, after, node)]
  if (signature(first) === signature(second)) return first
  const why = `${namesOf(stage.chains)} may run before or after conntrack, which has the same priority; the dump does not tell`
  return [{ flow, end: { kind: 'unknown', why, step: lastStep(first, flow) } }]
}

/** The first chain that drops or translates decides; one that accepts without leaves it to the next. */
function inOrder(chains: readonly HookedChain[], flow: Flow, node: NodeState): Ended[] {
  let open: Ended[] | undefined
  for (const chain of chains) {
    open = open
      ? open.flatMap((one) => (one.end.kind === 'accept' ? walkChain(chain, one.flow, node) : [one]))
      : walkChain(chain, flow, node)
  }
  return open ?? [{ flow, end: { kind: 'accept' } }]
}

/** Where the order matters, the outcome rests on it; where nothing tells the order, the outcome is not known. */
function inAnyOrder({ chains, ties }: Stage, flow: Flow, node: NodeState): Ended[] {
  if (ties.length === 0) return inOrder(chains, flow, node)
  if (ties.length > mostTies) return [{ flow, end: ambiguous(ties, [], flow) }]
  const orders = chains.map((first) =>
    [first, ...chains.filter((chain) => chain !== first)].sort((a, b) => a.priority - b.priority),
  )
  const [result = [], ...others] = orders.map((order) => inOrder(order, split(flow, 1), node))
  if (others.every((other) => signature(other) === signature(result))) return result
  if (ties.some(({ table }) => table.order === undefined)) return [{ flow, end: ambiguous(ties, result, flow) }]
  for (const one of result)
    one.flow.assumption = `it assumes that ${namesOf(ties)} were made in the order of nft's list`
  return result
}

const signature = (ended: readonly Ended[]): string => {
  const shares = new Map<string, number>()
  for (const { end, flow } of ended) {
    // after POSTROUTING and INPUT nothing reads the mark any more
    const mark = flow.hook === 'PREROUTING' || flow.hook === 'OUTPUT' ? flow.mark : 0
    const { mark: connectionMark, tracked } = flow.connection
    const how = end.kind === 'reject' ? end.how : ''
    const key = [end.kind, how, flow.destination, flow.port, flow.source, mark, connectionMark, tracked].join(' ')
    shares.set(key, (shares.get(key) ?? 0) + flow.share)
  }
  return [...shares]
    .map(([key, share]) => `${key} ${share.toFixed(6)}`)
    .sort()
    .join('\n')
}

/** Of chains of one priority; a node has two, or three. */
const mostTies = 12

const namesOf = (chains: readonly HookedChain[]): string => {
  const names = chains.slice(0, mostTies).map(({ chain, table }) => {
    return `${table.tool}'s ${table.family} ${table.name} ${chain.name}`
  })
  return [...names, ...(chains.length > mostTies ? [`${chains.length - mostTies} more`] : [])].join(' and ')
}

function ambiguous(chains: readonly HookedChain[], result: readonly Ended[], flow: Flow): Stopped['end'] {
  const why = `${namesOf(chains)} have the same priority and different effects; the dump does not tell which the kernel runs first`
  return { kind: 'unknown', why, step: lastStep(result, flow) }
}

/** Of the flows that ended, or where none did, the place where the flow is. */
const lastStep = (ended: readonly Ended[], { hook, node }: Flow): Step =>
  stepsOf(ended[0]?.flow.trail).at(-1) ?? { node, hook, table: 'nat', chain: '', action: 'unknown', text: '' }
