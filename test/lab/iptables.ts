/** Tables of iptables by chance: kube-proxy's rules, or an ordinary firewall's, or both. As lines for iptables-restore. */
import { addServices } from './iptables-services.ts'
import { matchesBy } from './iptables-match.ts'
import type { Hook, Place } from './iptables-match.ts'
import { targetBy } from './iptables-target.ts'
import type { IpSets } from './ipsets.ts'
import type { Service } from './services.ts'
import type { Words } from './words.ts'

export const builtIn = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
} as const satisfies Record<string, readonly Hook[]>

export type TableName = keyof typeof builtIn

class Table {
  readonly policies = new Map<string, string>()
  readonly #chains = new Map<string, string[]>()

  /** The rules of a chain, which is made where it is missing. */
  chain(name: string): string[] {
    const known = this.#chains.get(name)
    if (known) return known
    const made: string[] = []
    this.#chains.set(name, made)
    return made
  }

  has(name: string): boolean {
    return this.#chains.has(name)
  }

  lines(name: TableName): string[] {
    const own: readonly string[] = builtIn[name]
    const chains = [...new Set([...own, ...this.#chains.keys()])]
    return [
      `*${name}`,
      ...chains.map((chain) => `:${chain} ${own.includes(chain) ? (this.policies.get(chain) ?? 'ACCEPT') : '-'} [0:0]`),
      ...chains.flatMap((chain) => (this.#chains.get(chain) ?? []).map((rule) => `-A ${chain} ${rule}`)),
      'COMMIT',
    ]
  }
}

export class Tables {
  readonly #tables = new Map<TableName, Table>()

  table(name: TableName): Table {
    const known = this.#tables.get(name)
    if (known) return known
    const made = new Table()
    this.#tables.set(name, made)
    return made
  }

  lines(): string[] {
    return [...this.#tables].flatMap(([name, table]) => table.lines(name))
  }
}

export function iptablesBy(words: Words, services: readonly Service[], sets: IpSets): Tables {
  const tables = new Tables()
  const share = words.pick([0, 30, 70])
  if (words.percent(50)) addFirewall(tables, words, sets, share)
  if (words.percent(70) || share === 0) addServices(tables, services, words)
  if (words.percent(50)) addFirewall(tables, words, sets, share)
  if (tables.lines().length === 0) addServices(tables, services, words)
  addPolicies(tables, words)
  return tables
}

function addFirewall(tables: Tables, words: Words, sets: IpSets, share: number): void {
  for (const [name, hooks] of Object.entries(builtIn) as [TableName, readonly Hook[]][]) {
    if (!words.percent(name === 'security' ? share / 5 : share)) continue
    for (const hook of hooks) {
      if (words.percent(60)) addRules(tables, { table: name, hook, builtIn: true }, hook, words, sets)
    }
  }
}

/** Rules of a chain, and now and then chains that they jump to: each for one hook, and never back. */
function addRules(tables: Tables, place: Place, chain: string, words: Words, sets: IpSets, depth = 0): void {
  const table = tables.table(place.table as TableName)
  for (let i = 1 + words.below(3); i > 0; i--) {
    if (depth > 1 || !words.percent(25)) {
      const { only, text } = targetBy(words, place)
      const matches = matchesBy(words, place, sets, 3).filter(
        (match) => only === undefined || !/(?:^| )-p /.test(match),
      )
      table.chain(chain).push([...(only === undefined ? [] : [only]), ...matches, text].join(' '))
      continue
    }
    const target = `${chain}-${words.below(3)}`
    const isKnown = table.has(target)
    const matches = matchesBy(words, place, sets, 2)
    table.chain(chain).push([...matches, `${words.percent(25) ? '-g' : '-j'} ${target}`].join(' '))
    if (!isKnown) addRules(tables, { ...place, builtIn: false }, target, words, sets, depth + 1)
  }
}

/** Answers of the node itself must get out where nothing else does. */
function addPolicies(tables: Tables, words: Words): void {
  if (!words.percent(25)) return
  const filter = tables.table('filter')
  const hook = words.pick(builtIn.filter)
  filter.policies.set(hook, 'DROP')
  if (hook !== 'OUTPUT') return
  const icmp = words.family === 'ip' ? 'icmp' : 'ipv6-icmp'
  filter.chain('OUTPUT').unshift(`-p ${icmp} -j ACCEPT`, '-p tcp -m tcp --tcp-flags RST RST -j ACCEPT')
}
