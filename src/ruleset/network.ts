/** What `ip -j addr` and `ip -j route show table all`, or the files below /proc/net, tell of a node: interfaces, addresses, routes. */
import type { Ip, Prefix } from './address.ts'

export interface InterfaceAddress {
  readonly ip: Ip
  readonly prefixLength: number
  readonly scope: string
}

export interface Interface {
  readonly name: string
  /** The bridge that it is a port of. */
  readonly master?: string
  /** Undefined where it is not told. */
  readonly up?: boolean
  readonly addresses: readonly InterfaceAddress[]
}

export interface Route {
  readonly destination: Prefix
  /** `unicast`, `local`, `broadcast`, `anycast`, `multicast`, `blackhole`, `unreachable`, `prohibit`, `throw`. */
  readonly type: string
  /** `main`, `local`, `default`, or another table's name or number. */
  readonly table: string
  /** Not told of local addresses by /proc/net/fib_trie. */
  readonly device?: string
  /** 0n where it is an IPv6 address that is not told. */
  readonly gateway?: Ip
  readonly preferredSource?: Ip
  /** It may have a preferred source, which /proc/net does not tell. */
  readonly sourceHidden?: true
  /** Devices of further next hops (ECMP). */
  readonly otherDevices?: readonly string[]
  /** It may have further next hops, which /proc/net/route does not tell. */
  readonly hopsHidden?: true
  readonly metric: number
}
