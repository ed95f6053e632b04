/**
 * /proc/net/route: the main IPv4 table, without its broadcast and multicast routes; of several next hops the first. Facts: Linux 6.1,
 * net/ipv4/fib_trie.c fib_route_seq_show(), fib_flag_trans(); include/uapi/linux/route.h.
 */
import type { Ip, Prefix } from '../ruleset/address.ts'
import { maskLength, parseHex, swapBytes } from './hex.ts'
import { type DecodedLines, type Said, decodeProcNetLines } from './proc-net-lines.ts'
import type { SourceFile } from './source.ts'
import { isDecimal } from './words.ts'

export interface ProcRoute {
  readonly destination: Prefix
  /** Undefined for routes that lead nowhere: blackhole, unreachable, prohibit, throw. */
  readonly device: string | undefined
  /** 0n is an IPv6 address, which the file does not tell. */
  readonly gateway: Ip | undefined
  /** Unreachable or prohibit. */
  readonly rejects: boolean
  readonly metric: number
}

const RTF_GATEWAY = 0x2
const RTF_REJECT = 0x200

export function decodeProcNetRoute(source: SourceFile): DecodedLines<ProcRoute> {
  const swapped = !isBigEndian(source.text)
  return decodeProcNetLines(source, (words, line) => {
    if (line === 1 && words[0] === 'Iface') return { ignored: 'heading' }
    return readRoute(words, swapped)
  })
}

/** Iface, Destination, Gateway, Flags, RefCnt, Use, Metric, Mask, MTU, Window, IRTT. */
function readRoute(words: readonly string[], swapped: boolean): Said<ProcRoute> {
  const [device, to = '', via = '', bits = '', , , metric = '', under = ''] = words
  const [destination, gateway, mask] = [to, via, under].map((text) => parseAddress(text, swapped))
  const flags = parseHex(bits, 4)
  if (words.length !== 11 || destination === undefined || gateway === undefined || flags === undefined)
    return { unknown: 'not a route of /proc/net/route' }
  const length = mask === undefined ? undefined : maskLength(mask)
  if (length === undefined) return { unknown: `mask ${under} is not contiguous` }
  if (!isDecimal(metric.replace(/^-/, ''))) return { unknown: `metric ${metric} is not a number` }
  return {
    item: {
      destination: { address: destination, length },
      device: device === '*' ? undefined : device,
      gateway: (flags & RTF_GATEWAY) === 0 ? undefined : gateway === 0 ? 0n : gateway,
      rejects: (flags & RTF_REJECT) !== 0,
      // an unsigned number, printed as a signed one
      metric: Number(metric) >>> 0,
    },
  }
}

function parseAddress(text: string, swapped: boolean): number | undefined {
  const word = parseHex(text, 8)
  return word !== undefined && swapped ? swapBytes(word) : word
}

/** Addresses are words of memory. Masks, which begin with ones, tell in which order the machine keeps them. */
function isBigEndian(text: string): boolean {
  for (const [, first = '', last = ''] of text.matchAll(/^(?:\S+\t){7}([\dA-F]{2})[\dA-F]{4}([\dA-F]{2})\t/gm)) {
    if (first !== last) return first > last
  }
  return false
}
