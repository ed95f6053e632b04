/** A node's rules by chance: what is loaded, what is recorded of it afterwards, and what is sent. */
import { iptablesBy } from './iptables.ts'
import { IpSets } from './ipsets.ts'
import type { Family, Sysctls } from './network.ts'
import { nftBy } from './nft.ts'
import { packetsBy } from './packets.ts'
import type { Sent } from './packets.ts'
import { servicesBy } from './services.ts'
import { Words } from './words.ts'

export const kinds = ['iptables', 'legacy', 'nft', 'mixed'] as const
export type Kind = (typeof kinds)[number]

/** The program that loads lines, and the lines. */
export interface Script {
  readonly argv: readonly string[]
  readonly lines: readonly string[]
}

export interface Ruleset {
  readonly kind: Kind
  readonly family: Family
  readonly sysctls: Sysctls
  readonly scripts: readonly Script[]
  /** The files of the capture, with the program that prints each. */
  readonly recorded: Readonly<Record<string, readonly string[]>>
  readonly packets: readonly Sent[]
}

const restore = (tool: string): string[] => [tool, '--wait', '10']

const scriptOf = (argv: readonly string[], lines: readonly string[]): Script[] =>
  lines.length > 0 ? [{ argv, lines }] : []

/** Always the same one for a seed and an index. */
export function rulesetBy(seed: number, index: number, among: readonly Kind[], packets: number): Ruleset {
  const kind = among[index % among.length] ?? 'iptables'
  const family = new Words('ip', seed, index).percent(60) ? 'ip' : 'ip6'
  const words = new Words(family, seed, index)
  const services = servicesBy(words)
  const sets = new IpSets(words)
  const prefix = family === 'ip' ? 'iptables' : 'ip6tables'
  const usesLegacy = kind === 'legacy' || (kind === 'mixed' && words.percent(40))
  const tables = kind === 'nft' ? [] : iptablesBy(words, services, sets).lines()
  const native = kind === 'nft' || kind === 'mixed' ? nftBy(words, services) : []
  const ipsets = kind === 'nft' ? [] : sets.lines
  const nft = scriptOf(
    ['nft', '-f', '-'],
    native.flatMap((table) => table.lines()),
  )
  const iptables = scriptOf(restore(`${prefix}-${usesLegacy ? 'legacy' : 'nft'}-restore`), tables)
  return {
    kind,
    family,
    sysctls: sysctlsBy(words),
    scripts: [
      ...scriptOf(['ipset', 'restore'], ipsets),
      ...(words.percent(50) ? [...iptables, ...nft] : [...nft, ...iptables]),
    ],
    recorded: {
      ...(ipsets.length > 0 && { 'ipset-save.txt': ['ipset', 'save'] }),
      ...(tables.length > 0 && {
        [`${prefix}${usesLegacy ? '-legacy' : ''}-save.txt`]: [`${prefix}-${usesLegacy ? 'legacy' : 'nft'}-save`],
      }),
      ...((native.length > 0 || words.percent(10)) && listOf(words)),
    },
    packets: packetsBy(words, services, packets, kind === 'nft'),
  }
}

/** Of the two forms that nft prints, kpx must say the same. */
const listOf = (words: Words): Record<string, readonly string[]> =>
  words.percent(50)
    ? { 'nft-list-ruleset.txt': ['nft', 'list', 'ruleset'] }
    : { 'nft-list-ruleset.json': ['nft', '-j', 'list', 'ruleset'] }

function sysctlsBy(words: Words): Sysctls {
  const mostly = (): '0' | '1' => (words.percent(85) ? '1' : '0')
  const bridged = mostly()
  return {
    'net/bridge/bridge-nf-call-iptables': bridged,
    'net/bridge/bridge-nf-call-ip6tables': bridged,
    'net/ipv4/conf/all/route_localnet': words.percent(50) ? '1' : '0',
    'net/ipv4/ip_forward': words.percent(95) ? '1' : '0',
    'net/ipv6/conf/all/forwarding': words.percent(95) ? '1' : '0',
  }
}
