/** iptables' general options as tests: addresses, protocol and devices (net/ipv4/netfilter/ip_tables.c, ip_packet_match()). */
import { contains, parsePrefix } from '../ruleset/address.ts'
import { inputDevice } from './bridge.ts'
import { protocolOf } from '../ruleset/iptables.ts'
import type { Flow } from './flow.ts'
import type { OptionTest } from './match/extension.ts'
import { not } from './program.ts'
import type { Answer } from './program.ts'

/** `-s`, `-d`, ... by the names that the decoder gives them; `value` is empty for options without one. */
export function generalTest(name: string, inverted: boolean, value: string): OptionTest {
  const test = uninverted(name, value)
  if (!inverted) return test
  return typeof test === 'function' ? (flow, node) => not(test(flow, node)) : not(test)
}

function uninverted(name: string, value: string): OptionTest {
  switch (name) {
    case '-s':
      return addressTest(value, (flow) => flow.source)
    case '-d':
      return addressTest(value, (flow) => flow.destination)
    case '-p':
      return protocolTest(value)
    case '-i':
      return (flow, node) => interfaceMatches(value, inputDevice(flow, node))
    case '-o':
      return (flow) => interfaceMatches(value, outputDevice(flow))
    case '-f':
      return false
    default:
      return { unknown: `${name} is not known to kpx` }
  }
}

function addressTest(text: string, of: (flow: Flow) => Flow['source']): OptionTest {
  const prefix = parsePrefix(text)
  if (!prefix) return { unknown: `the address ${text} is not known to kpx` }
  return (flow) => contains(prefix, of(flow))
}

function protocolTest(value: string): OptionTest {
  if (value === 'all' || value === '0') return true
  const protocol = protocolOf(value)
  return (flow) => flow.protocol === protocol
}

/** Empty before routing, undefined where it is not recorded. */
export const outputDevice = ({ hook, outInterface }: Flow): string | undefined =>
  outInterface ?? (hook === 'PREROUTING' || hook === 'INPUT' ? '' : undefined)

/** `eth0`, or `veth+` for all that begin so; where there is no device, the name is empty. */
function interfaceMatches(pattern: string, device: string | undefined): Answer {
  if (device === undefined) return { unknown: 'the device is not recorded' }
  return pattern.endsWith('+') ? device.startsWith(pattern.slice(0, -1)) : device === pattern
}
