/** A node as the evaluator sees it: its Ruleset, and what is worked out once from it. */
import type { Ip } from '../ruleset/address.ts'
import type { Chain, HookName, Ruleset, Table } from '../ruleset/ruleset.ts'
import { type RouteTable, routeTable } from './route.ts'

export interface HookedChain {
  readonly table: Table
  readonly chain: Chain
  readonly priority: number
}

export interface NodeState {
  readonly name: string
  readonly ruleset: Ruleset
  readonly routes: RouteTable
  /** Base chains of one hook in the kernel's order; for packets of `family` ip or ip6. */
  hooked(family: 'ip' | 'ip6', hook: HookName): readonly HookedChain[]
}

/** `addresses` are the node's own as the API tells them, used where the recording has none. */
export function nodeState(name: string, ruleset: Ruleset, addresses: readonly Ip[]): NodeState {
  const hooks = new Map<string, readonly HookedChain[]>()
  return {
    name,
    ruleset,
    routes: routeTable(ruleset, addresses),
    hooked(family, hook) {
      const key = `${family} ${hook}`
      let chains = hooks.get(key)
      if (!chains) hooks.set(key, (chains = hookedChains(ruleset, family, hook)))
      return chains
    },
  }
}

function hookedChains(ruleset: Ruleset, family: 'ip' | 'ip6', hook: HookName): HookedChain[] {
  const found: HookedChain[] = []
  for (const table of ruleset.tables) {
    const atDevice = table.family === 'netdev' && (hook === 'ingress' || hook === 'egress')
    if (table.family !== family && table.family !== 'inet' && !atDevice) continue
    for (const chain of table.chains.values()) {
      if (chain.base?.hook === hook) found.push({ table, chain, priority: chain.base.priority })
    }
  }
  return found.reverse().sort((a, b) => a.priority - b.priority || (b.table.order ?? -1) - (a.table.order ?? -1))
}

/**
 * Of chains with equal priority the one that was registered last runs first (nf_hook_entries_grow(), net/netfilter/core.c). A base
 * chain is registered when it is made: mostly with its table, but iptables-nft makes each when it is first used.
 */
export const isTie = (a: HookedChain, b: HookedChain): boolean => a.priority === b.priority && a.table !== b.table
