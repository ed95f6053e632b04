import { Flags } from '@oclif/core'
import { BaseCommand } from '../src/command.ts'
import { debugPodsRole, readerClusterRole, readerRole, systemNamespace, writerRole } from '../src/kube/role.ts'
import type { Role } from '../src/kube/role.ts'
import { json, yaml } from '../src/view/json.ts'

interface RoleList {
  readonly apiVersion: 'v1'
  readonly kind: 'List'
  readonly items: readonly Role[]
}

export default class Rbac extends BaseCommand<typeof Rbac> {
  static override summary =
    'prints the roles that kpx needs for reading a cluster, and for changing it, ready for kubectl apply'
  static override examples = [
    '<%= config.bin %> rbac | kubectl apply -f -',
    '<%= config.bin %> rbac --changes | kubectl apply -f -',
    '<%= config.bin %> rbac --allow-debug-pods | kubectl apply -f -',
  ]
  static override baseFlags = {
    output: Flags.string({ char: 'o', summary: 'output format', options: ['json', 'yaml'], default: 'yaml' }),
  }
  static override flags = {
    namespace: Flags.string({
      char: 'n',
      summary: `where kube-proxy is (default: ${systemNamespace})`,
      helpValue: 'NAME',
    }),
    changes: Flags.boolean({ summary: "and the role for changes of kube-proxy's configuration" }),
    'allow-debug-pods': Flags.boolean({
      summary: 'and the role for --allow-debug-pods, of the namespace that they are in',
    }),
  }

  async run(): Promise<RoleList> {
    const { 'allow-debug-pods': debugPods, changes, namespace = systemNamespace, output } = this.flags
    const items = [
      readerClusterRole,
      readerRole(namespace),
      ...(changes ? [writerRole(namespace)] : []),
      ...(debugPods ? [debugPodsRole] : []),
    ]
    const list: RoleList = { apiVersion: 'v1', kind: 'List', items }
    process.stdout.write(output === 'json' ? json(list) : await yaml(list))
    return list
  }
}
