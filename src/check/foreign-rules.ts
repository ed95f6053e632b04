/** Rules of others in iptables' tables: chains that kube-proxy and the kubelet do not make. */
import type { Rule, Table } from '../ruleset/ruleset.ts'
import type { CheckedNode } from './subject.ts'

export interface ForeignRule {
  readonly table: Table
  readonly chain: string
  readonly rule: Rule
}

/** Of base chains all rules, kube-proxy's own jumps among them; chains of Services, of which there may be 100,000, are not made. */
export const rulesOutside = ({ seen: { ruleset } }: CheckedNode): ForeignRule[] =>
  (ruleset?.tables ?? [])
    .filter(({ tool }) => tool !== 'nft')
    .flatMap((table) =>
      [...table.chains.keys()]
        .filter((name) => !name.startsWith('KUBE-'))
        .flatMap((chain) => (table.chains.get(chain)?.rules ?? []).map((rule) => ({ table, chain, rule }))),
    )
