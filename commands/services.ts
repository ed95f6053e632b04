import { hasSeen, isBlind } from '../src/answer/document.ts'
import { chosenNodes, servicesOf } from '../src/answer/lookup.ts'
import { sceneOf } from '../src/answer/scene.ts'
import { listServices } from '../src/answer/services.ts'
import type { ServiceList } from '../src/answer/services.ts'
import { BaseCommand } from '../src/command.ts'
import { pageFlags, selectorFlag, sharedFlags, watchFlag } from '../src/flags.ts'
import { servicesView } from '../src/view/services.ts'
import type { Look } from '../src/watch.ts'

export default class Services extends BaseCommand<typeof Services> {
  static override summary = 'lists every Service port with the pods that get its traffic'
  static override examples = [
    '<%= config.bin %> services',
    '<%= config.bin %> services -n shop --node node1 --from CAPTURE',
  ]
  static override baseFlags = { ...sharedFlags, ...pageFlags }
  static override flags = { ...selectorFlag, ...watchFlag }

  async run(): Promise<ServiceList> {
    return this.looked(() => this.look())
  }

  private async look(): Promise<Look<ServiceList>> {
    const scene = sceneOf(await this.capture())
    const { namespace, node, selector } = this.flags
    const services = servicesOf(namespace, scene, selector)
    const nodes = chosenNodes(node, scene)
    const list = listServices(services, nodes, scene)
    const tell = async (): Promise<void> => {
      await this.print(
        list,
        (options) => servicesView(list, options),
        () => [...new Set(list.items.map(({ service }) => `service/${service}`))],
        async (...about) => (await import('../src/view/html/services.ts')).servicesPage(list, ...about),
      )
      if (isBlind(list.items) || !hasSeen(list, nodes)) process.exitCode = 3
    }
    return { answer: list, tell }
  }
}
