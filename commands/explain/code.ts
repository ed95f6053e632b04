import { Args } from '@oclif/core'
import { explainCode, findCode, listCodes } from '../../src/answer/explain-code.ts'
import type { CodeExplanation, CodeList } from '../../src/answer/explain-code.ts'
import { chosenNodes, servicesOf } from '../../src/answer/lookup.ts'
import { sceneOf } from '../../src/answer/scene.ts'
import { BaseCommand } from '../../src/command.ts'
import { codesView, explainCodeView } from '../../src/view/explain-code.ts'

export default class ExplainCode extends BaseCommand<typeof ExplainCode> {
  static override summary = 'tells what an error or finding of kpx means and how to fix it, or lists all'
  static override args = {
    code: Args.string({ ignoreStdin: true, description: 'KPX3001, or 3001; all codes without' }),
  }
  static override examples = [
    '<%= config.bin %> explain code KPX3001',
    '<%= config.bin %> explain code 3001 --from CAPTURE',
  ]

  async run(): Promise<CodeExplanation | CodeList> {
    const { code } = this.args
    return code === undefined ? this.list() : this.one(code)
  }

  private async list(): Promise<CodeList> {
    const list = listCodes()
    await this.print(
      list,
      (options) => codesView(list, options),
      () => list.items.map(({ code }) => code),
    )
    return list
  }

  private async one(text: string): Promise<CodeExplanation> {
    const entry = findCode(text)
    const { namespace, node } = this.flags
    const scene = this.namesSource ? sceneOf(await this.capture()) : undefined
    const recording = scene && { scene, services: servicesOf(namespace, scene), nodes: chosenNodes(node, scene) }
    const explanation = await explainCode(entry, recording)
    await this.print(
      explanation,
      (options) => explainCodeView(explanation, options),
      () => [explanation.code],
    )
    if (explanation.found && explanation.seen?.nodes.length === 0) process.exitCode = 3
    return explanation
  }
}
