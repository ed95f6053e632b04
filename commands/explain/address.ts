import { Args } from '@oclif/core'
import { parseAddress } from '../../src/answer/asked-address.ts'
import { explainAddress, isUnanswered } from '../../src/answer/explain-address.ts'
import type { AddressExplanation } from '../../src/answer/explain-address.ts'
import { namesOfRoles } from '../../src/answer/address-roles.ts'
import { hasSeen } from '../../src/answer/document.ts'
import { chosenNodes } from '../../src/answer/lookup.ts'
import { sceneOf } from '../../src/answer/scene.ts'
import { BaseCommand } from '../../src/command.ts'
import { unscopedFlags } from '../../src/flags.ts'
import { explainAddressView } from '../../src/view/explain-address.ts'

export default class ExplainAddress extends BaseCommand<typeof ExplainAddress> {
  static override summary = "shows what an address is to kube-proxy: by the API, by each node's rules, and for packets"
  static override baseFlags = unscopedFlags
  static override args = {
    address: Args.string({
      ignoreStdin: true,
      required: true,
      description: 'IP[:PORT][/PROTOCOL], IPv6 in brackets before a port',
    }),
  }
  static override examples = [
    '<%= config.bin %> explain address 10.96.0.1 --from CAPTURE',
    '<%= config.bin %> explain address [fd00::1]:53/UDP --from CAPTURE',
  ]

  async run(): Promise<AddressExplanation> {
    const asked = parseAddress(this.args.address)
    const scene = sceneOf(await this.capture())
    const nodes = chosenNodes(this.flags.node, scene)
    const explanation = explainAddress(asked, nodes, scene)
    await this.print(
      explanation,
      (options) => explainAddressView(explanation, options),
      () => namesOfRoles(explanation.roles),
    )
    if (isUnanswered(explanation)) process.exitCode = 3
    else if (explanation.findings.some(({ level }) => level === 'error')) process.exitCode = 1
    else if (!hasSeen(explanation, nodes)) process.exitCode = 3
    return explanation
  }
}
