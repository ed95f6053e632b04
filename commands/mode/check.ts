import { Args } from '@oclif/core'
import { nodesOf, placeOf } from '../../src/answer/config/place.ts'
import { findMode } from '../../src/answer/explain-mode.ts'
import { chosenNodes, firstOf } from '../../src/answer/lookup.ts'
import { nodeNames, sceneOf } from '../../src/answer/scene.ts'
import { checkMode } from '../../src/check/mode-check.ts'
import type { ModeCheck } from '../../src/check/mode-check.ts'
import { CheckCommand, checkFlags } from '../../src/check-command.ts'
import { daemonSetFlag, unscopedFlags } from '../../src/flags.ts'
import { KpxError } from '../../src/error.ts'
import { modeCheckView } from '../../src/view/mode-check.ts'

export default class ModeCheckCommand extends CheckCommand<typeof ModeCheckCommand> {
  static override summary =
    'tells whether a cluster may change to a mode, node by node, and what there is to know before'
  static override args = {
    mode: Args.string({ ignoreStdin: true, required: true, description: 'iptables, ipvs or nftables' }),
  }
  static override baseFlags = { ...unscopedFlags, ...checkFlags }
  static override flags = daemonSetFlag
  static override examples = [
    '<%= config.bin %> mode check nftables',
    '<%= config.bin %> mode check ipvs --node node1 --from CAPTURE',
  ]

  async run(): Promise<ModeCheck> {
    const { daemonset, node } = this.flags
    const { failOn, suppress } = this
    const { name } = findMode(this.args.mode)
    const scene = sceneOf(await this.capture('everything'))
    const nodes = node?.length ? chosenNodes(node, scene) : nodeNames(scene)
    const own =
      daemonset === undefined ? nodes : nodesOf(placeOf(scene.capture, daemonset).workload, nodes, scene.capture)
    if (own.length === 0 && nodes.length > 0) throw notServed(nodes, daemonset ?? '')
    const check = checkMode(scene, name, { failOn, suppress, nodes: own })
    await this.answer(
      check,
      (options) => modeCheckView(check, options),
      () => check.nodes.filter(({ verdict }) => verdict === 'yes').map((one) => `node/${one.node}`),
    )
    process.exitCode = !check.ok ? 1 : check.verdict === 'unknown' ? 3 : 0
    return check
  }
}

const notServed = (nodes: readonly string[], daemonSet: string): KpxError =>
  new KpxError('KPX1001', `DaemonSet ${daemonSet} does not serve ${firstOf(nodes, 'and')}`, {
    fix: 'leave out --daemonset, or name nodes that it serves: kpx status',
  })
