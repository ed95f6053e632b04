/** What stands for tables of which it is known that they may be there, and nothing of what is in them. */
import type { At, Chain, Table } from '../ruleset/ruleset.ts'
import { builtInHook } from './iptables-hooks.ts'

/** A table of iptables-nft, of which the dump does not tell. */
export const unknownTable = (name: string, family: 'ip' | 'ip6', at: At): Table => ({
  family,
  name,
  tool: 'iptables-nft',
  at,
  chains: unknownChains(name, at),
  sets: new Map(),
  search: () => [],
})

/** The built-in chains of a table, of whose rules nothing is known. */
export const unknownChains = (table: string, cut: At): Map<string, Chain> =>
  new Map(
    ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'].flatMap((name): [string, Chain][] => {
      const hook = builtInHook(table, name, 'iptables-nft')
      return hook ? [[name, { name, at: cut, base: { ...hook, policy: 'accept' }, rules: [], cut }]] : []
    }),
  )

/** What nft's tables that a list lacks may have: chains in every hook. */
export const unlistedTables = ({ file, line }: At): Table[] =>
  (['ip', 'ip6'] as const).map((family) => {
    const at = { file, line }
    const chains = ['filter', 'nat'].flatMap((table) =>
      [...unknownChains(table, at).values()].map((chain): [string, Chain] => [`${table} ${chain.name}`, chain]),
    )
    return { family, name: '(cut)', tool: 'nft', at, chains: new Map(chains), sets: new Map(), search: () => [] }
  })
