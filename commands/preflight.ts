import { Args, Flags } from '@oclif/core'
import { chosenNodes } from '../src/answer/lookup.ts'
import { nodeNames, sceneOf } from '../src/answer/scene.ts'
import type { Scene } from '../src/answer/scene.ts'
import { checkList } from '../src/check/check-list.ts'
import type { CheckList } from '../src/check/check-list.ts'
import { observed } from '../src/check/observed.ts'
import { exitOf, lookedAtFiles, preflight } from '../src/check/preflight.ts'
import type { Looked, Preflight } from '../src/check/preflight.ts'
import { questionOf } from '../src/check/question.ts'
import { CheckCommand, checkFlags } from '../src/check-command.ts'
import { settleFlag, unscopedFlags } from '../src/flags.ts'
import { checkListView, preflightView } from '../src/view/preflight.ts'

export default class PreflightCommand extends CheckCommand<typeof PreflightCommand> {
  static override summary = 'tells whether kube-proxy is in order, and ready for another mode or release: for CI'
  static override strict = false
  static override args = {
    file: Args.string({
      ignoreStdin: true,
      description: "kube-proxy's manifests, judged by themselves (default: the cluster); - reads standard input",
    }),
  }
  static override baseFlags = { ...unscopedFlags, ...checkFlags }
  static override flags = {
    mode: Flags.string({ summary: 'ask about a change to this mode', helpValue: 'MODE' }),
    kubernetes: Flags.string({ summary: 'ask about an upgrade to this release', helpValue: 'VERSION' }),
    list: Flags.boolean({ summary: 'print what is looked for, and look at nothing' }),
    ...settleFlag,
  }
  static override examples = [
    '<%= config.bin %> preflight --mode nftables --kubernetes 1.37 --report junit=preflight.xml',
    '<%= config.bin %> preflight kube-proxy.yaml -o github',
  ]

  async run(): Promise<CheckList | Preflight> {
    if (this.flags.list) return this.listed(checkList())
    const question = questionOf(this.flags.mode, this.flags.kubernetes)
    const told = preflight(await this.subject(), question, this)
    await this.answer(told, (options) => preflightView(told, options), codesOf(told.findings))
    process.exitCode = exitOf(told)
    return told
  }

  private async subject(): Promise<Looked> {
    const { node, settle } = this.flags
    const files = await this.namedFiles()
    if (files) return lookedAtFiles(files)
    const look = async (): Promise<Scene> => sceneOf(await this.capture('everything'))
    return observed(look, (scene) => (node?.length ? chosenNodes(node, scene) : nodeNames(scene)), this.pauses(settle))
  }

  private async listed(list: CheckList): Promise<CheckList> {
    await this.print(list, (options) => checkListView(list, options), codesOf(list.items))
    return list
  }
}

const codesOf = (all: readonly { readonly code: string }[]) => (): string[] => [...new Set(all.map(({ code }) => code))]
