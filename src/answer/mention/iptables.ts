/** Where an iptables rule names an address: what it matches (-s, -d) and what it translates to. */
import {
  contains,
  parseBracketedIp,
  parseIp,
  parseIpPort,
  parsePort,
  parsePrefix,
  width,
} from '../../ruleset/address.ts'
import type { Ip } from '../../ruleset/address.ts'
import { protocolOf, valueOf } from '../../ruleset/iptables.ts'
import type { IptablesMatch, IptablesOption, IptablesRule } from '../../ruleset/iptables.ts'
import { portOnly } from './mention.ts'
import type { Hit, RuleDestination } from './mention.ts'

/** Undefined where the rule does not name the address itself; a network around it is no name. */
export function hitInIptablesRule(rule: IptablesRule, ip: Ip): Hit | undefined {
  const { general, matches, target } = rule
  const protocol = protocolOf(valueOf(general, '-p') ?? '')
  const translation = parseTranslation(valueOf(target?.options ?? [], '--to-destination') ?? '')
  if (translation?.ip === ip) return { as: 'endpoint', protocol, ports: portOnly(translation.port) }
  const virtual = matches.find(({ name, options }) => name === 'ipvs' && has(options, '--vaddr', ip))
  if (virtual) return { as: 'frontend', ...virtualServerOf(virtual) }
  const found = { protocol, ports: destinationPorts(matches) }
  if (has(general, '-d', ip)) return { as: 'frontend', ...found }
  if (has(general, '-s', ip)) return { as: 'source', protocol }
  const others = [...general, ...matches.filter(({ name }) => name !== 'comment').flatMap(({ options }) => options)]
  const named = [...others, ...(target?.options ?? [])].some(({ values }) => values.some((value) => names(value, ip)))
  return named ? { as: 'other', ...found } : undefined
}

/** A rule for this port that does not name the address, as those of NodePorts do not. */
export function hitByPort(rule: IptablesRule, ip: Ip, port: number): Hit | undefined {
  const destination = valueOf(rule.general, '-d')
  const prefix = destination === undefined ? undefined : parsePrefix(destination)
  const ports = destinationPorts(rule.matches)
  const isNetwork = !prefix || (contains(prefix, ip) && prefix.length < width(ip))
  const isFor = ports?.some(([from, to]) => from === port && to === port) === true
  return isNetwork && isFor
    ? { as: 'frontend', ports, protocol: protocolOf(valueOf(rule.general, '-p') ?? '') }
    : undefined
}

const has = (options: readonly IptablesOption[], name: string, ip: Ip): boolean =>
  options.some((option) => option.name === name && isExactly(option.values[0] ?? '', ip))

function isExactly(text: string, ip: Ip): boolean {
  const prefix = parsePrefix(text)
  return prefix?.address === ip && prefix.length === width(ip)
}

/** Whether a line that cannot be read holds the address as a word. */
export const isInText = (text: string, ip: Ip): boolean => text.split(/[\s,"'{}]+/).some((word) => names(word, ip))

/** An end of a range (`--dst-range`), an address with a port (`--to-source`), one of a list. */
const names = (value: string, ip: Ip): boolean =>
  parseIpPort(value)?.ip === ip ||
  value.split(/[-,]/).some((part) => isExactly(part, ip) || parseBracketedIp(part) === ip)

function parseTranslation(text: string): { ip: Ip; port?: number } | undefined {
  const ip = parseIp(text)
  return ip === undefined ? parseIpPort(text) : { ip }
}

const virtualServerOf = ({ options }: IptablesMatch): Omit<Hit, 'as'> => ({
  protocol: protocolOf(valueOf(options, '--vproto') ?? ''),
  ports: portOnly(parsePort(valueOf(options, '--vport') ?? '')),
})

/** The address and ports that a packet must be for to match; undefined where any will do, or those of a network. */
export function destinationOfIptablesRule({ general, matches }: IptablesRule): RuleDestination {
  const option = general.find(({ inverted, name }) => name === '-d' && !inverted)
  const prefix = parsePrefix(option?.values[0] ?? '')
  return {
    ip: prefix?.length === (prefix && width(prefix.address)) ? prefix?.address : undefined,
    ports: destinationPorts(matches),
  }
}

/** `--dport 80`, `--dports 80,443`; undefined where any port matches. */
function destinationPorts(matches: readonly IptablesMatch[]): Hit['ports'] {
  const option = matches
    .flatMap(({ options }) => options)
    .find(({ inverted, name }) => !inverted && ['--destination-port', '--dport', '--dports'].includes(name))
  const ranges = option?.values[0]?.split(',').map((range) => range.split(':').map(Number))
  return ranges?.map(([from = 0, to = from]) => [from, to] as const)
}
