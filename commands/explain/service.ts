import { Args } from '@oclif/core'
import { hasSeen, isBlind } from '../../src/answer/document.ts'
import { allOutcomes, explainService } from '../../src/answer/explain-service.ts'
import type { ServiceExplanation } from '../../src/answer/explain-service.ts'
import { chosenNodes, findService, serviceName } from '../../src/answer/lookup.ts'
import { sceneOf } from '../../src/answer/scene.ts'
import { BaseCommand } from '../../src/command.ts'
import { pageFlags, sharedFlags, watchFlag } from '../../src/flags.ts'
import { explainServiceView } from '../../src/view/explain-service.ts'
import type { Look } from '../../src/watch.ts'

export default class ExplainService extends BaseCommand<typeof ExplainService> {
  static override summary = "shows which pods get a Service's traffic, from where, in what shares, and why not"
  static override baseFlags = { ...sharedFlags, ...pageFlags }
  static override flags = watchFlag
  static override args = {
    name: Args.string({
      ignoreStdin: true,
      required: true,
      description: 'NAME, NAMESPACE/NAME or service/NAMESPACE/NAME',
    }),
  }
  static override examples = [
    '<%= config.bin %> explain service web -n shop',
    '<%= config.bin %> explain service shop/web --node node1 --from CAPTURE -o json',
  ]

  async run(): Promise<ServiceExplanation> {
    return this.looked(() => this.look())
  }

  private async look(): Promise<Look<ServiceExplanation>> {
    const scene = sceneOf(await this.capture())
    const { name, namespace } = serviceName(this.args.name, this.namespace)
    const nodes = chosenNodes(this.flags.node, scene)
    const explanation = explainService(findService(namespace, name, scene), nodes, scene)
    const tell = async (): Promise<void> => {
      await this.print(
        explanation,
        (options) => explainServiceView(explanation, options),
        () => [`service/${explanation.service}`],
        async (...about) =>
          (await import('../../src/view/html/explain-service.ts')).explainServicePage(explanation, ...about),
      )
      if (isBlind(allOutcomes(explanation))) process.exitCode = 3
      else if (explanation.findings.some(({ level }) => level === 'error')) process.exitCode = 1
      else if (!hasSeen(explanation, nodes)) process.exitCode = 3
    }
    return { answer: explanation, tell }
  }
}
