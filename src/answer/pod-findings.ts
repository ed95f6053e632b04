/** Where a node's rules disagree with the API about a pod. */
import { hasEnded, qualified } from '../cluster/objects.ts'
import type { Pod } from '../cluster/objects.ts'
import { formatIpPort, parseIp } from '../ruleset/address.ts'
import { leftoverEndpoints } from './address-findings.ts'
import { addressNode } from './explain-address.ts'
import type { PodService } from './explain-pod.ts'
import { finding } from './finding.ts'
import type { Finding } from './finding.ts'
import type { PodFrontend, PodShare } from './pod-frontends.ts'
import type { Scene } from './scene.ts'
import { isStale, staleEndpoint } from './service-findings.ts'

export const podFindings = (
  pod: Pod,
  services: readonly PodService[],
  nodes: readonly string[],
  scene: Scene,
): Finding[] => [...servedFindings(pod, services, scene), ...nodes.flatMap((node) => leftovers(pod, node, scene))]

/** Rules for the pod's address that no packet comes to, or whose Service is gone. A node's address is not the pod's alone. */
function leftovers(pod: Pod, node: string, scene: Scene): Finding[] {
  const ips = pod.hostNetwork || hasEnded(pod) ? [] : pod.ips.flatMap((text) => parseIp(text) ?? [])
  return ips
    .map((ip) => ({ ip, port: undefined, protocol: undefined }))
    .flatMap((asked) => leftoverEndpoints(addressNode(node, asked, [], scene), asked, scene))
    .filter(({ code }) => code === 'KPX3004')
}

/** One finding per code, Service and node, for the first frontend that shows it. */
const servedFindings = (pod: Pod, services: readonly PodService[], { cluster }: Scene): Finding[] =>
  services.flatMap(({ frontends, service: name }) => {
    const service = cluster.services.find((one) => qualified(one) === name)
    const nodes = new Set(frontends.flatMap((frontend) => frontend.nodes.map(({ node }) => node)))
    return [...nodes].flatMap((node) => {
      const shares = frontends.flatMap((frontend) =>
        frontend.nodes.flatMap((share) => (share.node === node ? [{ frontend, share }] : [])),
      )
      const missing = shares.find(({ share }) => share.missing)
      const stale = shares
        .flatMap((seen) => seen.share.outcomes.map((outcome) => ({ packet: packetText(seen), node, outcome })))
        .find(({ outcome }) => isStale(outcome, name, cluster))
      return [
        ...(stale && service ? [staleEndpoint(stale, service)] : []),
        ...(missing ? [missingEndpoint(pod, name, missing)] : []),
      ]
    })
  })

interface Seen {
  readonly frontend: PodFrontend
  readonly share: PodShare
}

const missingEndpoint = (pod: Pod, service: string, seen: Seen): Finding =>
  finding('KPX3006', {
    object: `Service ${service}`,
    node: seen.share.node,
    evidence: seen.share.evidence,
    message: `${packetText(seen)}: none comes to ${qualified(pod)}, which is ready; ${seen.share.why ?? ''}`,
  })

/** `from pod shop/client-1 to 10.96.1.2:80/TCP`. */
function packetText({ frontend: { ip, port, protocol }, share }: Seen): string {
  const parsed = parseIp(ip ?? '')
  const address = parsed === undefined ? `NodePort ${port}` : formatIpPort(parsed, port)
  return `from ${share.from} to ${address}/${protocol}`
}
