/** `kpx explain service`: who gets the traffic of every frontend, from everywhere, on every node. */
import { qualified } from '../cluster/objects.ts'
import type { Service, ServicePort } from '../cluster/objects.ts'
import type { Protocol } from '../ruleset/ruleset.ts'
import { behaviourOf } from './behaviour/behaviour.ts'
import type { Behaviour } from './behaviour/behaviour.ts'
import { documentOf } from './document.ts'
import type { Document } from './document.ts'
import type { Finding } from './finding.ts'
import { frontendsOf } from '../cluster/frontend.ts'
import type { Frontend } from '../cluster/frontend.ts'
import { outcomesOn, senderKinds } from './frontend-outcomes.ts'
import type { NodeOutcomes } from './frontend-outcomes.ts'
import type { Outcome } from './outcome.ts'
import type { Scene } from './scene.ts'
import { serviceFindings } from './service-findings.ts'

export type ExplainedFrontend = Frontend & { readonly nodes: readonly NodeOutcomes[] }

export interface ExplainedPort {
  readonly name: string
  readonly port: number
  readonly protocol: Protocol
  readonly frontends: readonly ExplainedFrontend[]
}

export type ServiceExplanation = Document<'ServiceExplanation'> & {
  readonly service: string
  readonly type: string
  readonly ports: readonly ExplainedPort[]
  readonly affinity: { readonly seconds: number } | null
  readonly internalTrafficPolicy: string
  readonly externalTrafficPolicy: string | null
  /** loadBalancerSourceRanges; null where everyone may come. */
  readonly sources: readonly string[] | null
  /** What happens, in sentences. */
  readonly behaviour: readonly Behaviour[]
  readonly findings: readonly Finding[]
}

export function explainService(service: Service, nodes: readonly string[], scene: Scene): ServiceExplanation {
  const ports = explainPorts(service, nodes, scene)
  const { affinitySeconds, externalTrafficPolicy, internalTrafficPolicy, loadBalancerSourceRanges, type } = service
  return {
    ...documentOf('ServiceExplanation', scene),
    service: qualified(service),
    type,
    ports,
    affinity: affinitySeconds === undefined ? null : { seconds: affinitySeconds },
    internalTrafficPolicy,
    externalTrafficPolicy: externalTrafficPolicy ?? null,
    sources: loadBalancerSourceRanges.length > 0 ? loadBalancerSourceRanges : null,
    behaviour: behaviourOf(service, ports, scene),
    findings: serviceFindings(service, ports, scene),
  }
}

/** What the rest is made of. */
export const explainPorts = (service: Service, nodes: readonly string[], scene: Scene): ExplainedPort[] =>
  service.ports.map((port) => explainPort(service, port, nodes, scene))

function explainPort(service: Service, port: ServicePort, nodes: readonly string[], scene: Scene): ExplainedPort {
  const frontends = frontendsOf(service, port).map((frontend) => ({
    ...frontend,
    nodes: nodes.flatMap((node) => outcomesOn(node, { service, port, frontend }, senderKinds, scene) ?? []),
  }))
  return {
    name: port.name,
    port: port.port,
    protocol: port.protocol,
    frontends: frontends.filter((one) => one.nodes.length > 0),
  }
}

export const allOutcomes = ({ ports }: Pick<ServiceExplanation, 'ports'>): Outcome[] =>
  ports.flatMap(({ frontends }) =>
    frontends.flatMap(({ nodes }) => nodes.flatMap(({ from }) => Object.values(from).flat())),
  )
