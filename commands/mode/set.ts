import { Args, Flags } from '@oclif/core'
import { nodesOf } from '../../src/answer/config/place.ts'
import { findMode } from '../../src/answer/explain-mode.ts'
import { nodeNames, sceneOf } from '../../src/answer/scene.ts'
import { inputName, readInput } from '../../src/capture/input.ts'
import { ChangeCommand } from '../../src/change-command.ts'
import { checkMode } from '../../src/check/mode-check.ts'
import type { ModeCheck } from '../../src/check/mode-check.ts'
import { KpxError } from '../../src/error.ts'
import type { Change } from '../../src/rollout/change.ts'
import { modeSubject } from '../../src/rollout/mode.ts'
import type { Subject } from '../../src/rollout/subject.ts'
import { planIn } from '../../src/rollout/mode-plan.ts'

export default class ModeSet extends ChangeCommand<typeof ModeSet> {
  static override summary = 'changes the mode, node by node, without breaking Services, or refuses and says why'
  static override description =
    'What kpx mode check finds is told first, and what speaks against the mode refuses it. Each node is served by a temporary table while its rules change, and is checked before the next one; if one fails, all is taken back.'
  static override args = {
    mode: Args.string({ ignoreStdin: true, description: 'iptables, ipvs or nftables; not with --apply' }),
  }
  static override flags = {
    force: Flags.boolean({
      summary: 'also where the check finds errors, or an owner of the object would undo it',
    }),
    plan: Flags.string({
      summary: 'write the plan into this file, and change nothing',
      helpValue: 'FILE',
      exclusive: ['apply', 'yes', 'dry-run'],
    }),
    apply: Flags.string({
      summary: 'make the change of this plan, if the cluster is as it was then',
      helpValue: 'FILE',
    }),
  }
  static override examples = [
    '<%= config.bin %> mode set nftables',
    '<%= config.bin %> mode set nftables --plan change.json',
    '<%= config.bin %> mode set --apply change.json --yes',
  ]

  async run(): Promise<Change> {
    const { apply, plan } = this.flags
    const planned = apply === undefined ? undefined : planIn(inputName(apply), String(await readInput(apply)))
    const wanted = planned?.mode ?? this.args.mode
    if (wanted === undefined)
      throw new KpxError('KPX1001', 'say which mode', { fix: 'for example: kpx mode set nftables' })
    const { name } = findMode(wanted)
    const found = await modeSubject(await this.connection(), this.asked([{ path: 'mode', value: name }]))
    const checked = async ({ workload }: Subject): Promise<ModeCheck> => {
      const scene = sceneOf(await this.capture('everything'))
      return checkMode(scene, name, { nodes: nodesOf(workload, nodeNames(scene), scene.capture) })
    }
    return plan === undefined ? this.setMode(found, checked, planned) : this.planMode(found, checked, plan)
  }
}
