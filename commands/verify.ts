import { Args } from '@oclif/core'
import { withSuppressed } from '../src/answer/finding-list.ts'
import { chosenNodes, namedServices } from '../src/answer/lookup.ts'
import { sceneOf } from '../src/answer/scene.ts'
import { observe } from '../src/answer/verify/observe.ts'
import { lasting } from '../src/answer/verify/settle.ts'
import { comparedAll, verificationOf } from '../src/answer/verify/verify.ts'
import type { Verification } from '../src/answer/verify/verify.ts'
import { CheckCommand, checkFlags } from '../src/check-command.ts'
import { selectorFlag, settleFlag, sharedFlags, watchFlag } from '../src/flags.ts'
import { verifyNames, verifyView } from '../src/view/verify.ts'

export default class Verify extends CheckCommand<typeof Verify> {
  static override summary = "tells whether the nodes do to every Service's packets what the API says, and what is wrong"
  static override strict = false
  static override args = {
    service: Args.string({ ignoreStdin: true, description: 'Services to verify (default: all)' }),
  }
  static override baseFlags = { ...sharedFlags, ...checkFlags }
  static override flags = { ...selectorFlag, ...settleFlag, ...watchFlag }
  static override examples = ['<%= config.bin %> verify', '<%= config.bin %> verify shop/web --node node1 --settle 30s']

  async run(): Promise<Verification> {
    return this.looked(async () => {
      const answer = await this.verified()
      return { answer, matter: answer.findings, tell: () => this.tell(answer) }
    })
  }

  private async tell(told: Verification): Promise<void> {
    await this.answer(
      told,
      (options) => verifyView(told, options),
      () => verifyNames(told),
    )
    process.exitCode = !told.ok ? 1 : comparedAll(told) ? 0 : 3
  }

  private async verified(): Promise<Verification> {
    const { namespace, node, selector, settle } = this.flags
    const look = async (): Promise<ReturnType<typeof observe>> => {
      const scene = sceneOf(await this.capture('state'))
      return observe(namedServices(this.words, namespace, scene, selector), chosenNodes(node, scene), scene)
    }
    return withSuppressed(verificationOf(await lasting(look, this.pauses(settle)), 'never'), this.suppress, this.failOn)
  }
}
