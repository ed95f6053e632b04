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

/** For reading: status, explain, services, trace, capture and their kin. */
export const readerClusterRole: Role = {
  apiVersion,
  kind: 'ClusterRole',
  metadata: { name: 'kpx-reader' },
  rules: [
    rule(resources.services, 'list'),
    rule(resources.endpointSlices, 'list'),
    rule(resources.pods, 'list'),
    rule(resources.nodes, 'list'),
    rule(resources.daemonSets, 'list'),
    // asked for where Calico is: whether it serves the Services itself
    rule(resources.felixConfigurations, 'get'),
  ],
}

/**
 * Beside it, in kube-proxy's namespace alone: who may run commands in every pod has the cluster. A WebSocket into a pod begins with a GET,
 * for which servers ask for `get`, and since 1.35 for `create` as well (AuthorizePodWebsocketUpgradeCreatePermission,
 * kubernetes/pkg/features/kube_features.go).
 */
export const readerRole = (namespace: string): Role => ({
  apiVersion,
  kind: 'Role',
  metadata: { name: 'kpx-reader', namespace },
  rules: [
    rule(resources.exec, 'create', 'get'),
    rule(resources.portForward, 'create', 'get'),
    rule(resources.podLog, 'get'),
    rule(resources.configMaps, 'get'),
    // whether a rollout of kpx is under way
    rule(resources.leases, 'get'),
  ],
})

/** Where most clusters have kube-proxy, and every cluster pods that may do more than others. */
export const systemNamespace = 'kube-system'

/** For changes of the configuration, and for what is taken away from the nodes, beside the reader's roles. */
export const writerRole = (namespace: string): Role => ({
  apiVersion,
  kind: 'Role',
  metadata: { name: 'kpx-writer', namespace },
  rules: [
    rule(resources.configMaps, 'patch'),
    rule(resources.daemonSets, 'get', 'patch', 'update'),
    rule(resources.pods, 'delete'),
    rule(resources.leases, 'create', 'delete', 'patch'),
  ],
})

/** For --allow-debug-pods, beside the reader's roles. */
export const debugPodsRole: Role = {
  apiVersion,
  kind: 'Role',
  metadata: { name: 'kpx-debug-pods', namespace: systemNamespace },
  rules: [rule(resources.pods, 'create', 'delete', 'get')],
}
