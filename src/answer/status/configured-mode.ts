/** `kpx mode get`: the mode that is asked for, and the one that each node runs in and has programmed. */
import type { Document } from '../document.ts'
import type { NodeStatus } from './node.ts'
import type { Status } from './status.ts'

export type ModeDocument = Document<'Mode'> & {
  readonly mode: Status['mode']
  readonly config: Pick<Status['config'], 'key' | 'object'>
  readonly nodes: readonly Pick<NodeStatus, 'config' | 'node' | 'programmed' | 'running' | 'version'>[]
}

export const modeDocument = ({ apiVersion, config, mode, nodes, seen }: Status): ModeDocument => ({
  apiVersion,
  kind: 'Mode',
  seen,
  mode,
  config: { object: config.object, key: config.key },
  nodes: nodes.map(({ config: own, node, programmed, running, version }) => ({
    node,
    version,
    running,
    programmed,
    config: own,
  })),
})
