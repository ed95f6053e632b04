import { hasSeen } from '../src/answer/document.ts'
import { chosenNodes } from '../src/answer/lookup.ts'
import { sceneOf } from '../src/answer/scene.ts'
import { statusOf } from '../src/answer/status/status.ts'
import type { Status as StatusDocument } from '../src/answer/status/status.ts'
import { BaseCommand } from '../src/command.ts'
import { pageFlags, unscopedFlags, watchFlag } from '../src/flags.ts'
import { statusView } from '../src/view/status.ts'
import type { Look } from '../src/watch.ts'

export default class Status extends BaseCommand<typeof Status> {
  static override summary = 'tells where the configuration is, and which mode is asked for, runs and is programmed'
  static override baseFlags = { ...unscopedFlags, ...pageFlags }
  static override flags = watchFlag
  static override examples = [
    '<%= config.bin %> status',
    '<%= config.bin %> status --node node1 --from CAPTURE',
    '<%= config.bin %> status -o html',
  ]

  async run(): Promise<StatusDocument> {
    return this.looked(() => this.look())
  }

  private async look(): Promise<Look<StatusDocument>> {
    const capture = await this.capture('state')
    const scene = sceneOf(capture)
    const nodes = chosenNodes(this.flags.node, scene)
    const status = statusOf(scene, nodes)
    const tell = async (): Promise<void> => {
      await this.print(
        status,
        (options) => statusView(status, capture.takenAt, options),
        () => status.nodes.map(({ node }) => `node/${node}`),
        async (...about) => (await import('../src/view/html/status.ts')).statusPage(status, ...about),
      )
      if (status.seen.nodes.length === 0) process.exitCode = 3
      else if (status.findings.some(({ level }) => level === 'error')) process.exitCode = 1
      else if (!hasSeen(status, nodes)) process.exitCode = 3
    }
    return { answer: status, matter: { ...status, nodes: status.nodes.map(({ sync: _ages, ...node }) => node) }, tell }
  }
}
