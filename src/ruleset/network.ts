/** What `ip -j addr` and `ip -j route show table all` tell of a node: interfaces, addresses, routes. */
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
  readonly up: boolean
  readonly addresses: readonly InterfaceAddress[]
}

export interface Route {
  readonly destination: Prefix
  /** `unicast`, `local`, `broadcast`, `anycast`, `multicast`, `blackhole`, `unreachable`, `prohibit`, `throw`. */
  readonly type: string
  /** `main`, `local`, `default`, or another table's name or number. */
  readonly table: string
  readonly device?: string
  readonly gateway?: Ip
  readonly preferredSource?: Ip
  readonly metric: number
}
