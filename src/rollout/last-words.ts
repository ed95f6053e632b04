/** What a kube-proxy that does not run said last. */
import { KpxError } from '../error.ts'
import type { Connection } from '../kube/connection.ts'
import { resources } from '../kube/resource.ts'
import type { NodePod } from './node-pod.ts'

/** A sentence without a full stop. */
export async function lastWords(connection: Connection, pod: NodePod): Promise<string> {
  const { name, ready, waits } = pod
  if (ready) return `${name} is ready, and has not said what it runs with`
  const said = (await logLine(connection, pod, 'true')) ?? (await logLine(connection, pod, 'false'))
  const state = waits === '' ? 'is not ready' : `waits: ${waits}`
  return `${name} ${state}${said === undefined ? '' : `; it said: ${said}`}`
}

async function logLine(
  connection: Connection,
  { name, namespace }: NodePod,
  previous: string,
): Promise<string | undefined> {
  try {
    const asked = { verb: 'get', resource: resources.podLog, namespace, name } as const
    const log = await connection.get(asked, { previous, tailLines: '20', limitBytes: '65536' })
    const lines = log
      .toString('utf8')
      .split('\n')
      .filter((line) => line.trim() !== '' && !line.startsWith('unable to retrieve container logs'))
    // klog's E and F: what it ended for, not what came after
    return lines.findLast((line) => /^[EF]\d{4} |^Error/i.test(line)) ?? lines.at(-1)
  } catch (error) {
    if (error instanceof KpxError) return undefined
    throw error
  }
}
