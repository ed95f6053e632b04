import { Flags } from '@oclif/core'
import { versionsOf } from '../src/answer/version.ts'
import type { Versions } from '../src/answer/version.ts'
import type { Capture } from '../src/capture/capture.ts'
import { readCapture } from '../src/capture/read.ts'
import { BaseCommand } from '../src/command.ts'
import { clusterFlags, fromFlag, listFlags } from '../src/flags.ts'
import { KpxError } from '../src/error.ts'
import { failureText } from '../src/failure.ts'
import { versionView } from '../src/view/version.ts'

export default class Version extends BaseCommand<typeof Version> {
  static override summary = "tells kpx's version and what it knows, the API server's, and kube-proxy's on each node"
  static override baseFlags = { ...fromFlag, ...clusterFlags, ...listFlags }
  static override flags = {
    client: Flags.boolean({
      summary: "kpx's own alone: ask no cluster",
      exclusive: ['from'],
    }),
  }
  static override examples = ['<%= config.bin %> version', '<%= config.bin %> version --client -o json']

  async run(): Promise<Versions> {
    const { client, from } = this.flags
    const asked = client ? undefined : from === undefined ? await this.live() : await readCapture(from)
    const { arch, platform, version } = this.config
    const told = versionsOf({ version, platform: `${platform}-${arch}`, node: process.version }, asked)
    await this.print(told, (options) => versionView(told, options), 'a version is no object')
    if (asked instanceof KpxError) {
      process.stderr.write(failureText(asked))
      process.exitCode = 3
    }
    return told
  }

  /** What is known without a cluster is told even where it cannot be asked. */
  private async live(): Promise<Capture | KpxError> {
    try {
      const { liveVersions } = await import('../src/kube/live-versions.ts')
      return await liveVersions(await this.connection())
    } catch (error) {
      if (error instanceof KpxError && error.code !== 'KPX1001') return error
      throw error
    }
  }
}
