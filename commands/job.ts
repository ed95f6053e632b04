import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../src/command.ts'
import { jobNameOf, refuseNames } from '../src/job-words.ts'
import { jobManifests } from '../src/kube/job.ts'
import { systemNamespace } from '../src/kube/role.ts'
import { json, yaml } from '../src/view/json.ts'

export default class Job extends BaseCommand<typeof Job> {
  static override summary = 'prints a Job that runs kpx in the cluster, with its least rights, ready for kubectl apply'
  static override description =
    'The roles are those of a reader, as kpx rbac prints them. The Job fails where the answer is no; its logs have the answer.'
  static override strict = false
  static override args = {
    command: Args.string({
      ignoreStdin: true,
      description: "kpx's command with its flags, after -- where it has any",
      default: 'preflight',
    }),
  }
  static override examples = [
    '<%= config.bin %> job --image registry.example/kpx:1 | kubectl apply -f -',
    "<%= config.bin %> job --image registry.example/kpx:1 --schedule '0 6 * * *' -- verify --fail-on warning",
  ]
  static override baseFlags = {
    output: Flags.string({ char: 'o', summary: 'output format', options: ['json', 'yaml'], default: 'yaml' }),
  }
  static override flags = {
    image: Flags.string({ summary: 'the image of kpx', helpValue: 'IMAGE', required: true }),
    schedule: Flags.string({ summary: "a CronJob that runs then, e.g. '0 6 * * *'", helpValue: 'CRON' }),
    name: Flags.string({ summary: 'its name (default: kpx and the command)', helpValue: 'NAME' }),
    namespace: Flags.string({
      char: 'n',
      summary: 'a namespace that is there (default: one of its own, kpx, which is made)',
      helpValue: 'NAME',
    }),
    'kube-proxy-namespace': Flags.string({
      summary: 'where kube-proxy is',
      helpValue: 'NAME',
      default: systemNamespace,
    }),
  }

  async run(): Promise<object> {
    const { image, 'kube-proxy-namespace': proxyNamespace, name, namespace, output, schedule } = this.flags
    const end = this.argv.indexOf('--')
    // of two equal words, oclif has the one behind -- where the one before it is
    const words = end === -1 || end === this.argv.length - 1 ? this.words : this.argv.slice(end + 1)
    refuseNames([name, namespace, proxyNamespace], image, schedule)
    const usual = jobNameOf(words, this.config.commands)
    const options = { name: name ?? usual, namespace, systemNamespace: proxyNamespace, image, words, schedule }
    const list = { apiVersion: 'v1', kind: 'List', items: jobManifests(options) }
    process.stdout.write(output === 'json' ? json(list) : await yaml(list))
    return list
  }
}
