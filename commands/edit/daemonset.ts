import { ChangeCommand } from '../../src/change-command.ts'
import type { Change } from '../../src/rollout/change.ts'
import { daemonSetSubject } from '../../src/rollout/daemon-set.ts'

export default class EditDaemonSet extends ChangeCommand<typeof EditDaemonSet> {
  static override summary = "opens kube-proxy's DaemonSet in your editor, and waits until its pods run as you saved it"
  static override description =
    'The editor is $KUBE_EDITOR, $EDITOR or vi. What the API server or kube-proxy would not take comes back into the editor, with the reason above it.'
  static override examples = ['<%= config.bin %> edit daemonset', '<%= config.bin %> edit daemonset --dry-run=server']

  async run(): Promise<Change> {
    return this.edit(await daemonSetSubject(await this.connection(), this.asked()), 'kube-proxy-daemonset.yaml')
  }
}
