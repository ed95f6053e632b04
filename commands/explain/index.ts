import { explainKubeProxy } from '../../src/answer/explain-kube-proxy.ts'
import type { KubeProxyExplanation } from '../../src/answer/explain-kube-proxy.ts'
import { chosenNodes } from '../../src/answer/lookup.ts'
import { sceneOf } from '../../src/answer/scene.ts'
import { BaseCommand } from '../../src/command.ts'
import { unscopedFlags } from '../../src/flags.ts'
import { explainKubeProxyView } from '../../src/view/explain-kube-proxy.ts'

export default class Explain extends BaseCommand<typeof Explain> {
  static override summary = 'tells what kube-proxy is for, and what it does in a cluster'
  static override baseFlags = unscopedFlags
  static override examples = ['<%= config.bin %> explain', '<%= config.bin %> explain --context NAME']

  async run(): Promise<KubeProxyExplanation> {
    const { node } = this.flags
    const scene = this.namesSource ? sceneOf(await this.capture('state')) : undefined
    const explanation = explainKubeProxy(scene, scene ? chosenNodes(node, scene) : [])
    await this.print(
      explanation,
      (options) => explainKubeProxyView(explanation, options),
      'its answer is about no object',
    )
    if (explanation.seen?.nodes.length === 0) process.exitCode = 3
    return explanation
  }
}
