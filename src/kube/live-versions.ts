/** What tells the versions of a live cluster, as a capture: the API server's own, its nodes and their pods; no node is looked at. */
import type { Capture } from '../capture/capture.ts'
import type { Connection } from './connection.ts'
import { serverVersionOf } from './kube-proxy-objects.ts'
import { objectsCapture } from './live-configuration.ts'
import { listObjects } from './objects.ts'
import { resources } from './resource.ts'

/** Throws KPX1011 and KPX1013 to KPX1017. */
export async function liveVersions(connection: Connection): Promise<Capture> {
  const [version, nodes, pods] = await Promise.all([
    serverVersionOf(connection),
    listObjects(connection, resources.nodes),
    listObjects(connection, resources.pods),
  ])
  return objectsCapture(connection, { version, nodes, pods })
}
