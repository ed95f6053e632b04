/** What a node has that its kube-proxy does not need any more, how it is taken away, and what is left there because somebody may need it. */
import { bridgesIn } from '../../answer/bridge.ts'
import { groupBy } from '../../answer/fold.ts'
import type { Scene } from '../../answer/scene.ts'
import type { SeenNode } from '../../answer/status/node.ts'
import type { ProgrammedMode } from '../../answer/status/programmed.ts'
import type { Rule, Ruleset, Table } from '../../ruleset/ruleset.ts'
import { removalScript } from '../bridge/script.ts'
import { chainsLeft, restoreScript } from './chains.ts'
import type { ChainsLeft } from './chains.ts'
import { counted } from '../../answer/status/programmed.ts'
import { flavourOf, modeOf } from './flavour.ts'
import type { Flavour } from './flavour.ts'
import { ipvsLeft } from './ipvs.ts'
import { Lines } from './lines.ts'
import type { Line } from './lines.ts'
import { chainModes } from './names.ts'
import type { ChainMode } from './names.ts'

/** A command that changes the node: the first of these programs that it has. */
export interface Command {
  readonly words: readonly (readonly string[])[]
  readonly stdin?: string
}

interface What {
  /** `3 chains of iptables-legacy`. */
  readonly what: string
  /** Who left it. */
  readonly mode: ChainMode | ProgrammedMode | 'kpx' | 'other iptables'
  readonly lines: readonly Line[]
}

/** `kube-proxy`: by what it does itself with --cleanup, which takes away the rules of every mode. */
export type Removal = What &
  ({ readonly by: 'commands'; readonly commands: readonly Command[] } | { readonly by: 'kube-proxy' })

/** What is left as it is, though the mode does not need it. */
export interface Stays {
  readonly what: string
  readonly why: string
  readonly line: Line | undefined
}

export interface NodePlan {
  readonly node: string
  /** Why nothing of it is judged; undefined where all is. */
  readonly blind: string | undefined
  readonly removals: readonly Removal[]
  readonly stays: readonly Stays[]
}

export function planFor(seen: SeenNode, scene: Scene): NodePlan {
  const { node } = seen.status
  const blind = whyNot(seen)
  if (blind !== undefined || !seen.ruleset) return { node, blind: blind ?? '', removals: [], stays: [] }
  const lines = new Lines(scene.capture, node)
  const flavour = flavourOf(seen, scene)
  const { chains, stays } = chainsOf(seen.ruleset, seen, flavour)
  const ipvs = ipvsLeft(seen, scene, () => rulesBeside(seen.ruleset, chains))
  return {
    node,
    blind: undefined,
    removals: [
      ...ipvs.removals.filter(({ by }) => by === 'kube-proxy'),
      ...restores(chains, flavour, lines),
      ...nftTables(seen),
      ...ipvs.removals.filter(({ by }) => by === 'commands'),
      ...bridges(seen.ruleset),
    ],
    stays: [...stays, ...ipvs.stays],
  }
}

const known = ['iptables', 'ipvs', 'nftables']

/** What a kube-proxy needs that does not run, or has not programmed the node, nobody can say. */
function whyNot({ ruleset, status: { programmed, ready, running } }: SeenNode): string | undefined {
  if (!ruleset || programmed === null) return 'its rules cannot be seen'
  if (running === null) return 'its kube-proxy does not say in which mode it runs'
  if (!known.includes(running)) return `its kube-proxy runs in ${running} mode, and kpx does not know what that needs`
  if (!ready) return 'its kube-proxy is not ready'
  const isUnseen = running === 'ipvs' && ruleset.virtualServers === undefined
  if (isUnseen || programmed.some((mode) => mode === running)) return undefined
  return `its kube-proxy runs in ${running} mode, and there are no rules of that mode`
}

function chainsOf(
  { tables }: Ruleset,
  seen: SeenNode,
  flavour: Flavour | undefined,
): { readonly chains: readonly ChainsLeft[]; readonly stays: readonly Stays[] } {
  const { kubelet, running } = seen.status
  const chains: ChainsLeft[] = []
  const stays: Stays[] = []
  for (const table of tables) {
    if (
      table.name === 'kube-proxy' ||
      ![...table.chains.keys()].some((name) => chainModes(table.name, name).length > 0)
    )
      continue
    const mode = modeOf(table, running, flavour)
    const left = chainsLeft(table, mode === 'unknown' ? undefined : mode, kubelet)
    if (left.chains.length + left.jumps.length + left.used.length === 0) continue
    const why = mode === 'unknown' ? unknownFlavour : unwritable(table)
    if (why !== undefined) stays.push({ what: whatOf([left]), why, line: undefined })
    else {
      chains.push(left)
      stays.push(...usedChains(left))
    }
  }
  return { chains: chains.filter((one) => one.chains.length + one.jumps.length > 0), stays }
}

const unknownFlavour =
  'there are rules of iptables-nft and of iptables-legacy, and which of them kube-proxy uses is not known'

/** A table whose rules iptables-restore could not name, or of which some may be missing. */
function unwritable({ at, chains, tool }: Table): string | undefined {
  if (tool === 'nft' || !at.file.includes('tables-'))
    return 'nft has written into that table, so that iptables does not show all of it'
  return [...chains.values()].some(({ cut }) => cut) ? `${at.file} is cut` : undefined
}

function usedChains({ used }: ChainsLeft): Stays[] {
  const byRule = new Map<Rule, string[]>()
  for (const { by, chain } of used) byRule.set(by, [...(byRule.get(by) ?? []), chain])
  return Array.from(byRule, ([rule, [first = '', ...more]]) => ({
    what: `chain ${first}${more.length === 0 ? '' : ` and ${more.length} more that it needs`}`,
    why: 'a rule that is not of kube-proxy jumps to it',
    line: { ...rule.at, text: rule.text },
  }))
}

/** The rules that no removal is about. */
function* rulesBeside(ruleset: Ruleset | undefined, all: readonly ChainsLeft[]): Iterable<Rule> {
  for (const table of ruleset?.tables ?? []) {
    const left = all.find((one) => one.table === table)
    const going = new Set(left?.chains)
    const jumps = new Set(left?.jumps)
    for (const { name, rules } of table.chains.values()) {
      if (going.has(name)) continue
      for (const rule of rules) if (!jumps.has(rule)) yield rule
    }
  }
}

const modeAmong = (own: readonly ChainsLeft[]): ChainMode => own.flatMap(({ modes }) => modes)[0] ?? 'iptables'

const commandOf = { ip: 'iptables', ip6: 'ip6tables' } as const

/** One for each dump: iptables-restore makes each table's change at once or not at all. */
function restores(chains: readonly ChainsLeft[], flavour: Flavour | undefined, lines: Lines): Removal[] {
  const dumps = groupBy(chains, ({ table: { family, tool } }) => `${family} ${tool}`)
  return [...dumps.values()].map((own): Removal => {
    const [{ table } = {}] = own
    const program = commandOf[table?.family === 'ip6' ? 'ip6' : 'ip']
    const named = table?.tool === 'iptables-legacy' ? 'legacy' : 'nft'
    const words = [`${program}-${named}-restore`, `${program}-restore`].map((name) => [name, '--noflush', '--wait=5'])
    return {
      what: whatOf(own),
      mode: flavour === undefined || table?.tool === flavour ? modeAmong(own) : 'other iptables',
      lines: own.flatMap((one) => linesOf(one, lines)),
      by: 'commands',
      commands: [{ words, stdin: restoreScript(own) }],
    }
  })
}

function whatOf(own: readonly ChainsLeft[]): string {
  const [first] = own
  const [chains, jumps] = [own.flatMap((one) => one.chains).length, own.flatMap((one) => one.jumps).length]
  const parts = [...(chains > 0 ? [counted(chains, 'chain')] : []), ...(jumps > 0 ? [counted(jumps, 'jump')] : [])]
  return `${parts.join(' and ')} of ${first?.table.tool ?? ''} (${first?.table.family === 'ip6' ? 'IPv6' : 'IPv4'})`
}

const linesOf = ({ chains, jumps, table }: ChainsLeft, lines: Lines): Line[] => {
  const own = chains.flatMap((name) => table.chains.get(name) ?? [])
  return [
    ...own.map(({ at }) => at),
    ...jumps.map(({ at }) => at),
    ...own.flatMap(({ rules }) => rules.map(({ at }) => at)),
  ].map((at) => lines.at(at))
}

/** All of the table goes with it. */
const headLine = ({ at, family, name }: Table): Line => ({ ...at, text: `table ${family} ${name}` })

/** It has one of each family, and none of inet. */
const isKubeProxys = ({ family, name, tool }: Table): boolean =>
  tool === 'nft' && name === 'kube-proxy' && (family === 'ip' || family === 'ip6')

function nftTables({ ruleset, status: { running } }: SeenNode): Removal[] {
  if (running === 'nftables') return []
  const own = ruleset?.tables.filter(isKubeProxys) ?? []
  if (own.length === 0) return []
  const script = own.map(({ family }) => `delete table ${family} kube-proxy`).join('\n')
  return [
    {
      what: `nft table ${own.map(({ family }) => `${family} kube-proxy`).join(' and ')}`,
      mode: 'nftables',
      lines: own.map(headLine),
      by: 'commands',
      commands: [{ words: [['nft', script]] }],
    },
  ]
}

function bridges(ruleset: Ruleset): Removal[] {
  const own = bridgesIn(ruleset)
  if (own.length === 0) return []
  return [
    {
      what: `nft table ${own.map(({ family, name }) => `${family} ${name}`).join(' and ')}`,
      mode: 'kpx',
      lines: own.map(headLine),
      by: 'commands',
      commands: [{ words: [['nft', removalScript]] }],
    },
  ]
}
