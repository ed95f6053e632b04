/** Which of its addresses a node sends from, where the route does not say: also what masquerading gives. */
import { contains, familyOf, parsePrefix, width } from '../ruleset/address.ts'
import type { Ip, Prefix } from '../ruleset/address.ts'
import type { InterfaceAddress } from '../ruleset/network.ts'
import type { Ruleset } from '../ruleset/ruleset.ts'

interface Candidate extends InterfaceAddress {
  readonly device: string
}

/** `unplaced` are addresses of devices that are not told. */
export function selectAddress(
  { interfaces, interfacesWhole }: Pick<Ruleset, 'interfaces' | 'interfacesWhole'>,
  unplaced: readonly Ip[],
  device: string,
  destination: Ip,
  gateway: Ip | undefined,
): Ip | undefined {
  const family = familyOf(destination)
  const candidates = interfaces.flatMap(({ addresses, name }) =>
    addresses.flatMap((one): Candidate[] =>
      familyOf(one.ip) === family && (one.scope === 'global' || isSameIpv6(one.ip, destination))
        ? [{ ...one, device: name }]
        : [],
    ),
  )
  if (!interfacesWhole) {
    const others = unplaced.filter((ip) => familyOf(ip) === family)
    const [only, ...more] = [...candidates.map(({ ip }) => ip), ...others]
    if (more.length === 0) return only
    if (typeof destination === 'number') return nearest(candidates, others, device, gateway ?? destination)
    if (others.length > 0) return undefined
  }
  if (typeof destination === 'bigint') return selectIpv6(candidates, device, destination, interfacesWhole)
  return selectIpv4(candidates, device, gateway ?? destination)
}

/** RFC 6724, rule 1; IPv4 has no such rule. */
const isSameIpv6 = (ip: Ip, destination: Ip): boolean => typeof ip === 'bigint' && ip === destination

/**
 * inet_select_addr(), net/ipv4/devinet.c: an address of the device, in the next hop's network when there is one; a device without
 * one borrows the first of another.
 */
function selectIpv4(candidates: readonly Candidate[], device: string, nextHop: Ip): Ip | undefined {
  const own = candidates.filter((one) => one.device === device)
  const near = own.find(({ ip, prefixLength }) => contains({ address: ip, length: prefixLength }, nextHop))
  return (near ?? own[0] ?? candidates[0])?.ip
}

/** The same of what /proc/net tells: not which address is a device's first, nor where all are. */
function nearest(
  candidates: readonly Candidate[],
  unplaced: readonly Ip[],
  device: string,
  nextHop: Ip,
): Ip | undefined {
  const own = candidates.filter((one) => one.device === device)
  const near = own.find(({ ip, prefixLength }) => contains({ address: ip, length: prefixLength }, nextHop))
  return (near ?? (own.length === 1 && unplaced.length === 0 ? own[0] : undefined))?.ip
}

/**
 * ipv6_dev_get_saddr(), net/ipv6/addrconf.c (RFC 6724, section 5): the destination itself where it is ours, then the outgoing
 * device's, then one of the destination's kind (unique local or not), then the longest common prefix. Of equals the first in the
 * device's order.
 */
function selectIpv6(
  candidates: readonly Candidate[],
  device: string,
  destination: bigint,
  ordered: boolean,
): Ip | undefined {
  const rank = ({ device: of, ip, prefixLength }: Candidate): number[] => [
    ip === destination ? 1 : 0,
    of === device ? 1 : 0,
    contains(uniqueLocal, ip) === contains(uniqueLocal, destination) ? 1 : 0,
    Math.min(prefixLength, commonPrefix(BigInt(ip), destination)),
  ]
  let best: { ip: Ip | undefined; rank: number[] } | undefined
  for (const candidate of candidates) {
    const own = rank(candidate)
    if (!best || isGreater(own, best.rank)) best = { ip: candidate.ip, rank: own }
    else if (!ordered && !isGreater(best.rank, own)) best = { ip: undefined, rank: own }
  }
  return best?.ip
}

const uniqueLocal = parsePrefix('fc00::/7') as Prefix

const commonPrefix = (a: bigint, b: bigint): number => {
  const difference = a ^ b
  return difference === 0n ? width(a) : width(a) - difference.toString(2).length
}

function isGreater(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, i) => value !== b[i])
  return at >= 0 && (a[at] ?? 0) > (b[at] ?? 0)
}

/** Stands for "an address of this node, not told by the recording"; never leaves the evaluator. */
export const unknownAddress = (like: Ip): Ip => (typeof like === 'number' ? 0 : 0n)
