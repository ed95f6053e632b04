/** The API objects of a capture together, and who has which address. A list is read when it is first asked for. */
import type { Capture } from '../capture/capture.ts'
import { parseIp } from '../ruleset/address.ts'
import type { Ip } from '../ruleset/address.ts'
import { EndpointSlices } from './endpoint-slices.ts'
import { hasEnded, nodes, pods, qualified, services } from './objects.ts'
import type { Endpoint, Node, Pod, Recorded, Service } from './objects.ts'

interface Host {
  readonly pod?: string
  readonly node: string | undefined
}

export class Cluster {
  readonly #capture: Capture
  readonly #notes: string[] = []
  readonly #services = once(() => this.#sorted(this.#distinct('Service', 'services', services(this.#capture))))
  readonly #everyPod = once(() => this.#sorted(this.#distinct('pod', 'pods', pods(this.#capture))))
  readonly #pods = once(() => this.#everyPod().items.filter((pod) => !hasEnded(pod)))
  readonly #nodes = once(() => this.#distinct('node', 'nodes', nodes(this.#capture)))
  readonly #slices = once(() => new EndpointSlices(this.#capture))
  readonly #endpoints = once(() => this.#slices().all)
  readonly #podsByNode = once(() => grouped(this.pods, ({ node }) => node))
  readonly #hosts = once(() => this.#hostsByAddress())

  constructor(capture: Capture) {
    this.#capture = capture
  }

  /** Sorted by namespace and name. */
  get services(): readonly Service[] {
    return this.#services().items
  }

  /** Pods that run or will, sorted by namespace and name. */
  get pods(): readonly Pod[] {
    return this.#pods()
  }

  get endedPods(): readonly Pod[] {
    return this.#everyPod().items.filter(hasEnded)
  }

  get nodes(): readonly Node[] {
    return this.#nodes().items
  }

  get endpoints(): readonly Endpoint[] {
    return this.#endpoints()
  }

  /** For whoever asks about all Services: together is quicker than one by one. */
  readEndpoints(): void {
    this.#endpoints()
  }

  get hasEndpoints(): boolean {
    return !this.#slices().isEmpty
  }

  /** What is wrong with the lists that were read so far, and how it was taken. */
  get notes(): readonly string[] {
    return this.#notes
  }

  /** Whether the list was recorded, which is not the same as there being any. */
  isRecorded(kind: 'endpointslices' | 'nodes' | 'pods' | 'services'): boolean {
    const read = { endpointslices: this.#slices, nodes: this.#nodes, pods: this.#everyPod, services: this.#services }
    return read[kind]().recorded
  }

  node(name: string): Node | undefined {
    return this.nodes.find((node) => node.name === name)
  }

  podsOn(node: string): readonly Pod[] {
    return this.#podsByNode().get(node) ?? []
  }

  endpointsOf(service: Service): readonly Endpoint[] {
    return this.#slices().of(service)
  }

  endpointsAt(ip: Ip): readonly Endpoint[] {
    return this.#slices().at(ip)
  }

  /** The pod behind an endpoint's address and port: also one in its node's network, which shares the node's address. */
  readonly podAt = (ip: Ip, port: number): string | undefined =>
    this.endpointsAt(ip).find(({ pod, ports }) => pod !== undefined && ports.some((one) => one.port === port))?.pod

  /** An EndpointSlice may be older than the pods, or stand alone: it counts where neither a pod nor a node has the address. */
  readonly hostOf = (ip: Ip): Host | undefined => {
    const host = this.#hosts().get(ip)
    if (host) return host
    for (const { node, pod } of this.endpointsAt(ip)) if (pod !== undefined) return { pod, node }
    return undefined
  }

  #hostsByAddress(): Map<Ip, Host> {
    const hosts = new Map<Ip, Host>()
    const add = (texts: readonly string[], host: Host): void => {
      for (const text of texts) {
        const ip = parseIp(text)
        if (ip !== undefined) hosts.set(ip, host)
      }
    }
    for (const { addresses, name } of this.nodes) add(addresses, { node: name })
    for (const pod of this.pods) if (!pod.hostNetwork) add(pod.ips, { pod: qualified(pod), node: pod.node })
    return hosts
  }

  /** Without objects that have no name, and of several of one name the first. */
  #distinct<T extends { readonly namespace?: string; readonly name: string }>(
    kind: string,
    list: string,
    { items, recorded }: Recorded<T>,
  ): Recorded<T> {
    const first = new Map<string, T>()
    const repeated = new Set<string>()
    for (const item of items) {
      const key = item.namespace === undefined ? item.name : `${item.namespace}/${item.name}`
      if (first.has(key)) repeated.add(key)
      else if (item.name !== '') first.set(key, item)
    }
    const nameless = items.filter(({ name }) => name === '').length
    const file = `objects/${list}.json`
    if (nameless > 0) this.#notes.push(`${file} has ${nameless} entries without a name, which kpx leaves out`)
    for (const key of repeated) this.#notes.push(`${file} has ${kind} ${key} more than once; kpx uses the first`)
    return { items: [...first.values()], recorded }
  }

  /** Of items with names of their own. */
  #sorted<T extends { namespace: string; name: string }>({ items, recorded }: Recorded<T>): Recorded<T> {
    const byName = new Map(items.map((item) => [qualified(item), item]))
    // names alone are sorted without calls of a comparison
    return { items: [...byName.keys()].sort().flatMap((name) => byName.get(name) ?? []), recorded }
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}

function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K | undefined): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    if (key === undefined) continue
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}
