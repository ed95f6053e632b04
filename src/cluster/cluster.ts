/** The API objects of a capture together, and who has which address. */
import type { Capture } from '../capture/capture.ts'
import { parseIp } from '../ruleset/address.ts'
import type { Ip } from '../ruleset/address.ts'
import { endpoints, nodes, pods, qualified, services } from './objects.ts'
import type { Endpoint, Node, Pod, Service } from './objects.ts'

export interface Cluster {
  /** Sorted by namespace and name. */
  readonly services: readonly Service[]
  readonly pods: readonly Pod[]
  readonly nodes: readonly Node[]
  readonly endpoints: readonly Endpoint[]
  readonly hostOf: (ip: Ip) => { readonly pod?: string; readonly node: string | undefined } | undefined
  readonly podAt: (ip: Ip, port: number) => string | undefined
}

const byName = (a: { namespace: string; name: string }, b: { namespace: string; name: string }): number =>
  qualified(a) < qualified(b) ? -1 : 1

export function readCluster(capture: Capture): Cluster {
  const all = {
    services: services(capture).sort(byName),
    pods: pods(capture).sort(byName),
    nodes: nodes(capture),
    endpoints: endpoints(capture),
  }
  const hosts = hostsOf(all)
  const podOf = new Map(
    all.endpoints.flatMap(({ ip, pod, ports }) =>
      ports.flatMap((port) => (pod ? [[`${parse(ip)} ${port}`, pod]] : [])),
    ),
  )
  return { ...all, hostOf: (ip) => hosts.get(ip), podAt: (ip, port) => podOf.get(`${ip} ${port}`) }
}

/** Addresses that are none are compared with nothing. */
const parse = (text: string): Ip => parseIp(text) ?? -1

/** Pods first: an EndpointSlice may be older than the pods, or stand alone. */
function hostsOf({
  endpoints,
  nodes,
  pods,
}: Pick<Cluster, 'endpoints' | 'nodes' | 'pods'>): Map<Ip, { pod?: string; node: string | undefined }> {
  const hosts = new Map<Ip, { pod?: string; node: string | undefined }>()
  for (const node of nodes) for (const ip of node.addresses) hosts.set(parse(ip), { node: node.name })
  for (const pod of pods.filter(({ hostNetwork }) => !hostNetwork)) {
    for (const ip of pod.ips) hosts.set(parse(ip), { pod: qualified(pod), node: pod.node })
  }
  for (const { ip, node, pod } of endpoints) {
    if (pod !== undefined && !hosts.has(parse(ip))) hosts.set(parse(ip), { pod, node })
  }
  return hosts
}
