/** The DaemonSet, its pods and the cluster's nodes, as they are now. */
import type { Applied } from '../cluster/applied.ts'
import { object, text } from '../cluster/json.ts'
import type { Json } from '../cluster/json.ts'
import { clusterNode } from '../kube/access/cluster-node.ts'
import type { Connection } from '../kube/connection.ts'
import { listIn, listObjects } from '../kube/objects.ts'
import { resources } from '../kube/resource.ts'
import { nodePods } from './node-pod.ts'
import type { NodePod } from './node-pod.ts'
import { getDaemonSet } from './template.ts'

export interface Situation {
  readonly set: Json
  /** One of each node, by node. */
  readonly pods: readonly NodePod[]
}

export async function situationOf(connection: Connection, workload: Applied): Promise<Situation> {
  const set = await getDaemonSet(connection, workload)
  return { set, pods: nodePods(await listIn(connection, resources.pods, workload.namespace, selectorOf(set)), set) }
}

function selectorOf(set: Json): string {
  const labels = object(object(object(set['spec'])['selector'])['matchLabels'])
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${text(value)}`)
    .join(',')
}

/** Why nodes are not Ready, as the API has it, by node; empty for one that is. */
export async function troublesOfNodes(connection: Connection): Promise<ReadonlyMap<string, string>> {
  const nodes = (await listObjects(connection, resources.nodes)).flatMap((one) => clusterNode(one) ?? [])
  return new Map(
    nodes.map(({ name, trouble }) => [name, trouble === undefined ? '' : trouble || 'the API does not say why']),
  )
}
