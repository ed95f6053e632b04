/** A capture ready for questions: its cluster, and the network of its nodes' Rulesets. Nodes are decoded when a packet comes to them. */
import { reachedNodes } from '../capture/capture.ts'
import type { Capture, Reached } from '../capture/capture.ts'
import { Cluster } from '../cluster/cluster.ts'
import { decodeRuleset } from '../decode/ruleset.ts'
import { sourceFile } from '../decode/source.ts'
import type { Network } from '../evaluate/network.ts'
import { NodeState } from '../evaluate/node.ts'
import { parseIp } from '../ruleset/address.ts'
import type { Table } from '../ruleset/ruleset.ts'

export interface Scene {
  readonly capture: Capture
  readonly cluster: Cluster
  readonly network: Network
}

/** `isSeen` says which of the nodes' tables are taken into account: all, if it is not given. */
export function sceneOf(capture: Capture, isSeen: (table: Table) => boolean = () => true): Scene {
  const cluster = new Cluster(capture)
  const nodes = new Map<string, NodeState>()
  for (const name of capture.nodes) {
    const own = cluster.node(name)
    const ruleset = decodeRuleset((file) => {
      const bytes = capture.file(name, file)
      return bytes && sourceFile(file, bytes)
    })
    const addresses = own?.addresses.flatMap((text) => parseIp(text) ?? []) ?? []
    nodes.set(name, new NodeState(name, { ...ruleset, tables: ruleset.tables.filter(isSeen) }, addresses))
  }
  return { capture, cluster, network: { nodes, hostOf: cluster.hostOf, podAt: cluster.podAt } }
}

/** Every node of the cluster or the recording, sorted. */
export const nodeNames = ({ cluster, network }: Scene): string[] =>
  [...new Set([...network.nodes.keys(), ...cluster.nodes.map(({ name }) => name)])].sort()

/** What could not be seen of a node, why, and the next step where there is one. */
interface BlindSpot {
  readonly node: string
  readonly why: string
  readonly fix?: string
}

/** `seen` of every document: the nodes that could be looked at, of how many, and what could not be seen. */
export interface Seen {
  readonly nodes: readonly string[]
  readonly of: number
  readonly blind: readonly BlindSpot[]
  /** How kpx got at the nodes, where it did so itself. */
  readonly reached?: readonly (Reached & { readonly node: string })[]
  /** What is wrong with the lists of objects that were read, and how kpx took it; and that it looked at the named nodes alone. */
  readonly notes?: readonly string[]
}

export function seenOf(scene: Scene): Seen {
  const { capture, cluster, network } = scene
  const every = nodeNames(scene)
  const all = capture.isPart ? every.filter((node) => network.nodes.has(node)) : every
  const blind = all.flatMap((node) => blindSpots(node, scene))
  const nodes = [...network.nodes.values()].filter(({ ruleset }) => ruleset.seen.size > 0).map(({ name }) => name)
  const reached = reachedNodes(capture)
  const notes = [...cluster.notes, ...(all.length < every.length ? [notAsked] : [])]
  return {
    nodes,
    of: all.length,
    blind,
    ...(reached.length > 0 && { reached }),
    ...(notes.length > 0 && { notes }),
  }
}

const notAsked = 'other nodes were not looked at (--node): what they do with packets that come to them is not known'

function blindSpots(node: string, { capture, network }: Scene): BlindSpot[] {
  const ruleset = network.nodes.get(node)?.ruleset
  if (!ruleset) return [{ node, why: 'nothing of it is recorded' }]
  const spots = [
    ...capture.blind(node).map(({ file, why, ...next }) => ({ node, why: `${file}: ${why}`, ...next })),
    ...ruleset.blind.map(({ file, why }) => ({ node, why: `${file}: ${why}` })),
  ]
  return ruleset.seen.size > 0 ? spots : [...spots, { node, why: 'its rules are not recorded, or cannot be read' }]
}
