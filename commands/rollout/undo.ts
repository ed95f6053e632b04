import { Flags } from '@oclif/core'
import { ChangeCommand, writerFlags } from '../../src/change-command.ts'
import type { Change } from '../../src/rollout/change.ts'

export default class RolloutUndo extends ChangeCommand<typeof RolloutUndo> {
  static override summary = 'takes back a rollout that was stopped'
  static override description =
    'The configuration becomes what it was before, and the nodes that have the change start anew. What a rollout that has ended brought is taken back with kpx config restore.'
  static override examples = ['<%= config.bin %> rollout undo']
  static override baseFlags = writerFlags
  static override flags = {
    force: Flags.boolean({ summary: 'also where somebody else has changed the configuration since' }),
  }

  async run(): Promise<Change> {
    return this.finish('back')
  }
}
