import { ChangeCommand, rolloutFlags } from '../../src/change-command.ts'
import type { Change } from '../../src/rollout/change.ts'
import { daemonSetSubject } from '../../src/rollout/daemon-set.ts'

export default class RolloutRestart extends ChangeCommand<typeof RolloutRestart> {
  static override summary = "starts kube-proxy's pods anew, node by node"
  static override description =
    'Each node is checked before the next one: its pod is ready and healthy, runs in the mode that is configured and has programmed the node, and packets go where the API says.'
  static override examples = ['<%= config.bin %> rollout restart', '<%= config.bin %> rollout restart --batch 10%']
  static override baseFlags = rolloutFlags

  async run(): Promise<Change> {
    return this.restart(await daemonSetSubject(await this.connection(), { ...this.asked(), force: true }))
  }
}
