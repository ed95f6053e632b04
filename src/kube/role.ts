/** The least that a user needs for kpx's commands, as RBAC has it. */
import { resources } from './resource.ts'
import type { Resource } from './resource.ts'

export interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

/** A ClusterRole, or a Role, which is of a namespace. */
export interface Role {
  readonly apiVersion: 'rbac.authorization.k8s.io/v1'
  readonly kind: 'ClusterRole' | 'Role'
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly rules: readonly Rule[]
}

const apiVersion = 'rbac.authorization.k8s.io/v1'

const rule = ({ group, plural }: Resource, ...verbs: string[]): Rule => ({
  apiGroups: [group],
  resources: [plural],
  verbs,
})

/**
 * A WebSocket into a pod begins with a GET, for which servers ask for `get`, and since 1.35 for `create` as well
 * (AuthorizePodWebsocketUpgradeCreatePermission, kubernetes/pkg/features/kube_features.go).
 */
const readingRule = (resource: Resource): Rule =>
  resource.plural.includes('/') ? rule(resource, 'create', 'get') : rule(resource, 'list')

/** For reading: status, explain, services, trace, capture and their kin. */
export const readerRole: Role = {
  apiVersion,
  kind: 'ClusterRole',
  metadata: { name: 'kpx-reader' },
  rules: Object.values(resources).map(readingRule),
}

/** Where every cluster has pods that may do more than others. */
export const debugPodsNamespace = 'kube-system'

/** For --allow-debug-pods, beside the reader's role. */
export const debugPodsRole: Role = {
  apiVersion,
  kind: 'Role',
  metadata: { name: 'kpx-debug-pods', namespace: debugPodsNamespace },
  rules: [rule(resources.pods, 'create', 'delete', 'get')],
}
