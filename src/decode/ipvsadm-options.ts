/** The options of ipvsadm's virtual and real servers, as `ipvsadm -Sn` prints them and (in words) `ipvsadm -Ln`. */
import { type Ip, parsePrefix, width } from '../ruleset/address.ts'
import type { VirtualServerKey, VirtualServerLine } from './virtual-servers.ts'
import { isDecimal } from './words.ts'

export type IpvsOptions = ReadonlyMap<string, string>

/** Name, number of values, other spellings: long options, and -Ln's words, which -Sn printed too before ipvsadm 1.28. */
const spellings = [
  ['-t', 1, '--tcp-service'],
  ['-u', 1, '--udp-service'],
  ['--sctp-service', 1],
  ['-f', 1, '--fwmark-service'],
  ['-s', 1, '--scheduler'],
  ['-p', 1, '--persistent', 'persistent'],
  ['-M', 1, '--netmask', 'mask'],
  ['--pe', 1, 'pe'],
  ['-o', 0, '--ops', 'ops'],
  ['-b', 1, '--sched-flags'],
  ['-r', 1, '--real-server'],
  ['-g', 0, '--gatewaying'],
  ['-i', 0, '--ipip'],
  ['-m', 0, '--masquerading'],
  ['-w', 1, '--weight'],
  ['-x', 1, '--u-threshold'],
  ['-y', 1, '--l-threshold'],
  ['-6', 0, '--ipv6'],
  ['--tun-type', 1],
  ['--tun-port', 1],
  ['--tun-nocsum', 0],
  ['--tun-csum', 0],
  ['--tun-remcsum', 0],
] as const

const known: ReadonlyMap<string, { readonly name: string; readonly values: 0 | 1 }> = new Map(
  spellings.flatMap(([name, values, ...others]) =>
    [name, ...others].map((spelling) => [spelling, { name, values }] as const),
  ),
)

/** Values by option name (empty where an option has none), or why they cannot be read. */
export function readIpvsOptions(words: readonly string[]): Map<string, string> | string {
  const options = new Map<string, string>()
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? ''
    const option = known.get(word)
    if (!option) return `option ${word} is not known`
    // -p alone means the default timeout.
    const absent = option.values === 0 || (word === '-p' && (words[i + 1] ?? '-').startsWith('-'))
    const value = absent ? '' : words[++i]
    if (value === undefined) return `${word} without a value`
    options.set(option.name, value)
  }
  return options
}

/** DEF_SCHED and IPVS_SVC_PERSISTENT_TIMEOUT of ipvsadm 1.31: what options mean that are left out. */
const defaultScheduler = 'wlc'
const defaultPersistence = '300'

/** The virtual server, or why its options make none. */
export function virtualServerOf(service: VirtualServerKey, options: IpvsOptions): VirtualServerLine | string {
  const persistent = numberOf(options.get('-p') === '' ? defaultPersistence : options.get('-p'))
  const mask = maskOf(service.ip, options.get('-M'))
  if (Number.isNaN(persistent)) return `persistence timeout ${options.get('-p')} is not a number`
  if (Number.isNaN(mask)) return `${options.get('-M')} is not a mask`
  const engine = options.get('--pe')
  return {
    ...service,
    scheduler: options.get('-s') ?? defaultScheduler,
    ...(persistent !== undefined && { persistent }),
    ...(mask !== undefined && { mask }),
    ...(engine !== undefined && { persistenceEngine: engine }),
    flags: options.get('-b')?.split(',') ?? [],
    onePacket: options.has('-o'),
  }
}

/** A decimal number, `undefined` where there is no text, NaN where it is none. */
export const numberOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : isDecimal(text) ? Number(text) : Number.NaN

/** The prefix length of `255.255.255.0` or `64`; `undefined` for the whole address. */
function maskOf(ip: Ip, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const length = parsePrefix(`${typeof ip === 'number' ? '0.0.0.0' : '::'}/${text}`)?.length ?? Number.NaN
  return length === width(ip) ? undefined : length
}
