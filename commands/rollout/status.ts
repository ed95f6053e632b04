import { hasSeen } from '../../src/answer/document.ts'
import { chosenNodes } from '../../src/answer/lookup.ts'
import { rolloutStatusOf } from '../../src/answer/rollout-status.ts'
import type { RolloutStatus as RolloutStatusDocument } from '../../src/answer/rollout-status.ts'
import { sceneOf } from '../../src/answer/scene.ts'
import { BaseCommand } from '../../src/command.ts'
import { unscopedFlags, watchFlag } from '../../src/flags.ts'
import { rolloutStatusView } from '../../src/view/rollout-status.ts'
import type { Look } from '../../src/watch.ts'

export default class RolloutStatus extends BaseCommand<typeof RolloutStatus> {
  static override summary = 'tells which nodes run with the configuration as it is now, and how far a rollout is'
  static override baseFlags = unscopedFlags
  static override flags = watchFlag
  static override examples = ['<%= config.bin %> rollout status', '<%= config.bin %> rollout status --from CAPTURE']

  async run(): Promise<RolloutStatusDocument> {
    return this.looked(() => this.look())
  }

  private async look(): Promise<Look<RolloutStatusDocument>> {
    const scene = sceneOf(await this.capture('state'))
    const nodes = chosenNodes(this.flags.node, scene)
    const status = rolloutStatusOf(scene, nodes)
    const tell = async (): Promise<void> => {
      await this.print(
        status,
        (options) => rolloutStatusView(status, options),
        () => status.nodes.map(({ node }) => `node/${node}`),
      )
      if (status.nodes.some(({ configCurrent }) => configCurrent === false) || status.findings.length > 0)
        process.exitCode = 1
      else if (!hasSeen(status, nodes)) process.exitCode = 3
    }
    return { answer: status, tell }
  }
}
