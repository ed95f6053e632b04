import { Args } from '@oclif/core'
import { ChangeCommand } from '../../src/change-command.ts'
import { unsetField } from '../../src/config/edit/unset-field.ts'
import type { Change } from '../../src/rollout/change.ts'
import { configMapSubject } from '../../src/rollout/config-map.ts'

export default class ConfigUnset extends ChangeCommand<typeof ConfigUnset> {
  static override summary = 'takes fields out of the configuration, so that their defaults count'
  static override strict = false
  static override args = {
    path: Args.string({ required: true, description: 'a field, a section or a key that nobody knows; any number' }),
  }
  static override examples = ['<%= config.bin %> config unset portRange', '<%= config.bin %> config unset ipvs -y']

  async run(): Promise<Change> {
    const wanted = this.words.map((path) => ({ path, value: null }))
    const found = await configMapSubject(await this.connection(), this.asked(wanted))
    return this.change(found, (subject) => this.words.reduce(unsetField, subject.text))
  }
}
