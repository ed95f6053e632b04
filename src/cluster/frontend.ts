/** The addresses at which a Service's port is reached: what a client sends to. */
import { familyOf, formatIp, parseIp } from '../ruleset/address.ts'
import type { IpFamily } from '../ruleset/address.ts'
import type { Service, ServicePort } from './objects.ts'

export type FrontendKind = 'ClusterIP' | 'ExternalIP' | 'LoadBalancer' | 'NodePort'

export interface Frontend {
  readonly kind: FrontendKind
  /** Canonical text; null for a NodePort, which every node has at addresses of its own. */
  readonly ip: string | null
  readonly port: number
  readonly family: IpFamily
}

/** In the order in which `kubectl describe service` names them. */
export function frontendsOf(service: Service, { nodePort, port }: ServicePort): Frontend[] {
  const at = (kind: FrontendKind, ips: readonly string[]): Frontend[] =>
    ips.flatMap((text) => {
      const ip = parseIp(text)
      return ip === undefined ? [] : [{ kind, ip: formatIp(ip), port, family: familyOf(ip) }]
    })
  const clusterIPs = at('ClusterIP', service.clusterIPs)
  const families = [...new Set(clusterIPs.map(({ family }) => family))]
  const nodePorts = families.flatMap((family): Frontend[] =>
    nodePort === undefined ? [] : [{ kind: 'NodePort', ip: null, port: nodePort, family }],
  )
  const external = [...at('ExternalIP', service.externalIPs), ...at('LoadBalancer', service.loadBalancerIPs)]
  return [...clusterIPs, ...external, ...nodePorts]
}
