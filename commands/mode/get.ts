import { hasSeen } from '../../src/answer/document.ts'
import { chosenNodes } from '../../src/answer/lookup.ts'
import { sceneOf } from '../../src/answer/scene.ts'
import { modeDocument } from '../../src/answer/status/configured-mode.ts'
import type { ModeDocument } from '../../src/answer/status/configured-mode.ts'
import { statusOf } from '../../src/answer/status/status.ts'
import { BaseCommand } from '../../src/command.ts'
import { unscopedFlags } from '../../src/flags.ts'
import { modeView } from '../../src/view/mode.ts'

export default class ModeGet extends BaseCommand<typeof ModeGet> {
  static override summary = 'tells the mode that is configured, and the one that each node runs in and has programmed'
  static override baseFlags = unscopedFlags
  static override examples = ['<%= config.bin %> mode get', '<%= config.bin %> mode get --from CAPTURE -o json']

  async run(): Promise<ModeDocument> {
    const scene = sceneOf(await this.capture('state'))
    const nodes = chosenNodes(this.flags.node, scene)
    const mode = modeDocument(statusOf(scene, nodes))
    await this.print(
      mode,
      (options) => modeView(mode, options),
      () => mode.nodes.map(({ node }) => `node/${node}`),
    )
    if (mode.seen.nodes.length === 0 || !hasSeen(mode, nodes)) process.exitCode = 3
    return mode
  }
}
