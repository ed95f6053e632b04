/** The packets that are compared on a node: from every kind of client to every frontend of every Service port. */
import { expectationOf } from '../../cluster/expected/expectation.ts'
import type { Expectation } from '../../cluster/expected/expectation.ts'
import { asTaken, servesNodePorts } from '../../cluster/expected/node-proxy.ts'
import type { Client, NodeProxy } from '../../cluster/expected/node-proxy.ts'
import { targetsOf } from '../../cluster/expected/targets.ts'
import type { Target, Targets } from '../../cluster/expected/targets.ts'
import { frontendsOf } from '../../cluster/frontend.ts'
import type { Frontend } from '../../cluster/frontend.ts'
import { qualified } from '../../cluster/objects.ts'
import type { Endpoint, Service, ServicePort } from '../../cluster/objects.ts'
import { evaluate, sourceAddress } from '../../evaluate/evaluate.ts'
import type { Destination } from '../../evaluate/evaluate.ts'
import { formatIpPort } from '../../ruleset/address.ts'
import type { Ip } from '../../ruleset/address.ts'
import type { Protocol } from '../../ruleset/ruleset.ts'
import { destinationAt } from '../frontend.ts'
import { senderOf } from '../frontend-outcomes.ts'
import type { SenderKind } from '../frontend-outcomes.ts'
import type { Scene } from '../scene.ts'
import { podSender } from '../source.ts'
import type { Sender } from '../source.ts'
import { differencesOf } from './compare.ts'
import type { Compared, Difference } from './compare.ts'

/** One packet, and how what becomes of it differs from what should. */
export interface Packet {
  readonly node: string
  readonly service: Service
  readonly frontend: Frontend
  readonly protocol: Protocol
  readonly sender: SenderKind | 'self'
  /** `from pod shop/client-1 to 10.96.1.2:80/TCP`. */
  readonly label: string
  readonly expected: Expectation
  /** Of the Service's EndpointSlices: another one where they have changed. */
  readonly version: string
  readonly differences: readonly Difference[]
}

export function packetsOn(proxy: NodeProxy, services: readonly Service[], scene: Scene): Packet[] {
  return services.flatMap((listed) => {
    if (listed.leftToOthers) return []
    const service = asTaken(listed, proxy)
    const endpoints = scene.cluster.endpointsOf(service)
    const version = [...new Set(endpoints.map((endpoint) => endpoint.version))].sort().join()
    return service.ports.flatMap((port) => portPackets(service, port, { endpoints, version }, proxy, scene))
  })
}

function portPackets(
  service: Service,
  port: ServicePort,
  { endpoints, version }: { readonly endpoints: readonly Endpoint[]; readonly version: string },
  proxy: NodeProxy,
  scene: Scene,
): Packet[] {
  const frontends = frontendsOf(service, port)
  // kube-proxy takes no notice of addresses of a family in which the Service has no ClusterIP
  const families = new Set(frontends.flatMap(({ family, kind }) => (kind === 'ClusterIP' ? [family] : [])))
  return [...families].flatMap((family) => {
    const targets = targetsOf(service, port, family, endpoints, proxy)
    return frontends.flatMap((frontend) => {
      if (frontend.family !== family) return []
      const destination = destinationOn(frontend, port, proxy, scene)
      if (!destination) return []
      return sendersTo(service, frontend, destination, targets, proxy, scene).map((named) =>
        packetOf(named, { service, frontend, destination, targets, version, proxy }, scene),
      )
    })
  })
}

/** A NodePort at an address that has it: the node's primary one, else one of its devices'. */
function destinationOn(frontend: Frontend, port: ServicePort, proxy: NodeProxy, scene: Scene): Destination | undefined {
  const destination = destinationAt(frontend, port, proxy.node, scene)
  if (frontend.kind !== 'NodePort' || !destination) return destination
  const serves = servesNodePorts(destination.ip, proxy)
  if (serves !== false) return serves && destination
  const ip = deviceAddresses(proxy.node, destination.ip, scene).find((one) => servesNodePorts(one, proxy))
  return ip === undefined ? undefined : { ...destination, ip }
}

const deviceAddresses = (node: string, like: Ip, { network }: Scene): Ip[] =>
  (network.nodes.get(node)?.ruleset.interfaces ?? []).flatMap(({ addresses }) =>
    addresses.flatMap(({ ip, scope }) => (typeof ip === typeof like && scope === 'global' ? [ip] : [])),
  )

interface NamedSender {
  readonly kind: Packet['sender']
  readonly sender: Sender
}

/** Source ranges let in nobody beyond the cluster but those whom they name. */
function sendersTo(
  service: Service,
  { kind }: Frontend,
  destination: Destination,
  targets: Targets,
  { node }: NodeProxy,
  scene: Scene,
): NamedSender[] {
  const kinds: readonly SenderKind[] =
    kind === 'LoadBalancer' && service.loadBalancerSourceRanges.length > 0
      ? ['pod', 'node', 'outside', 'allowed']
      : ['pod', 'node', 'outside']
  const senders = kinds.flatMap((one): NamedSender[] => {
    const sender = senderOf(one, node, service, destination, scene)
    return sender ? [{ kind: one, sender }] : []
  })
  const self = kind === 'ClusterIP' ? ownPod(targets.cluster, node, scene) : undefined
  return self ? [...senders, { kind: 'self', sender: self }] : senders
}

/** A pod of the node that is an endpoint itself: it may get its own packet. */
function ownPod(targets: readonly Target[], node: string, { cluster }: Scene): Sender | undefined {
  const own = targets.find(({ endpoint }) => endpoint.node === node && endpoint.pod !== undefined)
  const pod = own && cluster.podsOn(node).find((one) => qualified(one) === own.endpoint.pod)
  return pod && !pod.hostNetwork ? podSender(pod) : undefined
}

interface Question {
  readonly service: Service
  readonly frontend: Frontend
  readonly destination: Destination
  readonly targets: Targets
  readonly version: string
  readonly proxy: NodeProxy
}

function packetOf({ kind, sender }: NamedSender, question: Question, scene: Scene): Packet {
  const { destination, frontend, proxy, service, targets, version } = question
  const { label, source } = sender
  const client: Client = { kind: source.kind, ip: sourceAddress(source, destination, scene.network) }
  const expected = expectationOf(service, frontend, client, targets, proxy)
  const outcomes = evaluate(source, destination, scene.network)
  const compared: Compared = { service, client, proxy, expected, outcomes }
  return {
    node: proxy.node,
    service,
    frontend,
    protocol: destination.protocol,
    sender: kind,
    label: `from ${label} to ${formatIpPort(destination.ip, destination.port)}/${destination.protocol}`,
    expected,
    version,
    differences: differencesOf(compared).map((difference) => withStale(difference, service, scene)),
  }
}

/** What is no endpoint of the Service at all, by no slice, or is one that is not ready. */
function withStale(difference: Difference, service: Service, { cluster }: Scene): Difference {
  const { outcome } = difference
  const endpoint = outcome?.endpoint
  if (!endpoint || (difference.kind !== 'strays' && difference.kind !== 'passes')) return difference
  const name = qualified(service)
  const listed = cluster
    .endpointsAt(endpoint.ip)
    .find((one) => one.service === name && one.ports.some(({ port }) => port === endpoint.port))
  if (!listed) {
    return { ...difference, kind: 'stale', what: `${outcome.why()}; no EndpointSlice of ${name} has that address` }
  }
  return listed.ready ? difference : { ...difference, what: `${outcome.why()}, which is not ready` }
}
