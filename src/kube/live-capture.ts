/** A live cluster as a capture: everything that an answer may need is read before, and then answers as a recording does. */
import type { Capture } from '../capture/capture.ts'
import { unlessInterrupted } from '../interruption.ts'
import { clusterNode } from './access/cluster-node.ts'
import { accesses } from './access/index.ts'
import type { AccessOptions } from './access/index.ts'
import type { Connection } from './connection.ts'
import { blindSpots, lookAt, unseen } from './look.ts'
import { listObjects } from './objects.ts'
import { resources } from './resource.ts'

export interface LiveOptions extends AccessOptions {
  /** Those alone, where any are named. */
  readonly nodes: readonly string[] | undefined
}

export async function liveCapture(connection: Connection, options: LiveOptions): Promise<Capture> {
  const [services, endpointslices, pods, nodeObjects] = await Promise.all([
    listObjects(connection, resources.services),
    listObjects(connection, resources.endpointSlices),
    listObjects(connection, resources.pods),
    listObjects(connection, resources.nodes),
  ])
  const wanted = nodeObjects
    .flatMap((object) => clusterNode(object) ?? [])
    .filter(({ name }) => options.nodes === undefined || options.nodes.includes(name))
  const looks = await lookAt(wanted, accesses(connection, pods, options))
  await unlessInterrupted()
  const lists: Readonly<Record<string, readonly unknown[]>> = { services, endpointslices, pods, nodes: nodeObjects }
  return {
    name: connection.context,
    path: connection.server,
    flags: connection.flags,
    takenAt: new Date().toISOString(),
    nodes: wanted.map(({ name }) => name).sort(),
    file: (node, file) => looks.get(node)?.files.get(file),
    files: (node) => [...(looks.get(node)?.files.keys() ?? [])].sort(),
    list: (name) => (Object.hasOwn(lists, name) ? lists[name] : undefined),
    blind: (node) => blindSpots(looks.get(node) ?? unseen),
    reached: (node) => looks.get(node)?.reached,
  }
}
