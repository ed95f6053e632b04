import { Args } from '@oclif/core'
import { dumpsOf, isIncomplete, looseDumps, summarise } from '../src/answer/decode.ts'
import type { Dumps, RulesetSummary } from '../src/answer/decode.ts'
import { readInput } from '../src/capture/input.ts'
import { BaseCommand } from '../src/command.ts'
import { unscopedFlags } from '../src/flags.ts'
import { sourceFile } from '../src/decode/source.ts'
import type { SourceFile } from '../src/decode/source.ts'
import { KpxError } from '../src/error.ts'
import { decodeView } from '../src/view/decode.ts'

export default class Decode extends BaseCommand<typeof Decode> {
  static override summary = 'tells which lines of a dump kpx recognises, ignores or does not know'
  static override strict = false
  static override baseFlags = unscopedFlags
  static override args = {
    file: Args.string({
      ignoreStdin: true,
      description: 'iptables-save.txt, nft-list-ruleset.json, ...; - reads standard input',
    }),
  }
  static override examples = ['<%= config.bin %> decode nodes/node1/iptables-save.txt']

  async run(): Promise<RulesetSummary> {
    const summary = summarise(await this.dumps())
    await this.print(summary, (options) => decodeView(summary, options), 'lines of a dump are no objects')
    if (isIncomplete(summary)) process.exitCode = 1
    return summary
  }

  private async dumps(): Promise<Dumps> {
    if (this.words.length > 0) return looseDumps(await Promise.all(this.words.map(fileOf)))
    if (this.namesSource) return dumpsOf(await this.capture(), this.flags.node ?? [])
    throw new KpxError('KPX1001', 'nothing to decode', {
      fix: 'name files (- is standard input), or a capture with --from, or a cluster with --context',
    })
  }
}

const fileOf = async (path: string): Promise<SourceFile> => sourceFile(path, await readInput(path))
