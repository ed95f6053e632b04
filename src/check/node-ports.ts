/** The NodePorts of Services. */
import type { Service, ServicePort } from '../cluster/objects.ts'

export interface NodePort {
  readonly service: Service
  readonly port: ServicePort
  readonly nodePort: number
}

export const nodePorts = (services: readonly Service[]): NodePort[] =>
  services.flatMap((service) =>
    service.ports.flatMap((port) => (port.nodePort === undefined ? [] : [{ service, port, nodePort: port.nodePort }])),
  )
