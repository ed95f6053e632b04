import { Args } from '@oclif/core'
import { ChangeCommand } from '../../src/change-command.ts'
import { daemonSetFlag } from '../../src/command.ts'
import { unsetField } from '../../src/config/edit/unset-field.ts'
import type { Change } from '../../src/rollout/change.ts'
import { configMapSubject } from '../../src/rollout/config-map.ts'

export default class ConfigUnset extends ChangeCommand<typeof ConfigUnset> {
  static override summary = 'takes fields out of the configuration, so that their defaults count'
  static override strict = false
  static override flags = daemonSetFlag
  static override args = {
    path: Args.string({ required: true, description: 'a field, a section or a key that nobody knows; any number' }),
  }
  static override examples = ['<%= config.bin %> config unset portRange', '<%= config.bin %> config unset ipvs -y']

  async run(): Promise<Change> {
    const subject = await configMapSubject(await this.connection(), this.flags.daemonset)
    return this.change(subject, this.words.reduce(unsetField, subject.text))
  }
}
