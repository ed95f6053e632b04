import { Args } from '@oclif/core'
import { hasSeen, isBlind } from '../../src/answer/document.ts'
import { explainPod } from '../../src/answer/explain-pod.ts'
import type { PodExplanation } from '../../src/answer/explain-pod.ts'
import { chosenNodes, findAnyPod, podName } from '../../src/answer/lookup.ts'
import { sceneOf } from '../../src/answer/scene.ts'
import { BaseCommand } from '../../src/command.ts'
import { explainPodView } from '../../src/view/explain-pod.ts'

export default class ExplainPod extends BaseCommand<typeof ExplainPod> {
  static override summary = 'shows which Services send traffic to a pod, in what shares, and why the others do not'
  static override args = {
    name: Args.string({
      ignoreStdin: true,
      required: true,
      description: 'NAME, NAMESPACE/NAME or pod/NAMESPACE/NAME',
    }),
  }
  static override examples = [
    '<%= config.bin %> explain pod web-1 -n shop --from CAPTURE',
    '<%= config.bin %> explain pod shop/web-1 --node node1 --from CAPTURE -o json',
  ]

  async run(): Promise<PodExplanation> {
    const { name, namespace } = podName(this.args.name, this.namespace)
    const scene = sceneOf(await this.capture())
    const nodes = chosenNodes(this.flags.node, scene)
    const explanation = explainPod(findAnyPod(namespace, name, scene), nodes, scene)
    await this.print(
      explanation,
      (options) => explainPodView(explanation, options),
      () => explanation.services.map(({ service }) => `service/${service}`),
    )
    if (isBlind(explanation.services.flatMap(({ frontends }) => frontends.flatMap(({ nodes }) => nodes)))) {
      process.exitCode = 3
    } else if (explanation.findings.some(({ level }) => level === 'error')) process.exitCode = 1
    else if (!hasSeen(explanation, nodes)) process.exitCode = 3
    return explanation
  }
}
