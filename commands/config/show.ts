import { Flags } from '@oclif/core'
import { placeOf } from '../../src/answer/config/place.ts'
import { effectiveValues, showConfiguration, writtenText } from '../../src/answer/config/show.ts'
import type { ShownConfiguration } from '../../src/answer/config/show.ts'
import { BaseCommand } from '../../src/command.ts'
import { daemonSetFlag, objectFlags } from '../../src/flags.ts'
import { effectiveView, writtenView } from '../../src/view/config.ts'

export default class ConfigShow extends BaseCommand<typeof ConfigShow> {
  static override summary = "shows kube-proxy's configuration as it is written, or with all that comes of it"
  static override baseFlags = objectFlags
  static override flags = {
    ...daemonSetFlag,
    effective: Flags.boolean({
      summary: 'every field with its value, and whether file, flag or default says so',
    }),
  }
  static override examples = [
    '<%= config.bin %> config show',
    '<%= config.bin %> config show > config.conf',
    '<%= config.bin %> config show --effective --from capture.tar.gz',
  ]

  async run(): Promise<ShownConfiguration> {
    const place = placeOf(await this.configuration(), this.flags.daemonset)
    const shown = showConfiguration(place)
    const { effective } = this.flags
    await this.print(
      shown,
      (options) =>
        effective
          ? effectiveView(shown, effectiveValues(place), options)
          : writtenView(shown, writtenText(place), options),
      () => [[shown.config.object, shown.config.key].filter((part) => part !== null).join(' ')],
    )
    return shown
  }
}
