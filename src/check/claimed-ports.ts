/**
 * Ports of kube-proxy's own that the API has given to somebody else: NodePorts, health-check ports, and hostPorts of pods. The API server
 * gives NodePorts out of a range of its own, 30000-32767 (DefaultServiceNodePortRange, kubernetes/pkg/kubeapiserver/options/options.go 1.33).
 */
import { finding } from '../answer/finding.ts'
import type { Finding } from '../answer/finding.ts'
import { hostPorts } from '../cluster/host-ports.ts'
import { qualified } from '../cluster/objects.ts'
import { noConfiguration, skipped, whole } from './check.ts'
import type { ClusterCheck } from './check.ts'
import { nodePorts } from './node-ports.ts'
import { ownPorts } from './own-ports.ts'
import type { OwnPort } from './own-ports.ts'
import type { Subject } from './subject.ts'

export const claimedPorts: ClusterCheck = {
  codes: ['KPX4144'],
  needs: 'cluster',
  applies: whole,
  ofCluster: (subject) => {
    const { scene, settings } = subject
    if (settings.length === 0) return noConfiguration
    const unseen = (['services', 'pods'] as const).find((list) => !scene.cluster.isRecorded(list))
    if (unseen !== undefined) return skipped(`the ${unseen} were not recorded`)
    const claims = claimsOf(subject)
    // configurations of several releases mostly have the same
    const own = new Map(settings.flatMap(ownPorts).map((one) => [`${one.field} ${one.port}`, one]))
    return [...own.values()].flatMap((one) => ofPort(one, claims))
  },
}

interface Claim {
  readonly port: number
  /** `the NodePort of Service shop/web`. */
  readonly by: string
  /** The Service whose connections meet kube-proxy, or are kept from it. */
  readonly service?: string
}

function claimsOf({ nodes, scene: { capture, cluster } }: Subject): Claim[] {
  const ofNodePorts = nodePorts(cluster.services).map(({ nodePort, port, service }) => ({
    port: port.protocol === 'TCP' ? nodePort : 0,
    by: `the NodePort of Service ${qualified(service)}`,
    service: qualified(service),
  }))
  const ofHealthChecks = cluster.services.map((service) => ({
    port: service.healthCheckNodePort ?? 0,
    by: `the healthCheckNodePort of Service ${qualified(service)}`,
    service: qualified(service),
  }))
  // kube-proxy may tell its ports as others do
  const own = new Set(nodes.map(({ seen: { pod } }) => pod && `${pod.namespace}/${pod.pod}`))
  const ofPods = hostPorts(capture)
    .filter(({ pod }) => !own.has(pod))
    .map(({ node, pod, port }) => ({ port, by: `the hostPort of Pod ${pod} on ${node}` }))
  return [...ofNodePorts, ...ofHealthChecks, ...ofPods]
}

function ofPort({ field, port }: OwnPort, claims: readonly Claim[]): Finding[] {
  const [first, ...others] = claims.filter((claim) => claim.port === port)
  if (first) {
    const more = others.length === 0 ? '' : ` and of ${others.length} more`
    const affects = [first, ...others].flatMap(({ service }) => service ?? []).sort()
    return [finding('KPX4144', { message: `${field} has port ${port}, ${first.by}${more}`, field, affects })]
  }
  if (port < usualRange.first || port > usualRange.last) return []
  const range = `${usualRange.first}-${usualRange.last}`
  const message = `${field} has port ${port}, which a Service may be given as NodePort (${range}, unless the API server has another range)`
  return [{ ...finding('KPX4144', { message, field }), level: 'info' }]
}

const usualRange = { first: 30000, last: 32767 }
