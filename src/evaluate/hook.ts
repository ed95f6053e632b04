/** A packet through one hook: every base chain there, IPVS where it sits, in the kernel's order. */
import type { HookName } from '../ruleset/ruleset.ts'
import { split } from './flow.ts'
import type { Flow } from './flow.ts'
import { isTie } from './node.ts'
import type { HookedChain, NodeState } from './node.ts'
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

/**
 * nf_nat registers its own hooks and runs every nat chain there, whatever the chain's priority, which only orders them
 * (nf_nat_inet_fn(), net/netfilter/nf_nat_core.c): NF_IP_PRI_NAT_DST and NF_IP_PRI_NAT_SRC.
 */
const natPriority = { prerouting: -100, output: -100, postrouting: 100, input: 100, forward: 0, ingress: 0, egress: 0 }

/** The chains with priorities in [from, to). */
export function throughHook(hook: HookName, flow: Flow, node: NodeState, from = -Infinity, to = Infinity): Passed {
  flow.hook = hook.toUpperCase()
  const chains = node.hooked(typeof flow.destination === 'number' ? 'ip' : 'ip6', hook)
  let flows: Flow[] = [flow]
  const stopped: Stopped[] = []
  for (const stage of stagesOf(chains, hook)) {
    if (stage.priority < from || stage.priority >= to) continue
    if (isBeforeRouting(hook) && stage.priority > conntrackPriority) attach(flows)
    const results = flows.flatMap((one) =>
      stage.nat ? translate(stage.chains, one, hook, node) : inAnyOrder(stage.chains, one, node),
    )
    flows = []
    for (const { end, flow: one } of results) {
      if (end.kind === 'accept' || end.kind === 'translated') flows.push(one)
      else stopped.push({ flow: one, end })
    }
  }
  attach(flows)
  if (natPriority[hook] >= from && natPriority[hook] < to) for (const one of flows) settle(one, hook)
  return { passed: flows, stopped }
}

/** Where no nat chain changed a connection, its addresses are settled all the same (nf_nat_alloc_null_binding(), nf_nat_core.c). */
function settle({ connection }: Flow, hook: HookName): void {
  if (isBeforeRouting(hook)) connection.destinationDone = true
  else if (hook === 'input' || hook === 'postrouting') connection.sourceDone = true
}

const isBeforeRouting = (hook: HookName): boolean => hook === 'prerouting' || hook === 'output'

/** NF_IP_PRI_CONNTRACK; chains of that very priority are taken to be made after the first nat chain, and so to run before it. */
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
  for (const chain of node.hooked(typeof flow.destination === 'number' ? 'ip' : 'ip6', hook)) {
    for (const { end } of walkChain(chain, split(flow, 1), node)) {
      if (end.kind === 'accept' || end.kind === 'translated') continue
      const why = `${end.step.chain} of table ${end.step.table} may stop it, if the packet passes its device`
      return { flow, end: { kind: 'unknown', why, step: end.step } }
    }
  }
  return undefined
}

/** Chains that run at one point of the hook. */
interface Stage {
  readonly priority: number
  readonly nat: boolean
  readonly chains: readonly HookedChain[]
}

function stagesOf(chains: readonly HookedChain[], hook: HookName): Stage[] {
  const used = chains.filter(({ chain }) => chain.rules.length > 0 || chain.cut || chain.base?.policy === 'drop')
  const isNat = ({ chain }: HookedChain): boolean => chain.base?.type === 'nat'
  const others = used.filter((one) => !isNat(one))
  const stages = [...new Set(others.map(({ priority }) => priority))].map((priority): Stage => ({
    priority,
    nat: false,
    chains: others.filter((one) => one.priority === priority),
  }))
  const nat = used.filter(isNat)
  if (nat.length > 0) stages.push({ priority: natPriority[hook], nat: true, chains: nat })
  return stages.sort((a, b) => a.priority - b.priority)
}

/** The nat hook: untracked packets and connections that were decided before pass. */
function translate(chains: readonly HookedChain[], flow: Flow, hook: HookName, node: NodeState): Ended[] {
  const { connection } = flow
  if (!connection.tracked || (isBeforeRouting(hook) ? connection.destinationDone : connection.sourceDone)) {
    return [{ flow, end: { kind: 'accept' } }]
  }
  return inAnyOrder(chains, flow, node)
}

/** The first chain that drops or translates decides; one that accepts without leaves it to the next. */
function inOrder(chains: readonly HookedChain[], flow: Flow, node: NodeState): Ended[] {
  let open: Ended[] = [{ flow, end: { kind: 'accept' } }]
  for (const chain of chains) {
    open = open.flatMap((one) => (one.end.kind === 'accept' ? walkChain(chain, one.flow, node) : [one]))
  }
  return open
}

/** Where the order matters, the outcome rests on it; where nothing tells the order, the outcome is not known. */
function inAnyOrder(chains: readonly HookedChain[], flow: Flow, node: NodeState): Ended[] {
  const ties = chains.filter((chain) => chains.some((other) => isTie(chain, other)))
  if (ties.length === 0) return inOrder(chains, flow, node)
  const orders = chains.map((first) =>
    [first, ...chains.filter((chain) => chain !== first)].sort((a, b) => a.priority - b.priority),
  )
  const [result = [], ...others] = orders.map((order) => inOrder(order, split(flow, 1), node))
  if (others.every((other) => signature(other) === signature(result))) return result
  if (ties.some(({ table }) => table.order === undefined)) return [{ flow, end: ambiguous(ties, result, flow) }]
  for (const one of result)
    one.flow.assumption = `it assumes that ${namesOf(ties)} were made in the order of nft’s list`
  return result
}

const signature = (ended: readonly Ended[]): string => {
  const shares = new Map<string, number>()
  for (const { end, flow } of ended) {
    // after POSTROUTING and INPUT nothing reads the mark any more
    const mark = flow.hook === 'PREROUTING' || flow.hook === 'OUTPUT' ? flow.mark : 0
    const key = [end.kind, flow.destination, flow.port, flow.source, mark].join(' ')
    shares.set(key, (shares.get(key) ?? 0) + flow.share)
  }
  return [...shares]
    .map(([key, share]) => `${key} ${share.toFixed(6)}`)
    .sort()
    .join('\n')
}

const namesOf = (chains: readonly HookedChain[]): string =>
  chains.map(({ chain, table }) => `${table.tool}’s ${table.family} ${table.name} ${chain.name}`).join(' and ')

function ambiguous(chains: readonly HookedChain[], result: readonly Ended[], flow: Flow): Stopped['end'] {
  const why = `${namesOf(chains)} have the same priority and different effects; the dump does not tell which the kernel runs first`
  const step = result[0]?.flow.trail?.step ?? {
    node: flow.node,
    hook: flow.hook,
    table: 'nat',
    chain: '',
    action: 'unknown',
    text: '',
  }
  return { kind: 'unknown', why, step }
}
