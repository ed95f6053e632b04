/** Commands in a pod of the node's network. */
import type { Connection } from '../connection.ts'
import { exec, execChange } from '../exec.ts'
import type { Container } from '../exec.ts'
import { getFromPod } from '../pod-http.ts'
import type { Way } from './way.ts'

export const inPod = (
  connection: Connection,
  container: Container,
  { close, missing }: Pick<Way, 'close' | 'missing'>,
): Way => ({
  through: `${container.namespace}/${container.pod}`,
  missing,
  onHost: false,
  run: (words) => exec(connection, container, words),
  change: (words, stdin) => execChange(connection, container, words, stdin),
  get: (port, path) => getFromPod(connection, container, port, path),
  close,
})
