/** Whether a packet is in an ipset (net/netfilter/ipset/ip_set_hash_*.c, ip_set_bitmap_port.c). */
import { contains, parsePrefix } from '../ruleset/address.ts'
import type { Ip } from '../ruleset/address.ts'
import type { IpSet, IpSetEntry } from '../ruleset/ipset.ts'
import type { Flow } from './flow.ts'
import type { NodeState } from './node.ts'
import { justWritten } from './program.ts'
import type { Answer } from './program.ts'

/** A part of a set's type against the part of an entry: `ip`, `port`, `net`. */
type PartTest = (text: string, direction: string, flow: Flow) => boolean | undefined

const addressOf = (direction: string, flow: Flow): Ip => (direction === 'src' ? flow.source : flow.destination)

const address: PartTest = (text, direction, flow) => {
  const [from = '', to] = text.split('-').map(parsePrefix)
  if (from === '' || from === undefined) return undefined
  const ip = addressOf(direction, flow)
  if (to === undefined) return contains(from, ip)
  return typeof ip === typeof from.address && ip >= from.address && ip <= to.address
}

/** `tcp:80`, `80` (TCP), `80-90`; a packet's source port is the client's choice, so only destinations are told. */
const port: PartTest = (text, direction, flow) => {
  if (direction === 'src') return undefined
  const [protocol = '', range = protocol] = text.includes(':') ? text.split(':') : ['tcp', text]
  return protocol.toUpperCase() === flow.protocol && portInText(range, flow.port)
}

function portInText(text: string, value: number): boolean {
  const [from, to = from] = text.split('-').map(Number)
  return from !== undefined && to !== undefined && value >= from && value <= to
}

const parts: Readonly<Record<string, PartTest>> = { ip: address, net: address, port }

/** bitmap:port has no protocol: any packet with that port is in it. */
const bitmapPort: PartTest = (text, direction, flow) => (direction === 'src' ? undefined : portInText(text, flow.port))

/** As the flow knows it when a rule writes to it. */
export const ipSetKey = (name: string): string => `ipset ${name}`

export function inIpSet(name: string, directions: readonly string[], flow: Flow, node: NodeState): Answer {
  if (flow.written.includes(ipSetKey(name))) return justWritten(ipSetKey(name))
  const { ipsets } = node.ruleset
  const set = ipsets?.get(name)
  if (!ipsets) return { unknown: `ipset ${name} is not recorded (ipset save)` }
  if (!set) return { unknown: `ipset ${name} does not exist in the recording` }
  if (set.options.includes('inet6') !== (typeof flow.destination === 'bigint') && set.options.includes('family'))
    return false
  const tests = set.type === 'bitmap:port' ? [bitmapPort] : testsOf(set.type)
  if (!tests) return { unknown: `ipset type ${set.type} is not known to kpx` }
  return searched(set, tests, directions, flow)
}

function testsOf(type: string): PartTest[] | undefined {
  if (!type.startsWith('hash:')) return undefined
  const tests = type
    .slice('hash:'.length)
    .split(',')
    .map((part) => parts[part])
  return tests.every((test) => test !== undefined) ? tests : undefined
}

/** Of entries that hold, the most specific decides, for or (`nomatch`) against (hash_net4_test(), ip_set_hash_net.c). */
function searched(set: IpSet, tests: readonly PartTest[], directions: readonly string[], flow: Flow): Answer {
  let best: IpSetEntry | undefined
  for (const entry of set.entries) {
    const hit = inEntry(entry, tests, directions, flow)
    if (hit === undefined) return { unknown: `an entry of ipset ${set.name} cannot be compared` }
    if (hit && (!best || specificity(entry) > specificity(best))) best = entry
  }
  if (!best && set.cut) return { unknown: `ipset ${set.name} is cut in the recording` }
  return best !== undefined && !best.options.includes('nomatch')
}

/** Bits of all networks of the entry. */
const specificity = ({ parts }: IpSetEntry): number =>
  parts.reduce((sum, part) => sum + (part.includes('/') ? Number(part.slice(part.indexOf('/') + 1)) : 128), 0)

function inEntry(
  entry: IpSetEntry,
  tests: readonly PartTest[],
  directions: readonly string[],
  flow: Flow,
): boolean | undefined {
  let sure = true
  for (const [i, test] of tests.entries()) {
    const hit = test(entry.parts[i] ?? '', directions[i] ?? 'dst', flow)
    if (hit === false) return false
    if (hit === undefined) sure = false
  }
  return sure ? true : undefined
}
