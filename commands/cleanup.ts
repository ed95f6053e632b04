import { ChangeCommand, cleanupFlags } from '../src/change-command.ts'
import type { Change } from '../src/rollout/change.ts'

export default class Cleanup extends ChangeCommand<typeof Cleanup> {
  static override summary = 'removes what an earlier mode of kube-proxy, or kpx itself, has left on the nodes'
  static override description =
    'Only what the mode that runs does not need, and nothing that another program made or uses. It is shown first, as lines of the dumps, and looked for again afterwards.'
  static override examples = [
    '<%= config.bin %> cleanup',
    '<%= config.bin %> cleanup --dry-run=client',
    '<%= config.bin %> cleanup --node node1 --yes',
  ]
  static override baseFlags = cleanupFlags

  async run(): Promise<Change> {
    return this.cleanup()
  }
}
