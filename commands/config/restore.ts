import { Args } from '@oclif/core'
import { ChangeCommand } from '../../src/change-command.ts'
import { revisionOf, wantedRevision } from '../../src/config/wanted-revision.ts'
import type { Change } from '../../src/rollout/change.ts'
import { configMapSubject } from '../../src/rollout/config-map.ts'
import { daemonSetSubject } from '../../src/rollout/daemon-set.ts'

export default class ConfigRestore extends ChangeCommand<typeof ConfigRestore> {
  static override summary = 'brings back what the configuration was before a change by kpx, to the last byte'
  static override args = {
    revision: Args.string({
      description: 'a number of config history, or daemonset/NUMBER (default: that before the last change)',
    }),
  }
  static override examples = ['<%= config.bin %> config restore', '<%= config.bin %> config restore 3 --dry-run=client']

  async run(): Promise<Change> {
    const wanted = wantedRevision(this.args.revision)
    const subjectOf = wanted.of === 'daemonset' ? daemonSetSubject : configMapSubject
    const found = await subjectOf(await this.connection(), this.asked())
    return this.change(found, (subject) => revisionOf(subject.revisions, wanted).text)
  }
}
