import { Args, Flags } from '@oclif/core'
import { placeOf } from '../../src/answer/config/place.ts'
import { getValues } from '../../src/answer/config/show.ts'
import type { FieldValueList } from '../../src/answer/config/show.ts'
import { BaseCommand } from '../../src/command.ts'
import { daemonSetFlag, objectFlags } from '../../src/flags.ts'
import { fieldValueListView } from '../../src/view/config.ts'

export default class ConfigGet extends BaseCommand<typeof ConfigGet> {
  static override summary = "prints a field's value as it is written, or where it is not, the default"
  static override strict = false
  static override baseFlags = objectFlags
  static override flags = {
    ...daemonSetFlag,
    effective: Flags.boolean({ summary: 'as kube-proxy has it: a 0 or an empty text may mean a default' }),
  }
  static override args = {
    path: Args.string({
      required: true,
      description: 'a field, e.g. iptables.masqueradeBit, or a section such as ipvs',
    }),
  }
  static override examples = ['<%= config.bin %> config get mode', '<%= config.bin %> config get conntrack -o wide']

  async run(): Promise<FieldValueList> {
    const list = getValues(placeOf(await this.configuration(), this.flags.daemonset), this.words, this.flags.effective)
    await this.print(
      list,
      (options) => fieldValueListView(list, options),
      () => list.items.map(({ path }) => path),
    )
    return list
  }
}
