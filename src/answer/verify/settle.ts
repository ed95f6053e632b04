/** What is only on its way, told from what is wrong: by looking again. */
import { qualified } from '../../cluster/objects.ts'
import type { Finding } from '../finding.ts'
import { isOfEndpoints } from './causes.ts'
import type { Difference } from './compare.ts'
import type { FailedRequests } from './known-causes.ts'
import type { Observation, ObservedNode } from './observe.ts'
import type { Packet } from './packets.ts'
import type { Stranger } from './served.ts'

const isDifferent = ({ nodes }: Observation): boolean =>
  nodes.some(
    ({ connections, known, packets, strangers }) =>
      connections.length > 0 ||
      known.length > 0 ||
      strangers.length > 0 ||
      packets?.some(({ differences }) => differences.length > 0),
  )

/**
 * The later one without what the earlier one had not, and without judging Services whose endpoints have changed between the two:
 * whatever is on its way changes, and what is wrong stays.
 */
export function settled(later: Observation, earlier: Observation): Observation {
  const before = new Set(earlier.nodes.flatMap(differenceKeys))
  const nodes = later.nodes.map((node, i) => {
    const last = earlier.nodes[i]
    const versions = new Map(last?.packets?.map((packet) => [packet.label, packet.version]))
    const packets = node.packets?.map((packet) => ({
      ...packet,
      differences: packet.differences.filter((difference) => before.has(packetKey(packet, difference))),
    }))
    return {
      ...node,
      failed: since(node.failed, last?.failed),
      known: node.known.filter((one) => before.has(findingKey(one))),
      connections: node.connections.filter((one) => before.has(connectionKey(one))),
      strangers: node.strangers.filter((one) => before.has(strangerKey(node, one))),
      packets,
      moving: new Set(packets?.filter(({ label, version }) => versions.get(label) !== version)),
    }
  })
  return { ...later, nodes }
}

/** What differs for as long as it is looked at: `pause` waits for the next look, and says whether there is one. */
export async function lasting(look: () => Promise<Observation>, pause: () => Promise<boolean>): Promise<Observation> {
  let seen = await look()
  while (isDifferent(seen) && (await pause())) seen = settled(await look(), seen)
  return seen
}

const since = (now: FailedRequests | undefined, before: FailedRequests | undefined): FailedRequests | undefined =>
  now && before ? { ...now, more: before.more + Math.max(0, now.count - before.count) } : now

const findingKey = ({ code, node }: Finding): string => `${code} ${node}`
const connectionKey = ({ code, fix, node }: Finding): string => `${code} ${node} ${fix}`
/** Of endpoints with which: while pods come and go there may always be one that is on its way. */
const packetKey = ({ label, node, service }: Packet, { kind, what }: Difference): string =>
  `${node} ${qualified(service)} ${label} ${kind} ${isOfEndpoints(kind) ? what : ''}`
const strangerKey = ({ seen }: ObservedNode, { destination: { ip, port, protocol } }: Stranger): string =>
  `${seen.status.node} ${ip} ${port} ${protocol}`

const differenceKeys = (node: ObservedNode): string[] => [
  ...node.known.map(findingKey),
  ...node.connections.map(connectionKey),
  ...node.strangers.map((one) => strangerKey(node, one)),
  ...(node.packets ?? []).flatMap((packet) => packet.differences.map((difference) => packetKey(packet, difference))),
]
