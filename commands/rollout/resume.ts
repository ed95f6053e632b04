import { ChangeCommand, writerFlags } from '../../src/change-command.ts'
import type { Change } from '../../src/rollout/change.ts'

export default class RolloutResume extends ChangeCommand<typeof RolloutResume> {
  static override summary = 'goes on with a rollout that was stopped'
  static override description =
    'What is needed is in the cluster: the rollout may have been begun on another machine, and its kpx may have been killed at any moment.'
  static override examples = ['<%= config.bin %> rollout resume']
  static override baseFlags = writerFlags

  async run(): Promise<Change> {
    return this.finish('forth')
  }
}
