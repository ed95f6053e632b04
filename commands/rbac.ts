import { BaseCommand, unscopedFlags } from '../src/command.ts'
import { readerRole } from '../src/kube/role.ts'
import type { ClusterRole } from '../src/kube/role.ts'
import { json, yaml } from '../src/view/json.ts'

export default class Rbac extends BaseCommand<typeof Rbac> {
  static override summary = 'prints the role that kpx needs for reading a cluster, ready for kubectl apply'
  static override examples = ['<%= config.bin %> rbac | kubectl apply -f -']
  static override baseFlags = { output: unscopedFlags.output }

  async run(): Promise<ClusterRole> {
    process.stdout.write(this.flags.output === 'json' ? json(readerRole) : await yaml(readerRole))
    return readerRole
  }
}
