/** What a table of iptables has of modes that do not use it: the chains that go, the jumps to them, and the chains that others use. */
import type { Rule, Table } from '../../ruleset/ruleset.ts'
import { valueOf } from '../../ruleset/iptables.ts'
import { chainModes, isOfKubelet, jumpModes, masquerading } from './names.ts'
import type { ChainMode } from './names.ts'

export interface ChainsLeft {
  readonly table: Table
  /** Names. */
  readonly chains: readonly string[]
  /** Rules of chains that stay. */
  readonly jumps: readonly Rule[]
  readonly modes: readonly ChainMode[]
  /** Chains that a rule of another program uses. */
  readonly used: readonly Used[]
}

interface Used {
  readonly chain: string
  readonly by: Rule
}

/** `mode` is the one that uses the table; undefined where none does. `kubelet` is its version. */
export function chainsLeft(table: Table, mode: ChainMode | undefined, kubelet: string | null): ChainsLeft {
  const left = new Left(table, mode)
  for (const name of table.chains.keys()) {
    const modes = chainModes(table.name, name)
    const isNeeded = modes.length === 0 || modes.some((one) => one === mode) || isOfKubelet(table.name, name, kubelet)
    if (!isNeeded) left.going.add(name)
  }
  left.readOthers()
  const { going, jumps, used } = left
  const chains = [...going].filter((name) => !used.has(name))
  return {
    table,
    chains,
    // what is marked for masquerading must come there
    jumps: jumps.filter((rule) => !used.has(masquerading.by) || !targetsIn(rule).includes(masquerading.by)),
    modes: [...new Set(chains.flatMap((name) => chainModes(table.name, name)))],
    used: Array.from(used, ([chain, by]) => ({ chain, by })),
  }
}

class Left {
  readonly going = new Set<string>()
  readonly jumps: Rule[] = []
  readonly used = new Map<string, Rule>()
  readonly #table: Table
  readonly #mode: ChainMode | undefined

  constructor(table: Table, mode: ChainMode | undefined) {
    this.#table = table
    this.#mode = mode
  }

  /** The rules of chains that stay. */
  readOthers(): void {
    for (const { base, name, rules } of this.#table.chains.values()) {
      if (this.going.has(name)) continue
      for (const rule of rules) {
        if (!rule.text.includes('KUBE-')) continue
        const modes = base ? ownJump(rule) : []
        if (modes.length > 0 && this.#isNeedless(rule, modes)) this.jumps.push(rule)
        else if (modes.length === 0) this.#keepFor(rule, rule)
      }
    }
  }

  /** To a chain that goes; or as another mode jumps to a chain that both have. */
  #isNeedless(rule: Rule, modes: readonly ChainMode[]): boolean {
    const isOther = this.#mode !== undefined && !modes.includes(this.#mode)
    return isOther || targetsIn(rule).some((target) => this.going.has(target))
  }

  #keepFor(rule: Rule, by: Rule): void {
    for (const chain of targetsIn(rule)) this.#keep(chain, by)
  }

  /** With all that it leads to. */
  #keep(chain: string, by: Rule): void {
    if (!this.going.has(chain) || this.used.has(chain)) return
    this.used.set(chain, by)
    for (const rule of this.#table.chains.get(chain)?.rules ?? []) this.#keepFor(rule, by)
    if (chain === masquerading.mark) this.#keep(masquerading.by, by)
  }
}

/** Of a rule that cannot be read, every chain that its text names. */
const targetsIn = ({ body, text }: Rule): readonly string[] => {
  if (body.tool === 'iptables') return body.target ? [body.target.name] : []
  return text.match(/KUBE-[\w-]+/g) ?? []
}

const jumpMatches = new Set(['addrtype', 'comment', 'conntrack', 'state'])

/** The modes that jump from a base chain with this rule; none where it is not kube-proxy's. */
function ownJump({ body }: Rule): readonly ChainMode[] {
  if (body.tool !== 'iptables' || body.general.length > 0) return []
  if (!body.matches.every(({ name }) => jumpMatches.has(name))) return []
  const comment = body.matches.flatMap(({ name, options }) =>
    name === 'comment' ? (valueOf(options, '--comment') ?? []) : [],
  )
  return jumpModes(comment.join())
}

/** For iptables-restore --noflush. */
export const restoreScript = (all: readonly ChainsLeft[]): string =>
  all
    .map(({ chains, jumps, table }) =>
      [
        `*${table.name}`,
        ...jumps.map(({ text }) => text.replace(/^(?:\[\d+:\d+\] )?-A /, '-D ')),
        // a chain is deleted when nothing jumps to it any more
        ...chains.map((name) => `-F ${name}`),
        ...chains.map((name) => `-X ${name}`),
        'COMMIT\n',
      ].join('\n'),
    )
    .join('')
