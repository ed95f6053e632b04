import { Args } from '@oclif/core'
import { diffOf } from '../../src/answer/config/diff.ts'
import type { ConfigDiff, NamedText } from '../../src/answer/config/diff.ts'
import { placeName, placeOf, revisionsIn } from '../../src/answer/config/place.ts'
import type { Place } from '../../src/answer/config/place.ts'
import { writtenText } from '../../src/answer/config/show.ts'
import { inputName, readInput } from '../../src/capture/input.ts'
import { BaseCommand } from '../../src/command.ts'
import { daemonSetFlag, objectFlags } from '../../src/flags.ts'
import { configTextOf } from '../../src/config/manifest.ts'
import { revisionOf, wantedRevision } from '../../src/config/wanted-revision.ts'
import { configDiffView } from '../../src/view/config.ts'

export default class ConfigDiffCommand extends BaseCommand<typeof ConfigDiffCommand> {
  static override summary = 'shows what is otherwise in the configuration than it was, or than in a file'
  static override baseFlags = objectFlags
  static override flags = daemonSetFlag
  static override args = {
    other: Args.string({
      ignoreStdin: true,
      description:
        'a revision of config history (default: the newest), or a file, also a manifest; - reads standard input',
    }),
  }
  static override examples = [
    '<%= config.bin %> config diff',
    '<%= config.bin %> config diff 3',
    '<%= config.bin %> config diff kube-proxy.conf',
  ]

  async run(): Promise<ConfigDiff> {
    const place = placeOf(await this.configuration(), this.flags.daemonset)
    const now = { name: placeName(place), text: writtenText(place) }
    const { other } = this.args
    const isRevision = other === undefined || /^\d+$/.test(other)
    // a file is what is wanted, a revision what was
    const diff = isRevision ? diffOf(revision(place, other), now) : diffOf(now, await file(other))
    await this.print(
      diff,
      (options) => configDiffView(diff, options),
      () => diff.changes.map(({ path }) => path),
    )
    if (diff.diff !== '') process.exitCode = 1
    return diff
  }
}

function revision(place: Place, word: string | undefined): NamedText {
  const { revision: number, text } = revisionOf(revisionsIn(place), wantedRevision(word))
  return { name: `revision ${number}`, text }
}

const file = async (path: string): Promise<NamedText> => ({
  name: inputName(path),
  text: configTextOf(inputName(path), await readInput(path)),
})
