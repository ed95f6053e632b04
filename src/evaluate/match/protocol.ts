/** -m tcp, -m udp, -m sctp: ports, and the flags of a SYN (net/netfilter/xt_tcpudp.c, xt_sctp.c). */
import type { IptablesOption } from '../../ruleset/iptables.ts'
import { portIn, portRange, sourcePortIn } from './extension.ts'
import type { MatchExtension, OptionTest } from './extension.ts'

function option({ name, values }: IptablesOption): OptionTest | undefined {
  if (name === '--tcp-flags') return synHas(values[0] ?? '', values[1] ?? '')
  if (name === '--syn') return true
  const range = portRange(values[0] ?? '')
  if (!range) return undefined
  if (name === '--dport' || name === '--destination-port') return (flow) => portIn(flow.port, [range])
  if (name === '--sport' || name === '--source-port') return sourcePortIn([range])
  return undefined
}

/** A new connection starts with SYN alone. */
function synHas(mask: string, wanted: string): boolean {
  const all = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG']
  const flags = (text: string) => (text === 'ALL' ? all : text === 'NONE' ? [] : text.split(','))
  return flags(mask).every((flag) => (flag === 'SYN') === flags(wanted).includes(flag))
}

const of = (protocol: string): MatchExtension => ({
  names: [protocol.toLowerCase()],
  option,
  bare: (flow) => flow.protocol === protocol,
})

export const tcp = of('TCP')
export const udp = of('UDP')
export const sctp = of('SCTP')
