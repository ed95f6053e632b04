/**
 * Strict reverse path filtering: the kernel drops an IPv4 packet that came in by another device than the one that answers go out by
 * (__fib_validate_source(), net/ipv4/fib_frontend.c).
 */
import { contains, formatIp } from '../ruleset/address.ts'
import type { Ip } from '../ruleset/address.ts'
import type { Route } from '../ruleset/network.ts'
import type { Flow } from './flow.ts'
import { deviceWith } from './network.ts'
import type { NodeState } from './node.ts'
import { unknownAddress } from './source-address.ts'

interface Filtered {
  /** Whether it is dropped, or only may be. */
  readonly isCertain: boolean
  readonly why: string
}

/**
 * Of a packet that `node` gets from a neighbour who sends to this address; undefined where it is let in, and where it is not recorded
 * whether it is.
 */
export function reversePath({ inInterface: device, source }: Flow, address: Ip, node: NodeState): Filtered | undefined {
  // which of a node's devices a tunnel or a router leads to is not told
  if (device === undefined || device !== deviceWith(node, address)) return undefined
  if (typeof source !== 'number' || source === unknownAddress(source) || filterOf(device, node) !== strict)
    return undefined
  const route = node.routes.find(source)
  if (!route || isAnsweredBy(device, route)) return undefined
  const why = `what comes in by ${device} from ${formatIp(source)}, for its answer goes out by ${route.device} (rp_filter = 1)`
  if (isOnly(route, node)) return { isCertain: true, why: `${node.name} drops ${why}` }
  const unless = 'unless a policy rule or a further next hop that is not recorded leads back'
  return { isCertain: false, why: `${node.name} drops ${why}, ${unless}` }
}

const strict = 1

/** IN_DEV_RPFILTER() takes the greater one of the device's own and that of all (include/linux/inetdevice.h). */
function filterOf(device: string, { ruleset: { sysctls } }: NodeState): number {
  const valueOf = (of: string): number => Number(sysctls.get(`net/ipv4/conf/${of}/rp_filter`))
  return Math.max(valueOf('all'), valueOf(device))
}

/** What is from the node's own address, or is not routed back at all, the kernel drops for other reasons. */
const isAnsweredBy = (device: string, { device: own, otherDevices = [], type }: Route): boolean =>
  type !== 'unicast' || own === device || otherDevices.includes(device)

/** Whether nothing else may route the answer. */
const isOnly = ({ hopsHidden }: Route, { ruleset: { routes } }: NodeState): boolean =>
  hopsHidden !== true && routes.every(({ table }) => ['default', 'local', 'main'].includes(table))

/** Whether a node reaches the address at the device's own link. */
export const isOnLink = (address: Ip, device: string | undefined, { ruleset: { interfaces } }: NodeState): boolean =>
  interfaces.some(
    ({ addresses, name }) =>
      name === device &&
      addresses.some(
        ({ ip, prefixLength }) => ip !== address && contains({ address: ip, length: prefixLength }, address),
      ),
  )
