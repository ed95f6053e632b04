/** Devices with their addresses from /proc/net. Which bridge a device is a port of is not there. */
import { type Ip, type Prefix, contains, isLoopback, width } from '../ruleset/address.ts'
import type { Interface, InterfaceAddress, Route } from '../ruleset/network.ts'
import type { DeviceAddress } from './proc-net-if-inet6.ts'

export function devicesOf(
  names: readonly string[],
  ipv6: readonly DeviceAddress[],
  routes: readonly Route[],
): Interface[] {
  const ups = new Set(routes.flatMap(({ device, table }) => (device !== undefined && table === 'main' ? [device] : [])))
  const addresses = new Map<string, InterfaceAddress[]>([...names, ...ups].map((name) => [name, []]))
  for (const { device, ...address } of [...placed(routes), ...ipv6]) {
    addresses.set(device, [...(addresses.get(device) ?? []), address])
  }
  return [...addresses].map(([name, own]) => ({ name, ...(ups.has(name) && { up: true }), addresses: own }))
}

interface Network {
  readonly destination: { readonly address: number; readonly length: number }
  readonly device: string
}

/**
 * No file tells the device of an IPv4 address. An address with a network makes a route to the network by its device, and the
 * network's broadcast address (fib_add_ifaddr(), net/ipv4/fib_frontend.c): the only local address in there is the device's. Where
 * there are several, any may be the device's, and the others of lo, kube-ipvs0 or a tunnel: none is given to a device.
 */
function placed(routes: readonly Route[]): DeviceAddress[] {
  const networks = networksIn(routes)
  const broadcasts = new Set(
    routes.flatMap(({ destination, type }) => (type === 'broadcast' ? [destination.address] : [])),
  )
  let left = routes.flatMap(({ destination: { address, length }, type }) =>
    typeof address === 'number' && type === 'local' && length === width(address) ? [address] : [],
  )
  const found = left.filter(isLoopback).map((ip) => ({ device: 'lo', ip, prefixLength: 8, scope: 'host' }))
  left = left.filter((ip) => !isLoopback(ip))
  for (const network of networks) {
    const { destination, device } = network
    const [ip, ...more] = left.filter((one) => contains(destination, one) && !isBase(one, destination))
    left = left.filter((one) => !contains(destination, one))
    if (ip === undefined || more.length > 0 || networks.some((other) => other !== network && isRival(other, network)))
      continue
    if (destination.length < 31 && !broadcasts.has(lastOf(destination))) continue
    // ip(8) gives this scope to all but addresses of loopback
    found.push({ device, ip, prefixLength: destination.length, scope: 'global' })
  }
  return found
}

/** The longest first. */
function networksIn(routes: readonly Route[]): Network[] {
  const connected = routes.flatMap(({ destination: { address, length }, device, gateway, table, type }): Network[] =>
    typeof address === 'number' &&
    length > 0 &&
    length < 32 &&
    device !== undefined &&
    gateway === undefined &&
    table === 'main' &&
    type === 'unicast'
      ? [{ destination: { address, length }, device }]
      : [],
  )
  return connected.sort((a, b) => b.destination.length - a.destination.length)
}

/** A network of several devices; networks of one device that lie in each other, or end in the same broadcast address. */
const isRival = (a: Network, b: Network): boolean =>
  a.device === b.device
    ? a.destination.length !== b.destination.length &&
      (contains(a.destination, b.destination.address) || contains(b.destination, a.destination.address))
    : lastOf(a.destination) === lastOf(b.destination)

/** RFC 1122, 3.2.1.3: no host has it. Flannel's device does, beside the network of the bridge; RFC 3021: of two addresses both are hosts'. */
const isBase = (ip: Ip, { address, length }: Prefix): boolean => length < 31 && ip === address

const lastOf = ({ address, length }: Network['destination']): number => address + 2 ** (32 - length) - 1
