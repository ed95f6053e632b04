/** Services of every kind that decides otherwise about packets. */
import { service } from './web.ts'

const loadBalancerIP = '203.0.113.10'
const externalIP = '192.0.2.44'
const nodePorts = [30001, 30002, 30003] as const

export const services: readonly object[] = [
  service('nodeport', 'web', { type: 'NodePort' }, nodePorts[0]),
  service('external-local', 'single', { type: 'NodePort', externalTrafficPolicy: 'Local' }, nodePorts[1]),
  service('internal-local', 'single', { internalTrafficPolicy: 'Local' }),
  service('external-ip', 'web', { externalIPs: [externalIP] }),
  service('balanced', 'web', { type: 'LoadBalancer', loadBalancerSourceRanges: ['10.200.0.12/32'] }, nodePorts[2]),
  service('sticky', 'web', { sessionAffinity: 'ClientIP' }),
  service('idle', 'none'),
]

/** What a load balancer's controller would write. */
export const balancedStatus = { status: { loadBalancer: { ingress: [{ ip: loadBalancerIP }] } } }

const at = (ip: string, port: number): string => `${ip.includes(':') ? `[${ip}]` : ip}:${port}`

/** The frontends as `HOST:PORT`. Every node has the NodePorts at both of its addresses. */
export const addressesOf = (clusterIPs: readonly string[], nodeIPs: readonly string[]): string[] => [
  ...[...clusterIPs, externalIP, loadBalancerIP].map((ip) => at(ip, 80)),
  ...nodeIPs.flatMap((ip) => nodePorts.map((port) => at(ip, port))),
]
