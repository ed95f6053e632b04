import { Args, Flags } from '@oclif/core'
import { filesOf } from '../../src/answer/config/files.ts'
import type { JudgedFiles } from '../../src/answer/config/files.ts'
import { placeOf } from '../../src/answer/config/place.ts'
import { knownMinor, validateConfig } from '../../src/answer/config/validate.ts'
import type { ConfigFile } from '../../src/answer/config/validate.ts'
import type { FindingList } from '../../src/answer/finding-list.ts'
import { inputName, readInput } from '../../src/capture/input.ts'
import { entryOf } from '../../src/codes.ts'
import { BaseCommand, daemonSetFlag, failOnFlag, objectFlags } from '../../src/command.ts'
import { KpxError } from '../../src/error.ts'
import { findingListView } from '../../src/view/finding-list.ts'

export default class ConfigValidate extends BaseCommand<typeof ConfigValidate> {
  static override summary = 'tells whether kube-proxy would start with a configuration, and what should not be in it'
  static override strict = false
  static override baseFlags = objectFlags
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
    ...failOnFlag,
  }
  static override examples = [
    '<%= config.bin %> config validate --kubernetes 1.37',
    '<%= config.bin %> config validate config.conf',
    'kubectl -n kube-system get configmap kube-proxy -o yaml | <%= config.bin %> config validate - --kubernetes 1.34',
  ]

  async run(): Promise<FindingList> {
    const { 'fail-on': failOn, kubernetes } = this.flags
    const { files, minor } = await this.subject()
    const list = validateConfig(files, kubernetes === undefined ? minor : knownMinor(kubernetes), failOn)
    const codes = (): string[] => list.findings.map(({ code }) => code)
    await this.print(list, (options) => findingListView(list, options), codes)
    if (list.findings.some(({ code }) => entryOf(code).exit === 2)) process.exitCode = 2
    else if (!list.ok) process.exitCode = 1
    return list
  }

  private async subject(): Promise<JudgedFiles> {
    if (this.words.length === 0) return filesOf(placeOf(await this.configuration(), this.flags.daemonset))
    const read = async (path: string): Promise<ConfigFile> => ({ name: inputName(path), bytes: await readInput(path) })
    if (!this.namesSource) return { files: await Promise.all(this.words.map(read)) }
    throw new KpxError('KPX1001', 'files or a cluster can be validated, not both', { fix: 'leave out one of them' })
  }
}
