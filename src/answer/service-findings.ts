/** What is wrong with a Service, as far as its packets show. */
import type { Cluster } from '../cluster/cluster.ts'
import { qualified } from '../cluster/objects.ts'
import type { Service } from '../cluster/objects.ts'
import type { Code } from '../codes.ts'
import { formatIpPort, parseIp } from '../ruleset/address.ts'
import type { ExplainedPort } from './explain-service.ts'
import { finding } from './finding.ts'
import type { Finding } from './finding.ts'
import type { Outcome } from './outcome.ts'
import type { Scene } from './scene.ts'

export interface SeenPacket {
  /** `from pod shop/client-1 to 10.96.1.2:80/TCP`. */
  readonly packet: string
  readonly node: string
  readonly outcome: Outcome
}

/** What explainService looks for. */
export const serviceFindingCodes: readonly Code[] = ['KPX3001', 'KPX3002', 'KPX3003']

/** One finding per code and node, for the first packet that shows it. */
export function serviceFindings(service: Service, ports: readonly ExplainedPort[], { cluster }: Scene): Finding[] {
  const object = `Service ${qualified(service)}`
  const all = ports.flatMap(packetsOf)
  const nodes = [...new Set(all.map(({ node }) => node))]
  return nodes.flatMap((node) => {
    const own = all.filter((seen) => seen.node === node)
    const stale = own.find(({ outcome }) => isStale(outcome, qualified(service), cluster))
    const lost = own.find(({ outcome }) => outcome.reply === 'lost')
    const unknown = own.find(({ outcome }) => outcome.verdict === 'unknown' && outcome.evidence.length > 0)
    const found: Finding[] = []
    if (stale) found.push(staleEndpoint(stale, service))
    if (lost) found.push(finding('KPX3002', { ...about(lost, object), message: `${lost.packet}: ${lost.outcome.why}` }))
    if (unknown)
      found.push(
        finding('KPX3003', { ...about(unknown, object), message: `${unknown.packet}: ${unknown.outcome.why}` }),
      )
    return found
  })
}

export const staleEndpoint = (seen: SeenPacket, service: Service): Finding =>
  finding('KPX3001', {
    ...about(seen, `Service ${qualified(service)}`),
    message: `${seen.packet}: ${seen.outcome.why}; no EndpointSlice of ${qualified(service)} has that address`,
  })

const about = ({ node, outcome }: SeenPacket, object: string): Pick<Finding, 'evidence' | 'node' | 'object'> => ({
  object,
  node,
  evidence: outcome.evidence,
})

export const packetsOf = ({ frontends, protocol }: ExplainedPort): SeenPacket[] =>
  frontends.flatMap(({ ip, nodes, port }) =>
    nodes.flatMap(({ from, node, senders }) =>
      Object.entries(from).flatMap(([kind, outcomes]) =>
        outcomes.map((outcome): SeenPacket => {
          const sender = senders[kind as keyof typeof senders] ?? kind
          return { packet: `from ${sender} to ${addressOf(ip, port)}/${protocol}`, node, outcome }
        }),
      ),
    ),
  )

const addressOf = (ip: string | null, port: number): string => {
  const parsed = ip === null ? undefined : parseIp(ip)
  return parsed === undefined ? `NodePort ${port}` : formatIpPort(parsed, port)
}

/** An endpoint that no EndpointSlice of the Service has; without any slice recorded nothing is stale. */
export function isStale({ endpoint }: Outcome, service: string, cluster: Cluster): boolean {
  if (!endpoint || !cluster.hasEndpoints) return false
  const ip = parseIp(endpoint.ip)
  if (ip === undefined) return false
  return !cluster
    .endpointsAt(ip)
    .some((one) => one.service === service && one.ports.some(({ port }) => port === endpoint.port))
}
