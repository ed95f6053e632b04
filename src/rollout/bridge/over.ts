/** The bridge of one node, from what was seen of it before its kube-proxy changes its mode until the new one works. */
import { nodeProxyOf } from '../../answer/verify/node-proxy.ts'
import { inPod } from '../../kube/access/in-pod.ts'
import { nothingToClose } from '../../kube/access/way.ts'
import type { Way } from '../../kube/access/way.ts'
import type { Connection } from '../../kube/connection.ts'
import type { NodeLook } from '../node-look.ts'
import type { NodePod } from '../node-pod.ts'
import { putBridge, removeBridge } from './bridge.ts'
import { bridgeScript } from './script.ts'

/**
 * Whether rules go away before there are others: a kube-proxy that starts in the mode of before changes its rules in place. `isModeChange`
 * counts where the node does not say what it runs in.
 */
export function needsBridge({ seen }: NodeLook, mode: string | undefined, isModeChange: boolean): boolean {
  const running = seen?.node.status.running ?? null
  return running === null ? isModeChange : running !== mode
}

/** Undefined where the node has the bridge, else why it has none, as a sentence. */
export async function bridgeOver(
  connection: Connection,
  pod: NodePod,
  { blind, seen }: NodeLook,
  seconds: number,
): Promise<string | undefined> {
  if (!seen) return blind
  const { node, scene, server } = seen
  const { proxy, unknown } = nodeProxyOf(node, server, scene)
  if (!proxy) return unknown.join('; ')
  scene.cluster.readEndpoints()
  const listed = scene.cluster.services.map((service) => ({ service, endpoints: scene.cluster.endpointsOf(service) }))
  return putBridge(wayThrough(connection, pod), bridgeScript(proxy, listed, seconds))
}

/** Also where there is none. Undefined where there is none any more, else why, as a sentence. */
export const bridgeAway = (connection: Connection, pod: NodePod): Promise<string | undefined> =>
  removeBridge(wayThrough(connection, pod))

const wayThrough = (connection: Connection, { container, name, namespace }: NodePod): Way =>
  inPod(connection, { namespace, pod: name, container }, { missing: new Set(), close: nothingToClose })
