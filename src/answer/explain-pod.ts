/** `kpx explain pod`: which Services send traffic to a pod, in what shares, and why the others do not. */
import { hasEnded, qualified } from '../cluster/objects.ts'
import type { Pod, Service } from '../cluster/objects.ts'
import { parseIp } from '../ruleset/address.ts'
import { documentOf } from './document.ts'
import type { Document } from './document.ts'
import type { Finding } from './finding.ts'
import { frontendsOf } from '../cluster/frontend.ts'
import { recordedServices } from './lookup.ts'
import { leadsTo } from './mention/leads.ts'
import type { Leads } from './mention/leads.ts'
import { podFindings } from './pod-findings.ts'
import { isSelectedBy, listedFor, podFrontends } from './pod-frontends.ts'
import type { PodFrontend } from './pod-frontends.ts'
import type { Scene } from './scene.ts'

export interface PodService {
  readonly service: string
  /** Whether an EndpointSlice of the Service lists the pod; null where they were not recorded. */
  readonly listed: boolean | null
  /** Whether the Service's selector names its labels; null where it selects none. */
  readonly selected: boolean | null
  /** Why kube-proxy has nothing to do with it. */
  readonly note: string | null
  readonly frontends: readonly PodFrontend[]
}

export type PodExplanation = Document<'PodExplanation'> & {
  readonly pod: string
  readonly node: string | null
  readonly ips: readonly string[]
  /** `Running` and so on; null where it is not recorded. */
  readonly phase: string | null
  /** Its condition Ready; null where it is not recorded. */
  readonly ready: boolean | null
  readonly terminating: boolean
  readonly hostNetwork: boolean
  readonly services: readonly PodService[]
  /** Why no Service sends it anything, where that is so. */
  readonly why: string | null
  readonly findings: readonly Finding[]
}

/** Throws KPX1009 when the Services were not recorded. */
export function explainPod(pod: Pod, nodes: readonly string[], scene: Scene): PodExplanation {
  const all = hasEnded(pod) ? [] : recordedServices(scene)
  const leads = leadsOn(nodes, pod, scene)
  const services = all.flatMap((service) => podService(pod, service, { leads, nodes }, scene) ?? [])
  const { hostNetwork, ips, node, phase, ready, terminating } = pod
  return {
    ...documentOf('PodExplanation', scene),
    pod: qualified(pod),
    node: node ?? null,
    ips,
    phase: phase === '' ? null : phase,
    ready: ready ?? null,
    terminating,
    hostNetwork,
    services,
    why: services.length > 0 ? null : whyNone(pod, scene),
    findings: podFindings(pod, services, nodes, scene),
  }
}

function whyNone(pod: Pod, { cluster }: Scene): string {
  if (hasEnded(pod)) return 'it has ended, and has no address any more'
  const slices = cluster.isRecorded('endpointslices') ? 'no EndpointSlice lists it' : 'EndpointSlices are not recorded'
  return `no Service selects its labels, ${slices}, and no packet to a Service comes to it on a node that was seen`
}

/** What leads to the pod on any of the nodes. */
const leadsOn = (nodes: readonly string[], pod: Pod, { network }: Scene): Leads[] =>
  nodes.flatMap((node) => {
    const ruleset = network.nodes.get(node)?.ruleset
    const ips = pod.ips.flatMap((text) => parseIp(text) ?? [])
    return ruleset ? ips.map((ip) => leadsTo(ip, ruleset)) : []
  })

/** Whether packets to the Service may come to where the leads go; what is sent to no pod, a node may translate again. */
const mayCome = (service: Service, leads: readonly Leads[], { cluster }: Scene): boolean =>
  cluster.endpointsOf(service).some(({ pod }) => pod === undefined) ||
  service.ports
    .flatMap((port) => frontendsOf(service, port))
    .some(({ ip, port }) =>
      leads.some(({ any, ips, ports }) => any || ports.has(port) || (ip !== null && ips.has(parseIp(ip) ?? -1))),
    )

/** Undefined for a Service that has nothing to do with the pod. */
function podService(
  pod: Pod,
  service: Service,
  { leads, nodes }: { readonly leads: readonly Leads[]; readonly nodes: readonly string[] },
  scene: Scene,
): PodService | undefined {
  const listed = scene.cluster.isRecorded('endpointslices') ? listedFor(pod, service, scene).length > 0 : null
  const selected = Object.keys(service.selector).length === 0 ? null : isSelectedBy(pod, service)
  if (listed !== true && selected !== true && !mayCome(service, leads, scene)) return undefined
  const frontends = podFrontends(pod, service, nodes, scene)
  const isServed = frontends.some((frontend) => frontend.nodes.some(({ share }) => share > 0))
  if (listed !== true && selected !== true && !isServed) return undefined
  return { service: qualified(service), listed, selected, note: noteOf(service), frontends }
}

function noteOf({ clusterIPs, leftToOthers, type }: Service): string | null {
  if (type === 'ExternalName') return 'ExternalName: kube-proxy does nothing for it'
  if (leftToOthers) return 'its labels leave it to another proxy'
  return clusterIPs.length === 0 ? 'headless: kube-proxy does nothing for it' : null
}
