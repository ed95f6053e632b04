import { ChangeCommand } from '../../src/change-command.ts'
import type { Change } from '../../src/rollout/change.ts'
import { configMapSubject } from '../../src/rollout/config-map.ts'

export default class EditConfigMap extends ChangeCommand<typeof EditConfigMap> {
  static override summary = "opens kube-proxy's configuration in your editor, and puts in force what you save"
  static override description =
    'The editor is $KUBE_EDITOR, $EDITOR or vi. What kube-proxy would not start with comes back into the editor, with the reason above it.'
  static override examples = [
    '<%= config.bin %> edit configmap',
    'EDITOR="code --wait" <%= config.bin %> edit configmap',
  ]

  async run(): Promise<Change> {
    return this.edit(await configMapSubject(await this.connection(), this.asked()), 'kube-proxy-config.yaml')
  }
}
