import { Args } from '@oclif/core'
import { ChangeCommand } from '../../src/change-command.ts'
import { assignmentOf } from '../../src/config/assignment.ts'
import { setField } from '../../src/config/edit/set-field.ts'
import type { Change } from '../../src/rollout/change.ts'
import { configMapSubject } from '../../src/rollout/config-map.ts'

export default class ConfigSet extends ChangeCommand<typeof ConfigSet> {
  static override summary = 'sets fields of the configuration, and starts the pods anew so that they take them'
  static override strict = false
  static override args = {
    assignment: Args.string({ required: true, description: 'PATH=VALUE, e.g. iptables.minSyncPeriod=5s; any number' }),
  }
  static override examples = [
    '<%= config.bin %> config set iptables.minSyncPeriod=5s conntrack.maxPerCore=0',
    '<%= config.bin %> config set nodePortAddresses=10.0.0.0/8 --dry-run=server',
  ]

  async run(): Promise<Change> {
    const wanted = this.words.map(assignmentOf)
    const found = await configMapSubject(await this.connection(), this.asked(wanted))
    return this.change(found, (subject) =>
      wanted.reduce((text, { path, value }) => setField(text, path, value), subject.text),
    )
  }
}
