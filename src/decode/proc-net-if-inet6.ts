/** /proc/net/if_inet6: every IPv6 address with its device. Facts: Linux 6.1, net/ipv6/addrconf.c if6_seq_show(), include/net/ipv6.h. */
import type { InterfaceAddress } from '../ruleset/network.ts'
import { isPrefixLength } from '../ruleset/address.ts'
import { parseHex, parseHexIpv6 } from './hex.ts'
import { type DecodedLines, type Said, decodeProcNetLines } from './proc-net-lines.ts'
import type { SourceFile } from './source.ts'

export interface DeviceAddress extends InterfaceAddress {
  readonly device: string
}

export const decodeProcNetIfInet6 = (source: SourceFile): DecodedLines<DeviceAddress> =>
  decodeProcNetLines(source, readAddress)

/** IPV6_ADDR_LOOPBACK, _LINKLOCAL, _SITELOCAL; others are global. */
const scopes: ReadonlyMap<number, string> = new Map([
  [0x10, 'host'],
  [0x20, 'link'],
  [0x40, 'site'],
])

/** Address, index of the device, prefix length, scope, flags, device. */
function readAddress(words: readonly string[]): Said<DeviceAddress> {
  const [address = '', , length = '', kind = '', , device = ''] = words
  const ip = parseHexIpv6(address)
  const [prefixLength, scope] = [parseHex(length, 2), parseHex(kind, 2)]
  if (words.length !== 6 || ip === undefined || prefixLength === undefined || scope === undefined)
    return { unknown: 'not an address of /proc/net/if_inet6' }
  if (!isPrefixLength(prefixLength, ip)) return { unknown: `${length} is not a prefix length` }
  return { item: { device, ip, prefixLength, scope: scopes.get(scope) ?? 'global' } }
}
