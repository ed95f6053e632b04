import { Args, Flags } from '@oclif/core'
import { isBlind } from '../src/answer/document.ts'
import { parseFlows } from '../src/answer/flows.ts'
import type { FlowNames } from '../src/answer/flows.ts'
import { chosenNodes } from '../src/answer/lookup.ts'
import { sceneOf } from '../src/answer/scene.ts'
import { namesOfReached, traceItems, traceList } from '../src/answer/trace.ts'
import type { TraceList } from '../src/answer/trace.ts'
import { inputName, readInput } from '../src/capture/input.ts'
import { BaseCommand } from '../src/command.ts'
import { KpxError } from '../src/error.ts'
import { traceView } from '../src/view/trace.ts'

export default class Trace extends BaseCommand<typeof Trace> {
  static override summary = 'shows what happens to a packet: every outcome with its share, and the rules that say so'
  static override args = {
    source: Args.string({
      ignoreStdin: true,
      description: 'pod/NAMESPACE/NAME, node/NAME, outside/NODE[/IP], a name or an IP',
    }),
    destination: Args.string({
      ignoreStdin: true,
      description: '[PROTOCOL/]IP:PORT, service/NAMESPACE/NAME[:PORT], node/NAME:PORT or a name',
    }),
  }
  static override flags = {
    flows: Flags.string({
      summary: 'trace every "SOURCE DESTINATION" line of this file; - reads standard input',
      helpValue: 'FILE|-',
    }),
  }
  static override examples = [
    '<%= config.bin %> trace pod/shop/client-1 service/shop/web',
    '<%= config.bin %> trace outside/node1 node/node1:30517 --from CAPTURE',
  ]

  async run(): Promise<TraceList> {
    const pairs = await this.pairs()
    const scene = sceneOf(await this.capture())
    const asked = { namespace: this.namespace, nodes: chosenNodes(this.flags.node, scene) }
    const items = pairs.flatMap(({ from, to }) => traceItems(from, to, asked, scene))
    const list = traceList(items, scene)
    const names = (): readonly string[] => namesOfReached(list)
    await this.print(list, (options) => traceView(list, options), names)
    if (isBlind(items.flatMap(({ outcomes }) => outcomes))) process.exitCode = 3
    return list
  }

  private async pairs(): Promise<readonly FlowNames[]> {
    const { destination, source } = this.args
    const { flows } = this.flags
    if (flows !== undefined) {
      if (source === undefined) return parseFlows((await readInput(flows)).toString('utf8'), inputName(flows))
      throw new KpxError('KPX1001', 'flows come from the file or from the arguments, not from both')
    }
    if (source !== undefined && destination !== undefined) return [{ from: source, to: destination }]
    throw new KpxError('KPX1001', 'a packet needs a SOURCE and a DESTINATION', { fix: 'see kpx trace --help' })
  }
}
