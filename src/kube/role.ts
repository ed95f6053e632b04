/** The least that a user needs for kpx's commands, as RBAC has it. */
import { resources } from './resource.ts'
import type { Resource } from './resource.ts'

export interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

export interface ClusterRole {
  readonly apiVersion: 'rbac.authorization.k8s.io/v1'
  readonly kind: 'ClusterRole'
  readonly metadata: { readonly name: string }
  readonly rules: readonly Rule[]
}

/**
 * A WebSocket into a pod begins with a GET, for which servers ask for `get`, and since 1.35 for `create` as well
 * (AuthorizePodWebsocketUpgradeCreatePermission, kubernetes/pkg/features/kube_features.go).
 */
export const verbsOf = ({ plural }: Resource): readonly string[] =>
  plural.includes('/') ? ['create', 'get'] : ['list']

/** For reading: status, explain, services, trace, capture and their kin. */
export const readerRole: ClusterRole = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'kpx-reader' },
  rules: Object.values(resources).map((resource) => ({
    apiGroups: [resource.group],
    resources: [resource.plural],
    verbs: verbsOf(resource),
  })),
}
