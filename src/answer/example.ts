/** A Service of the recording that shows well what kube-proxy does, and a packet to it. */
import { qualified } from '../cluster/objects.ts'
import type { Service, ServicePort } from '../cluster/objects.ts'
import type { Destination } from '../evaluate/evaluate.ts'
import { evaluate } from '../evaluate/evaluate.ts'
import { KpxError } from '../error.ts'
import { frontendsOf } from '../cluster/frontend.ts'
import { destinationAt } from './frontend.ts'
import { somePod } from './frontend-outcomes.ts'
import type { Scene } from './scene.ts'
import { nodeSender } from './source.ts'
import type { Sender } from './source.ts'

export interface Example {
  readonly service: Service
  readonly port: ServicePort
  readonly sender: Sender
  readonly destination: Destination
}

/** So many candidates are tried for one whose packets are all delivered. */
const mostTried = 10

/**
 * Of the Services with two endpoints or more the simplest, of these the one with the most endpoints, of these the first by name; one
 * whose packets are delivered before one whose are not. Undefined where no Service with an address has an endpoint.
 */
export function chooseExample(node: string, scene: Scene): Example | undefined {
  const endpoints = endpointCounts(scene)
  const count = (service: Service): number => endpoints.get(qualified(service)) ?? 0
  const candidates = scene.cluster.services
    .filter((service) => count(service) > 0 || !scene.cluster.isRecorded('endpointslices'))
    .sort((a, b) => Number(count(a) < 2) - Number(count(b) < 2) || extras(a) - extras(b) || count(b) - count(a))
    .slice(0, mostTried)
    .flatMap((service) => exampleOf(service, node, scene) ?? [])
  return candidates.find((example) => isDelivered(example, scene)) ?? candidates[0]
}

/** Throws KPX1001 for a Service to whose address nobody can send. */
export function exampleFor(service: Service, node: string, scene: Scene): Example {
  const example = exampleOf(service, node, scene)
  if (example) return example
  throw new KpxError('KPX1001', `Service ${qualified(service)} has no ClusterIP to send a packet to`, {
    fix: 'choose another one with --service, or leave it out',
  })
}

/** A packet from a pod of the node, or from the node where it has none, to the first port and address. */
function exampleOf(service: Service, node: string, scene: Scene): Example | undefined {
  const [port] = service.ports
  const frontend = port && frontendsOf(service, port).find(({ kind }) => kind === 'ClusterIP')
  const destination = frontend && destinationAt(frontend, port, node, scene)
  if (!destination) return undefined
  const sender = somePod(node, service, destination.ip, scene) ?? nodeSender(node)
  return { service, port, sender, destination }
}

const isDelivered = ({ destination, sender }: Example, { network }: Scene): boolean =>
  evaluate(sender.source, destination, network).every(({ verdict }) => verdict === 'deliver')

/** By name as the API's EndpointSlices have it: addresses of endpoints, each once. */
function endpointCounts({ cluster }: Scene): ReadonlyMap<string, number> {
  const addresses = new Map<string, Set<string>>()
  for (const { ip, service } of cluster.endpoints) {
    if (service === undefined) continue
    const own = addresses.get(service)
    if (own) own.add(ip)
    else addresses.set(service, new Set([ip]))
  }
  return new Map([...addresses].map(([service, own]) => [service, own.size]))
}

/** How much there is to a Service besides one port at one address. */
const extras = (service: Service): number =>
  [
    service.type !== 'ClusterIP',
    service.ports.length > 1,
    service.affinitySeconds !== undefined,
    service.externalIPs.length > 0,
    service.internalTrafficPolicy !== 'Cluster',
  ].filter(Boolean).length
