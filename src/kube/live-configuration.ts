/** What configures kube-proxy on a live cluster, as a capture: its DaemonSets and ConfigMaps, and no look at any node. */
import type { Capture } from '../capture/capture.ts'
import type { Connection } from './connection.ts'
import { configurationLists } from './kube-proxy-objects.ts'

/** Throws KPX1011 and KPX1013 to KPX1017. */
export const liveConfiguration = async (connection: Connection): Promise<Capture> =>
  objectsCapture(connection, await configurationLists(connection))

/** Objects alone, by the names of a capture's lists. */
export const objectsCapture = (
  connection: Connection,
  lists: Readonly<Record<string, readonly unknown[]>>,
): Capture => ({
  name: connection.context,
  path: connection.server,
  flags: connection.flags,
  takenAt: new Date().toISOString(),
  nodes: [],
  file: () => undefined,
  files: () => [],
  list: (name) => (Object.hasOwn(lists, name) ? lists[name] : undefined),
  blind: () => [],
  reached: () => undefined,
})
