/** What configures kube-proxy on a live cluster, as a capture: its DaemonSets and ConfigMaps, and no look at any node. */
import type { Capture } from '../capture/capture.ts'
import type { Connection } from './connection.ts'
import { configurationLists } from './kube-proxy-objects.ts'

/** Throws KPX1011 and KPX1013 to KPX1017. */
export async function liveConfiguration(connection: Connection): Promise<Capture> {
  const lists = await configurationLists(connection)
  return {
    name: connection.context,
    path: connection.server,
    flags: connection.flags,
    nodes: [],
    file: () => undefined,
    files: () => [],
    list: (name) => (Object.hasOwn(lists, name) ? lists[name] : undefined),
    blind: () => [],
    reached: () => undefined,
  }
}
