import { setTimeout as sleep } from 'node:timers/promises'
import { Args, Flags } from '@oclif/core'
import { chosenNodes, findService, serviceName, servicesOf } from '../src/answer/lookup.ts'
import { sceneOf } from '../src/answer/scene.ts'
import { isDifferent, isWhole, observe, settled, verificationOf } from '../src/answer/verify/verify.ts'
import type { Observation, Verification } from '../src/answer/verify/verify.ts'
import { BaseCommand, milliseconds } from '../src/command.ts'
import { verifyView } from '../src/view/verify.ts'

export default class Verify extends BaseCommand<typeof Verify> {
  static override summary =
    "tells whether the nodes do to every Service's packets what the API says, and what is wrong if not"
  static override strict = false
  static override args = {
    service: Args.string({ ignoreStdin: true, description: 'Services to verify (default: all)' }),
  }
  static override flags = {
    settle: Flags.string({
      summary: 'on a cluster, how long what differs may be on its way',
      helpValue: 'DURATION',
      default: '10s',
    }),
    'fail-on': Flags.option({
      summary: 'the level of findings from which the answer is no',
      options: ['error', 'warning', 'never'] as const,
      default: 'error',
    })(),
  }
  static override examples = [
    '<%= config.bin %> verify',
    '<%= config.bin %> verify shop/web --node node1 --settle 30s',
    '<%= config.bin %> verify --from CAPTURE',
  ]

  async run(): Promise<Verification> {
    const seen = await this.lasting()
    const verification = verificationOf(seen, this.flags['fail-on'])
    await this.print(
      verification,
      (options) => verifyView(verification, options),
      () =>
        [...new Set(verification.findings.flatMap(({ affects = [] }) => affects))]
          .sort()
          .map((one) => `service/${one}`),
    )
    const nodes = seen.nodes.map((one) => one.seen.status.node)
    if (!verification.ok) process.exitCode = 1
    else if (!isWhole(verification, nodes)) process.exitCode = 3
    return verification
  }

  /** What differs as long as it is looked at: what was only on its way is no difference. */
  private async lasting(): Promise<Observation> {
    const end = performance.now() + (this.flags.from === undefined ? milliseconds(this.flags.settle, 'settle') : 0)
    let seen = await this.observed()
    while (isDifferent(seen) && performance.now() < end) {
      await sleep(pause)
      seen = settled(await this.observed(), seen)
    }
    return seen
  }

  private async observed(): Promise<Observation> {
    const scene = sceneOf(await this.capture('everything'))
    const named = this.words.map((word) => serviceName(word, this.namespace))
    const services =
      named.length > 0
        ? named.map(({ name, namespace }) => findService(namespace, name, scene))
        : servicesOf(this.flags.namespace, scene)
    return observe(services, chosenNodes(this.flags.node, scene), scene)
  }
}

/** Milliseconds: kube-proxy syncs at most once a second (minSyncPeriod). */
const pause = 1000
