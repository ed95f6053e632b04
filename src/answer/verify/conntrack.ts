/** Connections that conntrack keeps with an address that is no endpoint of their Service any more. */
import type { Cluster } from '../../cluster/cluster.ts'
import { frontendsOf } from '../../cluster/frontend.ts'
import { qualified } from '../../cluster/objects.ts'
import { decodeConntrack } from '../../decode/conntrack.ts'
import type { Connection } from '../../decode/conntrack.ts'
import { sourceFile } from '../../decode/source.ts'
import { formatIp, formatIpPort, parseIp } from '../../ruleset/address.ts'
import type { Ip } from '../../ruleset/address.ts'
import type { Protocol } from '../../ruleset/ruleset.ts'
import { finding } from '../finding.ts'
import type { Finding } from '../finding.ts'
import { groupBy } from '../fold.ts'
import type { Scene } from '../scene.ts'

/** `conntrack -L` by family. */
const files = ['conntrack.txt', 'conntrack-ipv6.txt'] as const

/** Whether the node's entries were recorded, of one family at least. */
export const hasConnections = (node: string, { capture }: Scene): boolean =>
  files.some((file) => capture.file(node, file) !== undefined)

interface Stale {
  readonly file: string
  readonly service: string
  readonly connection: Connection
}

/** `pod` is the node's pod of kube-proxy, in which the entries can be deleted. */
export function staleConnections(node: string, pod: string | null, scene: Scene): Finding[] {
  const stale = files.flatMap((file) => {
    const bytes = scene.capture.file(node, file)
    return bytes ? staleIn(decodeConntrack(sourceFile(file, bytes)).connections, file, node, scene) : []
  })
  // whoever sends by UDP does not get to know
  stale.sort((a, b) => Number(isTold(a)) - Number(isTold(b)))
  const groups = groupBy(stale, ({ connection: { answering, destination, protocol }, service }) =>
    [protocol, service, destination.ip, destination.port, answering.ip, answering.port].join(' '),
  )
  const sysctls = scene.network.nodes.get(node)?.ruleset.sysctls ?? new Map<string, string>()
  return [...groups.values()].map((same) => findingFor(same, agesOf(same, sysctls), node, pod))
}

/** Whether the client gets to know that whoever was at the other end is gone. */
const isTold = ({ connection: { protocol } }: Stale): boolean => protocol === 'TCP'

function staleIn(connections: readonly Connection[], file: string, node: string, scene: Scene): Stale[] {
  const owners = ownersIn(scene.cluster)
  const { network } = scene
  return connections.flatMap((connection): Stale[] => {
    const { answering, destination, protocol } = connection
    if (!isAlive(connection) || (answering.ip === destination.ip && answering.port === destination.port)) return []
    const isNodes = network.nodes.get(node)?.routes.isLocal(destination.ip)
    const service =
      owners.get(keyOf(destination.ip, destination.port, protocol)) ??
      (isNodes ? owners.get(keyOf(undefined, destination.port, protocol)) : undefined)
    if (service === undefined) return []
    const isListed = scene.cluster
      .endpointsAt(answering.ip)
      .some((one) => one.service === service && one.ports.some(({ port }) => port === answering.port))
    return isListed ? [] : [{ file, service, connection }]
  })
}

/** Those of TCP that end, or have ended, are kept for a while. */
const isAlive = ({ state }: Connection): boolean => state === undefined || ['ESTABLISHED', 'SYN_SENT'].includes(state)

const keyOf = (ip: Ip | undefined, port: number, protocol: Protocol): string => `${ip ?? ''} ${port} ${protocol}`

const ownersIn = ({ services }: Cluster): Map<string, string> =>
  new Map(
    services.flatMap((service) =>
      service.ports.flatMap((port) =>
        frontendsOf(service, port).map(({ ip, port: at }): [string, string] => [
          keyOf(ip === null ? undefined : parseIp(ip), at, port.protocol),
          qualified(service),
        ]),
      ),
    ),
  )

/** How old they are, and how long they are without a packet, as far as the kernel tells: clauses behind a semicolon. */
function agesOf(same: readonly Stale[], sysctls: ReadonlyMap<string, string>): string {
  const ages = same.flatMap(({ connection: { age } }) => age ?? [])
  const silences = same.flatMap(({ connection }) => silenceOf(connection, sysctls) ?? [])
  const isExact = ages.length === same.length
  const bounds = isExact ? ages : [...ages, ...silences]
  const who = same.length === 1 ? 'it' : 'the oldest'
  const told = [
    ...(bounds.length > 0 ? [`${who} was made ${Math.max(...bounds)} s ago${isExact ? '' : ' or before'}`] : []),
    ...(silences.length > 0 ? [`the last packet came ${Math.min(...silences)} s ago`] : []),
  ]
  return told.map((clause) => `; ${clause}`).join('')
}

/**
 * Seconds since the last packet: each sets the time that is left to one of two timeouts, the longer one where the connection is assured.
 * Undefined where the timeouts are not recorded, and of an entry that has one of its own.
 */
function silenceOf(
  { assured, expires, protocol }: Connection,
  sysctls: ReadonlyMap<string, string>,
): number | undefined {
  if (protocol !== 'UDP') return undefined
  const timeout = sysctls.get(`net/netfilter/nf_conntrack_udp_timeout${assured ? '_stream' : ''}`)
  const silence = Number(timeout) - expires
  return silence >= 0 ? silence : undefined
}

function findingFor(same: readonly Stale[], ages: string, node: string, pod: string | null): Finding {
  const [first] = same
  if (!first) throw new Error('a group without a connection')
  const { connection, service } = first
  const { answering, destination, protocol } = connection
  const longest = Math.max(...same.map((one) => one.connection.expires))
  const count = same.length === 1 ? `1 ${protocol} connection goes` : `${same.length} ${protocol} connections go`
  const told = finding('KPX3019', {
    node,
    object: `Service ${service}`,
    message: `${count} on from ${formatIpPort(destination.ip, destination.port)} to ${formatIpPort(answering.ip, answering.port)}, which is no endpoint of ${service}${ages}; without a packet the last is forgotten in ${longest} s`,
    evidence: same.map(({ connection: { line, text }, file }) => ({ node, file, line, text })),
    affects: [service],
  })
  // the client of TCP gets to know, that of UDP sends to nobody as long as it sends
  return { ...told, level: isTold(first) ? 'info' : 'error', fix: deletionOf(connection, pod) }
}

/** `kubectl exec -n kube-system kube-proxy-x -- conntrack -D ...`. */
function deletionOf({ answering, destination, protocol }: Connection, pod: string | null): string {
  const [namespace, name] = pod?.split('/') ?? []
  const where = name === undefined ? '' : `kubectl exec -n ${namespace} ${name} -- `
  const family = typeof destination.ip === 'bigint' ? '-f ipv6 ' : ''
  return `delete them: ${where}conntrack -D ${family}-p ${protocol.toLowerCase()} --orig-dst ${formatIp(destination.ip)} --reply-src ${formatIp(answering.ip)}`
}
