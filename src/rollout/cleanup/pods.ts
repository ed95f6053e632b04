/** Debug pods of kpx that an earlier run has left. */
import type { Capture } from '../../capture/capture.ts'
import { object } from '../../cluster/json.ts'
import { KpxError } from '../../error.ts'
import { staleDebugPods } from '../../kube/access/stale-debug-pods.ts'
import type { Connection } from '../../kube/connection.ts'
import { resources } from '../../kube/resource.ts'

export interface StalePod {
  readonly name: string
  readonly namespace: string
}

/** On these nodes alone, where any are named. */
export function stalePods(capture: Capture, nodes: readonly string[] | undefined): StalePod[] {
  const isAsked = (pod: unknown): boolean =>
    nodes === undefined || nodes.some((node) => node === object(object(pod)['spec'])['nodeName'])
  return staleDebugPods([...(capture.list('pods') ?? [])].filter(isAsked), Date.parse(capture.takenAt ?? ''))
}

/** One that cannot be deleted does not keep the nodes from being cleaned up. */
export async function deletePods(
  connection: Connection,
  pods: readonly StalePod[],
  progress: (line: string) => void,
): Promise<void> {
  for (const { name, namespace } of pods) {
    try {
      await connection.delete({ verb: 'delete', resource: resources.pods, namespace, name })
      progress(`pod ${namespace}/${name} deleted`)
    } catch (error) {
      if (!(error instanceof KpxError)) throw error
      progress(`pod ${namespace}/${name} not deleted: ${error.message}`)
    }
  }
}
