/** The part of a rollout's record that is alike for all of them when they begin. */
import { randomBytes } from 'node:crypto'
import type { Applied } from '../cluster/applied.ts'
import type { RolloutRecord } from '../cluster/rollout-record.ts'

type Begun = Pick<
  RolloutRecord,
  'by' | 'command' | 'daemonSet' | 'direction' | 'generation' | 'id' | 'startedAt' | 'stopped'
>

export const begun = (
  by: string,
  command: string,
  { name, namespace }: Pick<Applied, 'name' | 'namespace'>,
): Begun => ({
  id: randomBytes(4).toString('hex'),
  command,
  by,
  startedAt: new Date().toISOString(),
  direction: 'forth',
  stopped: null,
  daemonSet: `${namespace}/${name}`,
  generation: null,
})
