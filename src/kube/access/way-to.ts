/** The way by which a node was looked at, once more: for commands that change something there. */
import type { Capture } from '../../capture/capture.ts'
import type { Connection } from '../connection.ts'
import { clusterNode } from './cluster-node.ts'
import { accesses } from './index.ts'
import type { AccessOptions } from './index.ts'
import type { NoWay, Way } from './way.ts'

/** Throws KPX1013 to KPX1022. */
export async function wayTo(
  connection: Connection,
  name: string,
  capture: Capture,
  options: AccessOptions,
): Promise<Way | NoWay> {
  const node = [...(capture.list('nodes') ?? [])]
    .flatMap((one) => clusterNode(one) ?? [])
    .find((one) => one.name === name)
  const reached = capture.reached(name)
  const access = accesses(connection, [...(capture.list('pods') ?? [])], options).find(
    ({ way }) => way === reached?.way,
  )
  const open = node && (await access?.prepare([node]))
  return (node && (await open?.(node))) ?? { why: 'no way leads there' }
}
