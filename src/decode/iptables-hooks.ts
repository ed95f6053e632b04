/**
 * Where the kernel attaches the built-in chains of the iptables tables. Priorities: enum nf_ip_hook_priorities
 * (linux/netfilter_ipv4.h); mangle OUTPUT routes again after a change (iptable_mangle.c, and type route in nft).
 */
import type { BaseHook, HookName, Table } from '../ruleset/ruleset.ts'

const hooks: Readonly<Record<string, HookName>> = {
  PREROUTING: 'prerouting',
  INPUT: 'input',
  FORWARD: 'forward',
  OUTPUT: 'output',
  POSTROUTING: 'postrouting',
}

const priorities: Readonly<Record<string, Readonly<Partial<Record<HookName, number>>>>> = {
  raw: { prerouting: -300, output: -300 },
  mangle: { prerouting: -150, input: -150, forward: -150, output: -150, postrouting: -150 },
  nat: { prerouting: -100, input: 100, output: -100, postrouting: 100 },
  filter: { input: 0, forward: 0, output: 0 },
  security: { input: 50, forward: 50, output: 50 },
}

/** What iptables-nft takes for NF_IP_PRI_SECURITY (iptables 1.8, iptables/nft.c). */
export const securityOfNft = 150

/** The hook of a built-in chain as the tool attaches it; `undefined` where the kernel has none of that name. */
export function builtInHook(table: string, chain: string, tool: Table['tool']): Omit<BaseHook, 'policy'> | undefined {
  const hook = Object.hasOwn(hooks, chain) ? hooks[chain] : undefined
  if (hook === undefined || !Object.hasOwn(priorities, table)) return undefined
  const priority = priorities[table]?.[hook]
  if (priority === undefined) return undefined
  const isMoved = table === 'security' && tool !== 'iptables-legacy'
  return { type: hookType(table, hook), hook, priority: isMoved ? securityOfNft : priority }
}

function hookType(table: string, hook: HookName): BaseHook['type'] {
  if (table === 'nat') return 'nat'
  return table === 'mangle' && hook === 'output' ? 'route' : 'filter'
}
