/** What is compared at one moment: every node with its packets, and what else is looked for there. */
import { qualified } from '../../cluster/objects.ts'
import type { Service } from '../../cluster/objects.ts'
import type { Code } from '../../codes.ts'
import type { Finding } from '../finding.ts'
import { needLists } from '../lookup.ts'
import type { Scene } from '../scene.ts'
import { statusFindings } from '../status/findings.ts'
import type { SeenNode } from '../status/node.ts'
import { seenNodes } from '../status/status.ts'
import { ofStatus } from './codes.ts'
import { staleConnections } from './conntrack.ts'
import { failedRequests } from './known-causes.ts'
import type { FailedRequests } from './known-causes.ts'
import { lackOf } from './lacking.ts'
import { nodeProxyOf } from './node-proxy.ts'
import type { KnownProxy } from './node-proxy.ts'
import { packetsOn } from './packets.ts'
import type { Packet } from './packets.ts'
import { servedForNobody } from './served.ts'
import type { Stranger } from './served.ts'

/** All that was compared at one moment. */
export interface Observation {
  readonly scene: Scene
  readonly services: number
  /** Whether these are all Services, so that what the rules serve besides could be looked for. */
  readonly isWhole: boolean
  readonly nodes: readonly ObservedNode[]
}

export interface ObservedNode {
  readonly seen: SeenNode
  /** What kpx status says of it, as far as it changes connections, and what its rules lack. */
  readonly known: readonly Finding[]
  /** What of its kube-proxy is not known, each a sentence. */
  readonly unknown: readonly string[]
  /** Undefined where nothing can be compared. */
  readonly packets: readonly Packet[] | undefined
  readonly strangers: readonly Stranger[]
  readonly connections: readonly Finding[]
  readonly failed: FailedRequests | undefined
  /** Packets of Services whose endpoints have changed since the look before. */
  readonly moving: ReadonlySet<Packet>
}

/**
 * `services` and `nodes` are those to compare. Of all the Services of a cluster, what the rules serve besides is looked for as well.
 * Throws KPX1009 where EndpointSlices or Nodes were not recorded: without, nobody can say what should happen.
 */
export function observe(services: readonly Service[], nodes: readonly string[], scene: Scene): Observation {
  needLists(['endpointslices', 'nodes'], scene)
  scene.cluster.readEndpoints()
  const { all, anyPod, server } = seenNodes(scene, nodes)
  const isWhole = services.length === scene.cluster.services.length
  const names = new Set(services.map(qualified))
  return {
    scene,
    services: services.length,
    isWhole,
    nodes: all.map((seen) => {
      const isSeen = (seen.ruleset?.seen.size ?? 0) > 0
      const { proxy, unknown } = isSeen ? nodeProxyOf(seen, server, scene) : unseen
      return {
        seen,
        unknown,
        known: knownOf(seen, statusFindings(seen, server, anyPod, scene), scene),
        packets: proxy && packetsOn(proxy, services, scene),
        failed: failedRequests(seen),
        moving: new Set(),
        strangers: proxy && isWhole ? servedForNobody(proxy, scene) : [],
        connections: staleConnections(seen.status.node, seen.status.pod, scene).filter(({ affects = [] }) =>
          affects.some((name) => names.has(name)),
        ),
      }
    }),
  }
}

/** By which kube-proxy shows that it cannot write rules: why it cannot says more. */
const trouble: readonly Code[] = ['KPX3008', 'KPX3009', 'KPX3010']

function knownOf(seen: SeenNode, all: readonly Finding[], scene: Scene): Finding[] {
  const known = all.filter(({ code }) => ofStatus.includes(code))
  const isTrouble = ({ code }: Finding): boolean => trouble.includes(code)
  const lack = lackOf(seen, known.some(isTrouble), scene)
  return lack ? [lack, ...known.filter((one) => !isTrouble(one))] : known
}

/** What was not seen of its rules the capture tells. */
const unseen: KnownProxy = { proxy: undefined, unknown: [] }
