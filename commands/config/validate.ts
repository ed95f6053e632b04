import { Args, Flags } from '@oclif/core'
import { filesOf } from '../../src/answer/config/files.ts'
import type { JudgedFiles } from '../../src/answer/config/files.ts'
import { placeOf } from '../../src/answer/config/place.ts'
import { knownMinor, validateConfig } from '../../src/answer/config/validate.ts'
import { withSuppressed } from '../../src/answer/finding-list.ts'
import type { FindingList } from '../../src/answer/finding-list.ts'
import { entryOf } from '../../src/codes.ts'
import { CheckCommand, checkFlags } from '../../src/check-command.ts'
import { daemonSetFlag, objectFlags } from '../../src/flags.ts'
import { findingListView } from '../../src/view/finding-list.ts'

export default class ConfigValidate extends CheckCommand<typeof ConfigValidate> {
  static override summary = 'tells whether kube-proxy would start with a configuration, and what should not be in it'
  static override strict = false
  static override baseFlags = { ...objectFlags, ...checkFlags }
  static override args = {
    file: Args.string({
      ignoreStdin: true,
      description:
        "a KubeProxyConfiguration, ConfigMap, DaemonSet, List or kubeadm configuration (default: the cluster's); - reads standard input",
    }),
  }
  static override flags = {
    ...daemonSetFlag,
    kubernetes: Flags.string({
      summary: "the release whose kube-proxy judges (default: that of kube-proxy's image, or the newest)",
      helpValue: 'VERSION',
    }),
  }
  static override examples = [
    '<%= config.bin %> config validate --kubernetes 1.37',
    '<%= config.bin %> config validate config.conf',
    'kubectl -n kube-system get configmap kube-proxy -o yaml | <%= config.bin %> config validate - --kubernetes 1.34',
  ]

  async run(): Promise<FindingList> {
    const { kubernetes } = this.flags
    const { files, minor } = await this.subject()
    const asked = kubernetes === undefined ? minor : knownMinor(kubernetes)
    const list = withSuppressed(validateConfig(files, asked, 'never'), this.suppress, this.failOn)
    const codes = (): string[] => list.findings.map(({ code }) => code)
    await this.answer(list, (options) => findingListView(list, options), codes)
    if (list.findings.some(({ code }) => entryOf(code).exit === 2)) process.exitCode = 2
    else if (!list.ok) process.exitCode = 1
    return list
  }

  private async subject(): Promise<JudgedFiles> {
    const files = await this.namedFiles()
    return files ? { files } : filesOf(placeOf(await this.configuration(), this.flags.daemonset))
  }
}
