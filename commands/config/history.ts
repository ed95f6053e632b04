import { historyOf } from '../../src/answer/config/history.ts'
import type { History } from '../../src/answer/config/history.ts'
import { placeOf } from '../../src/answer/config/place.ts'
import { BaseCommand } from '../../src/command.ts'
import { daemonSetFlag, objectFlags } from '../../src/flags.ts'
import { historyView } from '../../src/view/config.ts'

export default class ConfigHistory extends BaseCommand<typeof ConfigHistory> {
  static override summary =
    'lists the changes that kpx made: who, when, what, and the revision that restore brings back'
  static override baseFlags = objectFlags
  static override flags = daemonSetFlag
  static override examples = ['<%= config.bin %> config history', '<%= config.bin %> config history -o json']

  async run(): Promise<History> {
    const history = historyOf(placeOf(await this.configuration(), this.flags.daemonset))
    await this.print(
      history,
      (options) => historyView(history, options),
      () => history.items.map(({ revision }) => revision),
    )
    return history
  }
}
