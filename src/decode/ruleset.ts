/** One node's Ruleset from its files, whichever of them there are. */
import { builtInHook } from './iptables-hooks.ts'
import { decodeIpSetSave } from './ipset-save.ts'
import { decodeIptablesSave } from './iptables-save.ts'
import type { DecodedIptables } from './iptables-save.ts'
import { decodeIpvsadmList, decodeIpvsadmSave } from './ipvsadm.ts'
import { decodeNftJson } from './nft/json.ts'
import { decodeNftText } from './nft/text.ts'
import { decodeNodeNetwork } from './node-network.ts'
import { decodeProcNetIpVs } from './proc-net-ip-vs.ts'
import { isUtf16 } from './sniff.ts'
import type { DecodedTables, ReadFile, SourceFile } from './source.ts'
import { decodeSysctl } from './sysctl.ts'
import type { At, Blind, Chain, Ruleset, Table } from '../ruleset/ruleset.ts'

export function decodeRuleset(given: ReadFile): Ruleset {
  const blind: Blind[] = []
  const read: ReadFile = (name) => {
    const source = given(name)
    if (!source || !isUtf16(source.text)) return source
    blind.push({ file: name, why: 'it is UTF-16 text, which no tool prints: convert it with iconv' })
    return undefined
  }
  const mode = readMode(read, blind)
  const { seen, tables } = decodeTables(read, mode, blind)
  return {
    tables,
    seen,
    mode,
    ipsets: decoded(read('ipset-save.txt'), (source) => decodeIpSetSave(source).ipsets),
    virtualServers: virtualServersOf(read),
    ...decodeNodeNetwork(read, blind),
    sysctls: decoded(read('sysctl.txt'), (source) => sysctlsIn(source, blind)) ?? new Map(),
    blind,
  }
}

/** All modes that kube-proxy ever had (ProxyMode, pkg/proxy/apis/config/types.go). */
const modes = new Set(['iptables', 'ipvs', 'kernelspace', 'nftables', 'userspace'])

/** What kube-proxy answered at /proxyMode. Another server there answers with a page, or not found. */
function readMode(read: ReadFile, blind: Blind[]): string | undefined {
  const source = read('proxyMode.txt')
  const mode = source?.text.slice(0, 100).trim()
  if (mode !== undefined && modes.has(mode)) return mode
  if (source && source.text.length > 0) blind.push({ file: source.name, why: 'it names no mode of kube-proxy' })
  return undefined
}

const decoded = <T>(source: SourceFile | undefined, decode: (source: SourceFile) => T): T | undefined =>
  source && decode(source)

/** ipvsadm tells more than /proc/net/ip_vs, which a node without ipvsadm still has; a whole file tells more than a cut one. */
function virtualServersOf(read: ReadFile): Ruleset['virtualServers'] {
  const dumps = [
    decoded(read('ipvsadm-save.txt'), decodeIpvsadmSave),
    decoded(read('ipvsadm-list.txt'), decodeIpvsadmList),
    decoded(read('proc-net-ip_vs.txt'), decodeProcNetIpVs),
  ].filter((dump) => dump !== undefined)
  const dump = dumps.find(({ lost }) => !lost) ?? dumps[0]
  return dump && { servers: dump.virtualServers, ...(dump.lost && { cut: dump.lost }) }
}

/** What a file lacks that was cut, it does not deny. */
function sysctlsIn(source: SourceFile, blind: Blind[]): Ruleset['sysctls'] {
  if (!source.text.endsWith('\n'))
    blind.push({ file: source.name, why: 'its last line does not end: keys may be missing' })
  return decodeSysctl(source).sysctls
}

interface Tables {
  readonly tables: readonly Table[]
  readonly seen: ReadonlySet<'ip' | 'ip6'>
}

const families = ['ip', 'ip6'] as const

/**
 * Whether nft's list alone has the rules for Services: it shows those of nftables mode and of iptables-nft, but nothing of
 * iptables-legacy, so that without either it tells nothing.
 */
const showsServices = (nft: DecodedTables, family: 'ip' | 'ip6', mode: string | undefined): boolean =>
  mode === 'nftables' ||
  nft.tables.some(({ name }) => name === 'kube-proxy') ||
  nft.tables.some((table) => table.family === family && table.name === 'nat' && table.tool === 'iptables-nft')

function decodeTables(read: ReadFile, mode: string | undefined, blind: Blind[]): Tables {
  const nft = decodeNft(read, blind)
  const saves = families.map((family) => decodeSaves(family, read, nft, blind))
  const seen = new Set(families.filter((_family, i) => saves[i]?.seen ?? false))
  if (nft) for (const family of families) if (showsServices(nft, family, mode)) seen.add(family)
  if (mode === 'nftables' && !nft) {
    seen.clear()
    blind.push({ file: 'nft-list-ruleset.txt', why: 'kube-proxy runs in nftables mode, whose rules are not recorded' })
  }
  sayTwice(
    saves.flatMap((save) => save.tables),
    blind,
  )
  const own = nft?.tables.filter((table) => !saves.some(({ replaces }) => replaces(table))) ?? []
  const orders = new Map(nft?.tables.map((table, order) => [keyOf(table), order]))
  const tables = [...saves.flatMap((save) => save.tables), ...own].map((table) => ordered(table, orders))
  return { tables, seen }
}

/** No kernel has two tables of one tool, family and name. */
function sayTwice(tables: readonly Table[], blind: Blind[]): void {
  const first = new Map<string, Table>()
  for (const table of tables) {
    const key = `${table.tool} ${keyOf(table)}`
    const other = first.get(key)
    if (!other) first.set(key, table)
    else if (other.at.file !== table.at.file) {
      const why = `it has table ${keyOf(table)}, which ${other.at.file} has too: one of them has another’s name`
      blind.push({ file: table.at.file, why })
    }
  }
}

const keyOf = ({ family, name }: Table): string => `${family} ${name}`

function ordered(table: Table, orders: ReadonlyMap<string, number>): Table {
  const order = table.tool === 'iptables-legacy' ? undefined : orders.get(keyOf(table))
  return order === undefined ? table : { ...table, order }
}

/** The text has line numbers to show; JSON does where text is missing, cut or no dump. */
function decodeNft(read: ReadFile, blind: Blind[]): DecodedTables | undefined {
  const readings = [
    decoded(read('nft-list-ruleset.txt'), (source) => ({ source, dump: decodeNftText(source) })),
    // nft -j always prints its own version
    decoded(nonEmpty(read('nft-list-ruleset.json')), (source) => ({ source, dump: decodeNftJson(source) })),
  ].filter((reading) => reading !== undefined)
  const usable = readings.filter(({ dump, source }) => !isJunk(dump, source))
  for (const { source } of readings.filter((reading) => !usable.includes(reading))) {
    blind.push({ file: source.name, why: 'it is no output of nft list ruleset' })
  }
  const whole = usable.filter(({ dump }) => !dump.cut)
  const best = whole.find(({ source }) => source.text.length > 0) ?? whole[0] ?? usable[0]
  if (!best?.dump.cut) return best?.dump
  const { cut, tables } = best.dump
  blind.push({ file: best.source.name, why: `it is cut at line ${cut.line}` })
  return { ...best.dump, tables: [...tables, ...families.map((family) => tableBehind(family, cut))] }
}

const nonEmpty = (source: SourceFile | undefined): SourceFile | undefined =>
  source && source.text.length > 0 ? source : undefined

/** What an nft list may have had behind the place where it is cut: chains in every hook. */
function tableBehind(family: 'ip' | 'ip6', cut: At): Table {
  const at = { file: cut.file, line: cut.line }
  const chains = ['filter', 'nat'].flatMap((table) =>
    [...unknownChains(table, at).values()].map((chain): [string, Chain] => [`${table} ${chain.name}`, chain]),
  )
  const name = '(cut)'
  return { family, name, tool: 'nft', at, chains: new Map(chains), sets: new Map(), search: () => [] }
}

/** Bytes without one table in them, of which some line is not understood. */
const isJunk = (dump: DecodedTables, source: SourceFile): boolean =>
  dump.tables.length === 0 && source.text.length > 0 && (dump.cut !== undefined || dump.report().unknown.length > 0)

interface Saves {
  readonly tables: readonly Table[]
  readonly seen: boolean
  /** Whether the dump of iptables-save stands for this table of nft's, of which nft shows an incomplete translation. */
  readonly replaces: (table: Table) => boolean
}

function decodeSaves(family: 'ip' | 'ip6', read: ReadFile, nft: DecodedTables | undefined, blind: Blind[]): Saves {
  const saves = (['iptables-nft', 'iptables-legacy'] as const).flatMap((tool) => {
    const source = read(`${family}tables-${tool === 'iptables-nft' ? '' : 'legacy-'}save.txt`)
    if (!source) return []
    const dump = decodeIptablesSave(source, family, tool)
    if (!isJunk(dump, source)) return [dump]
    blind.push({ file: source.name, why: `it is no output of ${family}tables-save` })
    return []
  })
  const incompatible = new Set(saves.flatMap((save) => save.incompatible.map(({ name }) => name)))
  const fromNft = (name: string) => nft?.tables.some((table) => table.family === family && table.name === name) === true
  for (const name of incompatible) {
    if (!fromNft(name)) blind.push({ file: `${family}tables-save.txt`, why: `it does not show table ${name}` })
  }
  const tables = saves.flatMap((save) => [
    ...save.tables.map((table) => withLostChains(table, save)),
    ...tablesBehind(save, family, fromNft, blind),
  ])
  const whole = saves.some((save) => !save.cut && save.tables.some(isIptablesNft))
  return {
    tables,
    // an empty dump is believed where nft shows nothing of iptables either
    seen: saves.length > 0 && (tables.length > 0 || nft !== undefined) && [...incompatible].every(fromNft),
    replaces: (table) =>
      table.family === family &&
      isIptablesNft(table) &&
      !incompatible.has(table.name) &&
      // a cut or empty dump, or one of iptables-legacy, does not speak against what nft shows
      (whole || tables.some((one) => isIptablesNft(one) && one.name === table.name)),
  }
}

const isIptablesNft = ({ tool }: Table): boolean => tool === 'iptables-nft'

/** The tables that kube-proxy writes, of a dump that ends before them: what is in them is not known. */
function tablesBehind(
  { cut, tables }: DecodedIptables,
  family: 'ip' | 'ip6',
  fromNft: (name: string) => boolean,
  blind: Blind[],
): Table[] {
  if (!cut) return []
  blind.push({ file: cut.file, why: `it is cut at line ${cut.line}` })
  const missing = ['mangle', 'filter', 'nat'].filter((name) => !tables.some((table) => table.name === name))
  return missing.filter((name) => !fromNft(name)).map((name) => unknownTable(name, family, cut))
}

const unknownTable = (name: string, family: 'ip' | 'ip6', at: At): Table => ({
  family,
  name,
  tool: 'iptables-nft',
  at,
  chains: unknownChains(name, at),
  sets: new Map(),
  search: () => [],
})

/** The built-in chains of a table, of whose rules nothing is known. */
const unknownChains = (table: string, cut: At): Map<string, Chain> =>
  new Map(
    ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'].flatMap((name): [string, Chain][] => {
      const hook = builtInHook(table, name, 'iptables-nft')
      return hook ? [[name, { name, at: cut, base: { ...hook, policy: 'accept' }, rules: [], cut }]] : []
    }),
  )

/** A dump that ends among the declarations of a table's chains lacks the rest of them. */
function withLostChains(table: Table, { cut, tables }: DecodedIptables): Table {
  if (!cut || tables.at(-1) !== table) return table
  const chains = [...table.chains.values()]
  if (chains.length > 0 && !chains.some((chain) => chain.cut)) return table
  return { ...table, chains: new Map([...unknownChains(table.name, cut), ...table.chains]) }
}
