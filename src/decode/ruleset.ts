/** One node's Ruleset from its files, whichever of them there are. */
import { decodeIpSetSave } from './ipset-save.ts'
import { decodeIptablesSave } from './iptables-save.ts'
import type { DecodedIptables } from './iptables-save.ts'
import { decodeIpvsadmList, decodeIpvsadmSave } from './ipvsadm.ts'
import { decodeNftLists, isJunk } from './nft-lists.ts'
import type { NftLists } from './nft-lists.ts'
import { decodeNodeNetwork } from './node-network.ts'
import { decodeProcNetIpVs } from './proc-net-ip-vs.ts'
import { isUtf16 } from './sniff.ts'
import type { ReadFile, SourceFile } from './source.ts'
import { decodeSysctl } from './sysctl.ts'
import { unknownChains, unknownTable, unlistedTables } from './unknown-tables.ts'
import type { Blind, Ruleset, Table } from '../ruleset/ruleset.ts'

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
    sysctls: new Map(['sysctl.txt', 'sysctl-devices.txt'].flatMap((name) => sysctlsIn(read(name), blind))),
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
function sysctlsIn(source: SourceFile | undefined, blind: Blind[]): (readonly [string, string])[] {
  if (!source) return []
  if (source.text !== '' && !source.text.endsWith('\n'))
    blind.push({ file: source.name, why: 'its last line does not end: keys may be missing' })
  return [...decodeSysctl(source).sysctls]
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
const showsServices = (nft: NftLists, family: 'ip' | 'ip6', mode: string | undefined): boolean =>
  mode === 'nftables' ||
  nft.tables.some(({ name }) => name === 'kube-proxy') ||
  nft.tables.some((table) => table.family === family && table.name === 'nat' && table.tool === 'iptables-nft')

function decodeTables(read: ReadFile, mode: string | undefined, blind: Blind[]): Tables {
  const nft = decodeNftLists(read, blind)
  const saves = families.map((family) => decodeSaves(family, read, nft, blind))
  const seen = new Set(families.filter((_family, i) => saves[i]?.seen ?? false))
  if (nft) for (const family of families) if (showsServices(nft, family, mode)) seen.add(family)
  if (mode === 'nftables' && !nft) {
    seen.clear()
    blind.push({ file: 'nft-list-ruleset.txt', why: 'kube-proxy runs in nftables mode, whose rules are not recorded' })
  }
  const saved = saves.flatMap((save) => save.tables)
  sayTwice(saved, blind)
  const own = nft?.tables.filter((table) => !saves.some(({ replaces }) => replaces(table))) ?? []
  const orders = new Map(nft?.all.map((table, order) => [keyOf(table), order]))
  const tables = [...saved, ...own, ...unlisted(nft, saved, blind)].map((table) => ordered(table, orders))
  return { tables, seen }
}

/** Of tables that nft only names, and no other dump shows, there may be anything. */
function unlisted(nft: NftLists | undefined, saved: readonly Table[], blind: Blind[]): Table[] {
  const shown = new Set([...(nft?.tables ?? []), ...saved.filter(isIptablesNft)].map(keyOf))
  const [first, ...more] = nft?.all.filter((table) => !shown.has(keyOf(table))) ?? []
  if (!first) return []
  const names = [first, ...more].map(keyOf).join(', ')
  blind.push({ file: first.at.file, why: `it names tables of which no file has the rules: ${names}` })
  return unlistedTables(first.at)
}

/** No kernel has two tables of one tool, family and name. */
function sayTwice(tables: readonly Table[], blind: Blind[]): void {
  const first = new Map<string, Table>()
  for (const table of tables) {
    const key = `${table.tool} ${keyOf(table)}`
    const other = first.get(key)
    if (!other) first.set(key, table)
    else if (other.at.file !== table.at.file) {
      const why = `it has table ${keyOf(table)}, which ${other.at.file} has too: one of them has another's name`
      blind.push({ file: table.at.file, why })
    }
  }
}

const keyOf = ({ family, name }: Table): string => `${family} ${name}`

function ordered(table: Table, orders: ReadonlyMap<string, number>): Table {
  const order = table.tool === 'iptables-legacy' ? undefined : orders.get(keyOf(table))
  return order === undefined ? table : { ...table, order }
}

interface Saves {
  readonly tables: readonly Table[]
  readonly seen: boolean
  /** Whether the dump of iptables-save stands for this table of nft's, of which nft shows an incomplete translation. */
  readonly replaces: (table: Table) => boolean
}

function decodeSaves(family: 'ip' | 'ip6', read: ReadFile, nft: NftLists | undefined, blind: Blind[]): Saves {
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
  const misprinted = tablesWithSets(nft, family)
  for (const name of misprinted) incompatible.add(name)
  const tables = saves.flatMap((save) => [
    ...save.tables
      .filter((table) => !isIptablesNft(table) || !misprinted.has(table.name))
      .map((table) => withLostChains(table, save)),
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

/** iptables-nft knows no sets, and prints a rule that has one of nft's without it: `ip saddr @blocked drop` as `-j DROP` (1.8.9). */
const tablesWithSets = (nft: NftLists | undefined, family: 'ip' | 'ip6'): ReadonlySet<string> =>
  new Set(
    nft?.tables
      .filter((table) => table.family === family && isIptablesNft(table) && table.sets.size > 0)
      .map(({ name }) => name),
  )

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

/** A dump that ends among the declarations of a table's chains lacks the rest of them. */
function withLostChains(table: Table, { cut, tables }: DecodedIptables): Table {
  if (!cut || tables.at(-1) !== table) return table
  const chains = [...table.chains.values()]
  if (chains.length > 0 && !chains.some((chain) => chain.cut)) return table
  return { ...table, chains: new Map([...unknownChains(table.name, cut), ...table.chains]) }
}
