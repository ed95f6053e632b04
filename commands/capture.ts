import { Args } from '@oclif/core'
import { captureSummary } from '../src/answer/capture.ts'
import type { CaptureSummary } from '../src/answer/capture.ts'
import { hasSeen } from '../src/answer/document.ts'
import { sceneOf } from '../src/answer/scene.ts'
import { checkFree, filesOf, writeCapture } from '../src/capture/write.ts'
import { BaseCommand } from '../src/command.ts'
import { captureView } from '../src/view/capture.ts'

export default class Capture extends BaseCommand<typeof Capture> {
  static override summary = 'records what kpx reads of a cluster, without secrets, as a folder or .tar.gz for --from'
  static override examples = ['<%= config.bin %> capture cluster.tar.gz', '<%= config.bin %> capture DIR --node node1']
  static override args = {
    path: Args.string({ name: 'PATH', description: 'folder or .tar.gz to write', required: true }),
  }

  async run(): Promise<CaptureSummary> {
    const { path } = this.args
    await checkFree(path)
    const capture = await this.capture('everything')
    const files = filesOf(capture)
    await writeCapture(files, path)
    const summary = captureSummary(path, files, sceneOf(capture))
    await this.print(
      summary,
      (options) => captureView(summary, options),
      () => [path],
    )
    if (summary.seen.nodes.length === 0 || !hasSeen(summary, capture.nodes)) process.exitCode = 3
    return summary
  }
}
