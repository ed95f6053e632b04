/** The ways to get at a node, in the order in which they are tried. */
import { kubeProxyPods } from '../../cluster/kube-proxy.ts'
import type { Connection } from '../connection.ts'
import { debugPodAccess } from './debug-pod.ts'
import type { DebugPodOptions } from './debug-pod.ts'
import { kubeProxyPodAccess } from './kube-proxy-pod.ts'
import { localAccess } from './local.ts'
import { viaAccess } from './via.ts'
import type { Access } from './way.ts'

export interface AccessOptions {
  /** --via. */
  readonly via: string | undefined
  readonly debugPods: DebugPodOptions
}

/** What the user says comes first, and asking the user last. Throws KPX1001. */
export function accesses(
  connection: Connection,
  pods: readonly unknown[],
  { debugPods, via }: AccessOptions,
): readonly Access[] {
  const debugPod = debugPodAccess(connection, pods, debugPods)
  const local = localAccess(connection.patience, connection.room)
  return [
    ...(via === undefined ? [] : [viaAccess(via, connection.patience, connection.room)]),
    kubeProxyPodAccess(connection, kubeProxyPods(pods)),
    ...(debugPods.allowed ? [debugPod, local] : [local, debugPod]),
  ]
}
