/** -m conntrack and -m state for the first packet of a connection (net/netfilter/xt_conntrack.c). */
import { contains, parsePrefix } from '../../ruleset/address.ts'
import type { Ip } from '../../ruleset/address.ts'
import { protocolOf } from '../../ruleset/iptables.ts'
import type { Flow } from '../flow.ts'
import { portIn, portRange } from './extension.ts'
import type { MatchExtension, OptionTest } from './extension.ts'

/** The states of a packet that starts a connection; DNAT and SNAT are states to xt_conntrack and status bits to nft. */
export function connectionStates(flow: Flow): readonly string[] {
  const { attached, dnat, snat, tracked } = flow.connection
  if (!tracked) return untracked
  if (!attached) return invalid
  if (dnat) return snat ? newTranslated : newDnat
  return snat ? newSnat : onlyNew
}

const untracked = ['UNTRACKED']
const invalid = ['INVALID']
const onlyNew = ['NEW']
const newDnat = ['NEW', 'DNAT']
const newSnat = ['NEW', 'SNAT']
const newTranslated = ['NEW', 'DNAT', 'SNAT']

const known = new Set(['INVALID', 'NEW', 'ESTABLISHED', 'RELATED', 'UNTRACKED', 'DNAT', 'SNAT'])

function stateTest(text: string): OptionTest | undefined {
  const states = text.toUpperCase().split(',')
  if (!states.every((state) => known.has(state))) return undefined
  return (flow) => connectionStates(flow).some((state) => states.includes(state))
}

/**
 * A first packet's connection can be confirmed only, when it comes back by lo; NONE is no bit, which nothing has. DNAT and SNAT are
 * states to this match.
 */
function statusTest(text: string): OptionTest {
  const asksConfirmed = text.toUpperCase().split(',').includes('CONFIRMED')
  return ({ connection }) => asksConfirmed && connection.confirmed
}

function addressTest(text: string, of: (flow: Flow) => Ip): OptionTest | undefined {
  const prefix = parsePrefix(text)
  return prefix && ((flow) => contains(prefix, of(flow)))
}

function option(name: string, value: string): OptionTest | undefined {
  switch (name) {
    case '--ctstate':
    case '--state':
      return stateTest(value)
    case '--ctstatus':
      return statusTest(value)
    case '--ctorigdst':
      return addressTest(value, (flow) => flow.connection.original.destination)
    case '--ctorigsrc':
      return addressTest(value, (flow) => flow.connection.original.source)
    case '--ctorigdstport': {
      const range = portRange(value)
      return range && ((flow) => portIn(flow.connection.original.port, [range]))
    }
    case '--ctproto':
      return (flow) => protocolOf(value) === flow.protocol
    case '--ctdir':
      return value === 'ORIGINAL'
    default:
      return undefined
  }
}

export const conntrack: MatchExtension = {
  names: ['conntrack', 'state'],
  option({ inverted, name, values }, among) {
    const test = option(name, values[0] ?? '')
    if (test === undefined || isState(name)) return test
    // without an entry nothing but the state is compared, and without a state nothing matches (conntrack_mt())
    const without = among.some((one) => isState(one.name)) !== inverted
    return (flow, node) => (hasEntry(flow) ? (typeof test === 'function' ? test(flow, node) : test) : without)
  },
}

const isState = (name: string): boolean => name === '--ctstate' || name === '--state'

/** Whether conntrack has an entry for the packet. */
export const hasEntry = ({ connection }: Flow): boolean => connection.tracked && connection.attached
