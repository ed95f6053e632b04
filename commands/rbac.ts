import { Flags } from '@oclif/core'
import { BaseCommand, unscopedFlags } from '../src/command.ts'
import { debugPodsRole, readerRole } from '../src/kube/role.ts'
import type { Role } from '../src/kube/role.ts'
import { json, yaml } from '../src/view/json.ts'

interface RoleList {
  readonly apiVersion: 'v1'
  readonly kind: 'List'
  readonly items: readonly Role[]
}

export default class Rbac extends BaseCommand<typeof Rbac> {
  static override summary = 'prints the role that kpx needs for reading a cluster, ready for kubectl apply'
  static override examples = [
    '<%= config.bin %> rbac | kubectl apply -f -',
    '<%= config.bin %> rbac --allow-debug-pods | kubectl apply -f -',
  ]
  static override baseFlags = { output: unscopedFlags.output }
  static override flags = {
    'allow-debug-pods': Flags.boolean({
      summary: 'and the role for --allow-debug-pods, of the namespace that they are in',
    }),
  }

  async run(): Promise<Role | RoleList> {
    const list: RoleList = { apiVersion: 'v1', kind: 'List', items: [readerRole, debugPodsRole] }
    const printed = this.flags['allow-debug-pods'] ? list : readerRole
    process.stdout.write(this.flags.output === 'json' ? json(printed) : await yaml(printed))
    return printed
  }
}
