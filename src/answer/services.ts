/** `kpx services`: every Service port as a table from Service to pods. */
import { qualified } from '../cluster/objects.ts'
import type { Service, ServicePort } from '../cluster/objects.ts'
import type { Outcome, Verdict } from '../evaluate/evaluate.ts'
import { formatIp } from '../ruleset/address.ts'
import type { IpFamily } from '../ruleset/address.ts'
import type { Protocol } from '../ruleset/ruleset.ts'
import { documentOf } from './document.ts'
import type { Document } from './document.ts'
import { frontendsOf } from '../cluster/frontend.ts'
import type { Frontend, FrontendKind } from '../cluster/frontend.ts'
import { usualOutcomes } from './frontend-outcomes.ts'
import type { Endpoint } from './outcome.ts'
import type { Scene } from './scene.ts'

export interface ServiceItem {
  readonly service: string
  readonly port: number
  readonly protocol: Protocol
  readonly kind: FrontendKind
  readonly ip: string | null
  readonly family: IpFamily
  readonly node: string
  /** Who sends: a ClusterIP is asked for by a pod of the node, the others by a client beyond the cluster. */
  readonly from: string
  readonly endpoints: readonly (Endpoint & { readonly share: number })[]
  /** What happens to the packets that reach no endpoint. */
  readonly others: readonly { readonly verdict: Verdict; readonly share: number }[]
  /** What most packets meet. */
  readonly verdict: Verdict
}

export type ServiceList = Document<'ServiceList'> & { readonly items: readonly ServiceItem[] }

export function listServices(services: readonly Service[], nodes: readonly string[], scene: Scene): ServiceList {
  if (services.length > 1) scene.cluster.readEndpoints()
  return {
    ...documentOf('ServiceList', scene),
    items: services.flatMap((service) =>
      service.ports.flatMap((port) =>
        frontendsOf(service, port).flatMap((frontend) =>
          nodes.flatMap((node) => itemOn(node, service, port, frontend, scene) ?? []),
        ),
      ),
    ),
  }
}

function itemOn(
  node: string,
  service: Service,
  port: ServicePort,
  frontend: Frontend,
  scene: Scene,
): ServiceItem | undefined {
  const answer = usualOutcomes(node, { service, port, frontend }, scene)
  if (!answer) return undefined
  const { from, outcomes } = answer
  const [most] = outcomes
  if (!most) return undefined
  return {
    service: qualified(service),
    port: frontend.port,
    protocol: port.protocol,
    kind: frontend.kind,
    ip: frontend.ip,
    family: frontend.family,
    node,
    from,
    endpoints: outcomes.flatMap(endpointOf),
    others: outcomes.flatMap(({ endpoint, share, verdict }) => (endpoint ? [] : [{ verdict, share }])),
    verdict: most.verdict,
  }
}

const endpointOf = ({ endpoint, share }: Outcome): (Endpoint & { share: number })[] =>
  endpoint ? [{ ip: formatIp(endpoint.ip), port: endpoint.port, pod: endpoint.pod, node: endpoint.node, share }] : []
