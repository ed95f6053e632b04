import { Args, Flags } from '@oclif/core'
import { isBlind } from '../../src/answer/document.ts'
import { explainMode, findMode } from '../../src/answer/explain-mode.ts'
import type { ExampleSource, ModeExplanation } from '../../src/answer/explain-mode.ts'
import { chosenNodes, findService, serviceName } from '../../src/answer/lookup.ts'
import { sceneOf } from '../../src/answer/scene.ts'
import type { Scene } from '../../src/answer/scene.ts'
import type { Service } from '../../src/cluster/objects.ts'
import { BaseCommand } from '../../src/command.ts'
import { explainModeView } from '../../src/view/explain-mode.ts'

export default class ExplainMode extends BaseCommand<typeof ExplainMode> {
  static override summary =
    'tells how a mode of kube-proxy works, and walks a packet of a cluster or capture through it'
  static override args = {
    mode: Args.string({ ignoreStdin: true, required: true, description: 'iptables, ipvs, nftables or userspace' }),
  }
  static override flags = {
    service: Flags.string({ summary: 'walk a packet to this Service, not to one that kpx chooses', helpValue: 'NAME' }),
  }
  static override examples = [
    '<%= config.bin %> explain mode nftables',
    '<%= config.bin %> explain mode iptables --service shop/web --from CAPTURE',
  ]

  async run(): Promise<ModeExplanation> {
    const mode = findMode(this.args.mode)
    const explanation = explainMode(mode, await this.source())
    await this.print(explanation, (options) => explainModeView(explanation, options), 'a mode is no object')
    if (explanation.example && isBlind(explanation.example.outcomes)) process.exitCode = 3
    return explanation
  }

  private async source(): Promise<ExampleSource | undefined> {
    const { node, service: text } = this.flags
    if (!this.namesSource && text === undefined) return undefined
    const scene = sceneOf(await this.capture())
    return {
      scene,
      nodes: chosenNodes(node, scene),
      service: text === undefined ? undefined : this.service(text, scene),
    }
  }

  private service(text: string, scene: Scene): Service {
    const { name, namespace } = serviceName(text, this.namespace)
    return findService(namespace, name, scene)
  }
}
