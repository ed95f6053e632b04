/** A node as the evaluator sees it: its Ruleset, and what is worked out once from it. */
import { Recent } from '../recent.ts'
import type { Ip } from '../ruleset/address.ts'
import type { Chain, HookName, Ruleset, Table } from '../ruleset/ruleset.ts'
import { CompiledChain } from './compiled-chain.ts'
import { type RouteTable, routeTable } from './route.ts'

export interface HookedChain {
  readonly table: Table
  readonly chain: Chain
  readonly priority: number
}

/** Chains that run at one point of a hook. */
export interface Stage {
  readonly priority: number
  readonly nat: boolean
  readonly chains: readonly HookedChain[]
  /** Those among them whose order the kernel settles by when they were made. */
  readonly ties: readonly HookedChain[]
}

/** Rules that are kept as programs: the chains of most Services have far fewer, and those of a bigger one are made anew. */
const mostCompiled = 1_000

export class NodeState {
  readonly name: string
  readonly ruleset: Ruleset
  readonly routes: RouteTable
  #baseChains: readonly HookedChain[] | undefined
  readonly #stages = { ip: new Map<HookName, readonly Stage[]>(), ip6: new Map<HookName, readonly Stage[]>() }
  // an empty chain costs something too
  readonly #compiled = new Recent<Chain, CompiledChain>(mostCompiled, ({ length }) => length + 1)

  /** `addresses` are the node's own as the API tells them, used where the recording has none. */
  constructor(name: string, ruleset: Ruleset, addresses: readonly Ip[]) {
    this.name = name
    this.ruleset = ruleset
    this.routes = routeTable(ruleset, addresses)
  }

  /** The base chains of one hook that do anything, in the kernel's order; for packets of `family` ip or ip6. */
  stages(family: 'ip' | 'ip6', hook: HookName): readonly Stage[] {
    const known = this.#stages[family].get(hook)
    if (known) return known
    this.#baseChains ??= this.ruleset.tables.flatMap(baseChainsOf)
    const stages = stagesOf(hookedChains(this.#baseChains, family, hook), hook)
    this.#stages[family].set(hook, stages)
    return stages
  }

  compiled(table: Table, chain: Chain): CompiledChain {
    return this.#compiled.get(chain) ?? this.#compiled.add(chain, new CompiledChain(table, chain))
  }
}

/**
 * nf_nat registers its own hooks and runs every nat chain there, whatever the chain's priority, which only orders them
 * (nf_nat_inet_fn(), net/netfilter/nf_nat_core.c): NF_IP_PRI_NAT_DST and NF_IP_PRI_NAT_SRC.
 */
export const natPriority = {
  prerouting: -100,
  output: -100,
  postrouting: 100,
  input: 100,
  forward: 0,
  ingress: 0,
  egress: 0,
}

function stagesOf(chains: readonly HookedChain[], hook: HookName): Stage[] {
  const used = chains.filter(({ chain }) => chain.rules.length > 0 || chain.cut || chain.base?.policy === 'drop')
  const isNat = ({ chain }: HookedChain): boolean => chain.base?.type === 'nat'
  const others = byPriority(used.filter((one) => !isNat(one)))
  const stages = [...others].map(([priority, together]) => stageOf(priority, false, together))
  const nat = used.filter(isNat)
  if (nat.length > 0) stages.push(stageOf(natPriority[hook], true, nat))
  return stages.sort((a, b) => a.priority - b.priority)
}

const stageOf = (priority: number, nat: boolean, chains: readonly HookedChain[]): Stage => ({
  priority,
  nat,
  chains,
  ties: [...byPriority(chains).values()].filter(isTie).flat(),
})

function byPriority(chains: readonly HookedChain[]): Map<number, HookedChain[]> {
  const groups = new Map<number, HookedChain[]>()
  for (const chain of chains) {
    const group = groups.get(chain.priority)
    if (group) group.push(chain)
    else groups.set(chain.priority, [chain])
  }
  return groups
}

function baseChainsOf(table: Table): HookedChain[] {
  const found: HookedChain[] = []
  for (const chain of table.chains.bases ?? table.chains.values()) {
    if (chain.base) found.push({ table, chain, priority: chain.base.priority })
  }
  return found
}

function hookedChains(baseChains: readonly HookedChain[], family: 'ip' | 'ip6', hook: HookName): HookedChain[] {
  const isHere = ({ chain, table }: HookedChain): boolean => {
    const atDevice = table.family === 'netdev' && (hook === 'ingress' || hook === 'egress')
    return chain.base?.hook === hook && (table.family === family || table.family === 'inet' || atDevice)
  }
  return baseChains
    .filter(isHere)
    .reverse()
    .sort((a, b) => a.priority - b.priority || (b.table.order ?? -1) - (a.table.order ?? -1))
}

/**
 * Of chains with equal priority the one that was registered last runs first (nf_hook_entries_grow(), net/netfilter/core.c). A base
 * chain is registered when it is made: mostly with its table, but iptables-nft makes each when it is first used.
 */
const isTie = (chains: readonly HookedChain[]): boolean => chains.some(({ table }) => table !== chains[0]?.table)
