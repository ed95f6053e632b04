import { Args } from '@oclif/core'
import { explainField, findFields, listFields } from '../../src/answer/explain-field.ts'
import type { FieldExplanation, FieldList } from '../../src/answer/explain-field.ts'
import { BaseCommand } from '../../src/command.ts'
import { listFlags } from '../../src/flags.ts'
import { explainFieldView, fieldsView } from '../../src/view/explain-field.ts'

export default class ExplainField extends BaseCommand<typeof ExplainField> {
  static override summary =
    "tells what a field of kube-proxy's configuration does and what may stand in it, or lists all"
  static override baseFlags = listFlags
  static override args = {
    path: Args.string({
      ignoreStdin: true,
      description: 'iptables.masqueradeBit, or iptables for all below; all without',
    }),
  }
  static override examples = [
    '<%= config.bin %> explain field iptables.masqueradeBit',
    '<%= config.bin %> explain field conntrack',
  ]

  async run(): Promise<FieldExplanation | FieldList> {
    const found = findFields(this.args.path)
    const [first] = found
    return first && found.length === 1 ? this.one(explainField(first)) : this.list(listFields(found))
  }

  private async one(explanation: FieldExplanation): Promise<FieldExplanation> {
    await this.print(
      explanation,
      (options) => explainFieldView(explanation, options),
      () => [explanation.path],
    )
    return explanation
  }

  private async list(list: FieldList): Promise<FieldList> {
    await this.print(
      list,
      (options) => fieldsView(list, options),
      () => list.items.map(({ path }) => path),
    )
    return list
  }
}
