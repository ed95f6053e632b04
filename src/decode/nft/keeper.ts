/** Which tool keeps a table of nf_tables. iptables-nft's tables look like nft's, but their rules are xtables rules. */
import { securityOfNft } from '../iptables-hooks.ts'
import type { BaseHook, Chain, Table, TableFamily } from '../../ruleset/ruleset.ts'

/** The chains that iptables attaches in each table, with hook and priority (iptables 1.8.9, iptables/nft.c: xtables_ipv4). */
type Attachment = readonly [BaseHook['hook'], number]

const builtinChains: ReadonlyMap<string, Readonly<Record<string, Attachment>>> = new Map(
  Object.entries<Readonly<Record<string, Attachment>>>({
    filter: { FORWARD: ['forward', 0], INPUT: ['input', 0], OUTPUT: ['output', 0] },
    mangle: {
      FORWARD: ['forward', -150],
      INPUT: ['input', -150],
      OUTPUT: ['output', -150],
      POSTROUTING: ['postrouting', -150],
      PREROUTING: ['prerouting', -150],
    },
    nat: {
      INPUT: ['input', 100],
      OUTPUT: ['output', -100],
      POSTROUTING: ['postrouting', 100],
      PREROUTING: ['prerouting', -100],
    },
    raw: { OUTPUT: ['output', -300], PREROUTING: ['prerouting', -300] },
    security: {
      FORWARD: ['forward', securityOfNft],
      INPUT: ['input', securityOfNft],
      OUTPUT: ['output', securityOfNft],
    },
  }),
)

/**
 * nft >= 1.0.7 says it in a warning. Without one: a table of iptables' name and family whose base chains are all iptables' own, or
 * which has no base chain and only chains in iptables' customary capitals.
 */
export function keeperOf(
  family: TableFamily,
  name: string,
  chains: Iterable<Pick<Chain, 'base' | 'name'>>,
  warned: boolean,
): Table['tool'] {
  const builtin = family === 'ip' || family === 'ip6' ? builtinChains.get(name) : undefined
  if (warned) return 'iptables-nft'
  if (!builtin) return 'nft'
  const all = [...chains]
  const bases = all.flatMap(({ base, name: chain }) => (base ? [{ base, chain }] : []))
  if (bases.length === 0) return all.length > 0 && all.every(isXtablesName) ? 'iptables-nft' : 'nft'
  const ours = bases.every(({ base, chain }) => {
    const [hook, priority] = Object.hasOwn(builtin, chain) ? (builtin[chain] ?? []) : []
    return base.hook === hook && base.priority === priority
  })
  return ours ? 'iptables-nft' : 'nft'
}

const isXtablesName = ({ name }: Pick<Chain, 'name'>): boolean =>
  name === name.toUpperCase() || name.startsWith('KUBE-') || name.startsWith('cali-')
