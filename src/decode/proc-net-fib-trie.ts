/**
 * /proc/net/fib_trie: destination and type of every IPv4 route, without its device. Facts: Linux 6.1, net/ipv4/fib_trie.c
 * fib_trie_seq_show(), fib_table_print().
 */
import { type Prefix, isPrefixLength, parseIp } from '../ruleset/address.ts'
import { type DecodedLines, type Said, decodeProcNetLines } from './proc-net-lines.ts'
import type { SourceFile } from './source.ts'
import { isDecimal } from './words.ts'

export interface TrieRoute {
  /** Until a policy rule is made both are one trie, printed twice with the routes of both (fib_trie_table()). */
  readonly trie: 'Local' | 'Main'
  readonly destination: Prefix
  /** As ip(8) calls it: `local`, `broadcast`, `unicast`, ... */
  readonly type: string
  /** It is for packets of one type of service only. */
  readonly tos: boolean
}

const types = new Set('ANYCAST BLACKHOLE BROADCAST LOCAL MULTICAST PROHIBIT THROW UNICAST UNREACHABLE'.split(' '))

export function decodeProcNetFibTrie(source: SourceFile): DecodedLines<TrieRoute> {
  let trie = ''
  let address: number | undefined
  return decodeProcNetLines(source, (words): Said<TrieRoute> => {
    const [first = '', second = ''] = words
    if (/^(?:Main|Local|Id \d+):$/.test(words.join(' '))) {
      trie = words.join(' ').slice(0, -1)
      address = undefined
      return { ignored: 'heading' }
    }
    if (first === '+--') return { ignored: 'an inner node of the trie' }
    if (first === '|--') {
      const ip = parseIp(second)
      address = typeof ip === 'number' ? ip : undefined
      return address === undefined
        ? { unknown: `${second} is not an address` }
        : { ignored: 'the address of routes below' }
    }
    if (address === undefined || !first.startsWith('/')) return { unknown: 'neither a trie, a node nor a route' }
    return readRoute(words, trie, address)
  })
}

/** `/24 link UNICAST`, `/0 universe UNICAST tos=16`. */
function readRoute(
  [prefix = '', , name = '', tos, ...more]: readonly string[],
  trie: string,
  address: number,
): Said<TrieRoute> {
  const length = isDecimal(prefix.slice(1)) ? Number(prefix.slice(1)) : -1
  if (!isPrefixLength(length, address)) return { unknown: `${prefix} is not a prefix length` }
  if (!types.has(name) || more.length > 0) return { unknown: 'a route of no type that kpx knows' }
  if (trie !== 'Main' && trie !== 'Local')
    return { ignored: 'a table that only policy rules use, which are not recorded' }
  return { item: { trie, destination: { address, length }, type: name.toLowerCase(), tos: tos !== undefined } }
}
