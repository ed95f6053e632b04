/** What the API has that says whose kube-proxy it is, beside nodes, DaemonSets and kube-proxy's own ConfigMaps. */
import { object, objects, text } from '../cluster/json.ts'
import type { Connection } from './connection.ts'
import { getObject, listIn, mayLack, objectOrNone } from './objects.ts'
import { apiGroups, resources } from './resource.ts'
import { systemNamespace } from './role.ts'

/** ConfigMaps in kube-system that are there, or say something, on some platforms alone. */
const telling = ['antrea-config', 'cilium-config', 'kubeadm-config', 'shoot-info']

/** Only a sign: who may not read one of them gets an answer without it. Throws KPX1013, KPX1014 and KPX1017. */
export async function platformLists(
  connection: Connection,
): Promise<Readonly<Record<string, readonly unknown[]>> & { readonly configmaps: readonly unknown[] }> {
  const configMap = (name: string): Promise<unknown[]> => {
    const asked = { verb: 'get', resource: resources.configMaps, namespace: systemNamespace, name } as const
    return objectOrNone(getObject(connection, asked), mayLack)
  }
  const [groups, configmaps] = await Promise.all([
    groupsOf(connection),
    Promise.all(telling.map(configMap)).then((all) => all.flat()),
  ])
  const hasCalico = groups?.some(({ name }) => name === resources.felixConfigurations.group) === true
  return {
    ...(groups && { apigroups: groups }),
    ...(hasCalico && { felixconfigurations: await felixConfigurations(connection) }),
    configmaps,
  }
}

/** Their names; undefined where the server does not tell them. */
async function groupsOf(connection: Connection): Promise<readonly { readonly name: string }[] | undefined> {
  const [list] = await objectOrNone(getObject(connection, { verb: 'get', resource: apiGroups }), mayLack)
  return list === undefined ? undefined : objects(object(list)['groups']).map(({ name }) => ({ name: text(name) }))
}

const felixConfigurations = (connection: Connection): Promise<unknown[]> =>
  objectOrNone(
    getObject(connection, { verb: 'get', resource: resources.felixConfigurations, name: 'default' }),
    mayLack,
  )

/** Of the pods of a cluster with a DaemonSet of kube-proxy the one that says something: kubespray's way to the API server. */
export const tellingPods = (connection: Connection): Promise<readonly unknown[]> =>
  listIn(connection, resources.pods, systemNamespace, 'k8s-app in (kube-nginx,kube-haproxy)', 1)
