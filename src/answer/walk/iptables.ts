/** What an iptables rule asks of a packet, in words. */
import { exactProbability } from '../../evaluate/match/statistic.ts'
import { maskedValue } from '../../evaluate/match/extension.ts'
import { protocolOf, valueOf } from '../../ruleset/iptables.ts'
import type { IptablesMatch, IptablesOption, IptablesRule } from '../../ruleset/iptables.ts'
import { ipsetPurpose } from './purpose.ts'
import {
  addressPhrase,
  connectionPhrase,
  destinationPhrase,
  localPhrase,
  lookupPhrase,
  markPhrase,
  quotedPhrase,
} from './phrase.ts'
import type { Asked, Field, Place } from './phrase.ts'

export function askedByIptables(rule: IptablesRule, place: Place): Asked {
  const general = rule.general.filter((option) => !isJoined(option))
  const matches = rule.matches.filter(({ name }) => !silent.has(name))
  const all = matches.flatMap((match) => match.options.map((option) => ({ match, option })))
  const others = all.filter(({ option }) => !isJoined(option))
  return {
    holds: [
      ...destinationPhrase(
        joined(rule.general, '-d'),
        protocolName(joined(rule.general, '-p')),
        joined(
          all.map(({ option }) => option),
          '--dport',
        ),
        place,
      ),
      ...general.map((option) => generalPhrase(option, place)),
      ...others.flatMap(({ match, option }) => optionPhrase(match, option, place)),
    ],
    chance: chanceOf(matches),
    remembers: matches.some(({ name, options }) => name === 'recent' && options.some((one) => one.name === '--set')),
  }
}

/** Matches that say nothing of the packet. */
const silent = new Set(['comment', 'nfacct'])

/** Options that are told together, as where the packet goes. */
const isJoined = ({ inverted, name }: IptablesOption): boolean => !inverted && ['--dport', '-d', '-p'].includes(name)

const joined = (options: readonly IptablesOption[], name: string): string | undefined =>
  valueOf(options.filter(isJoined), name)

const protocolName = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : (protocolOf(text) ?? text)

function generalPhrase(option: IptablesOption, place: Place): string {
  const { inverted, name, values } = option
  const value = values[0] ?? ''
  const device = value.endsWith('+') ? `a device whose name begins with ${value.slice(0, -1)}` : value
  switch (name) {
    case '-s':
      return addressPhrase('source', value, inverted, place)
    case '-d':
      return addressPhrase('destination', value, inverted, place)
    case '-i':
      return `it ${inverted ? 'did not come' : 'came'} in by ${device}`
    case '-o':
      return `it ${inverted ? 'does not go' : 'goes'} out by ${device}`
    default:
      return quotedPhrase(textOf(option))
  }
}

const textOf = ({ inverted, name, values }: IptablesOption): string =>
  [...(inverted ? ['!'] : []), name, ...values].join(' ')

function optionPhrase({ name }: IptablesMatch, option: IptablesOption, place: Place): string[] {
  const { inverted, values } = option
  const value = values[0] ?? ''
  switch (`${name} ${option.name}`) {
    case 'conntrack --ctstate':
    case 'state --state':
      return [connectionPhrase(value.split(','), inverted)]
    case 'mark --mark':
      return [markOptionPhrase(option, place)]
    case 'addrtype --dst-type':
      return [value === 'LOCAL' ? localPhrase('destination', inverted, place) : quotedPhrase(textOf(option))]
    case 'addrtype --src-type':
      return [value === 'LOCAL' ? localPhrase('source', inverted, place) : quotedPhrase(textOf(option))]
    case 'set --match-set':
      return [setPhrase(option, place)]
    case 'recent --rcheck':
    case 'recent --update':
      return ['its client is remembered']
    default:
      return name === 'statistic' || name === 'recent' ? [] : [quotedPhrase(`-m ${name} ${textOf(option)}`)]
  }
}

function markOptionPhrase(option: IptablesOption, place: Place): string {
  const wanted = maskedValue(option.values[0] ?? '')
  const isOneTest = wanted && wanted.value === wanted.mask
  return isOneTest ? markPhrase(wanted.value, !option.inverted, place) : quotedPhrase(`-m mark ${textOf(option)}`)
}

/** `its destination ..., port 80, is in ipset KUBE-CLUSTER-IP, which holds ...` */
function setPhrase({ inverted, values: [name = '', directions = ''] }: IptablesOption, place: Place): string {
  const type = place.scene.network.nodes.get(place.node)?.ruleset.ipsets?.get(name)?.type
  const dimensions = type?.slice(type.indexOf(':') + 1).split(',') ?? []
  const fields = directions.split(',').map((direction, i): Field => {
    const side = direction === 'dst' ? 'destination' : 'source'
    return dimensions[i] === 'port' ? `${side} port` : `${side} address`
  })
  return lookupPhrase(fields, `in ipset ${name}`, ipsetPurpose(name), inverted, place)
}

function chanceOf(matches: readonly IptablesMatch[]): number | undefined {
  const match = matches.find(({ name }) => name === 'statistic')
  if (!match) return undefined
  const probability = match.options.find(({ name }) => name === '--probability')
  if (probability) {
    const chance = exactProbability(Number(probability.values[0]))
    return probability.inverted ? 1 - chance : chance
  }
  const every = match.options.find(({ name }) => name === '--every')
  return every && !every.inverted ? 1 / Number(every.values[0]) : undefined
}
