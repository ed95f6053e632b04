/** What the API has of kube-proxy itself: its DaemonSets and ConfigMaps, the server's version, and its pods' logs. */
import { object, text } from '../cluster/json.ts'
import { kubeProxyDaemonSets, kubeProxyPods } from '../cluster/kube-proxy.ts'
import type { KubeProxyPod } from '../cluster/kube-proxy.ts'
import { leaseName } from '../cluster/rollout-record.ts'
import { configMapsOf } from '../cluster/workload.ts'
import type { Container } from '../cluster/workload.ts'
import { KpxError } from '../error.ts'
import type { Connection } from './connection.ts'
import { getObject, isMissing, listObjects, mayLack, objectOrNone } from './objects.ts'
import { platformLists, tellingPods } from './platform-objects.ts'
import { Pool } from './pool.ts'
import { resources, serverVersion } from './resource.ts'

/** Requests at a time. */
const mostRequests = 16

/** Lines of a log, from its end. */
const mostLines = 1000
const mostBytes = 1_000_000

/** By the names of a capture's lists. */
type Lists = Readonly<Record<string, readonly unknown[]>> & { readonly configmaps: readonly unknown[] }

/** What configures the pods that are given, which need not be all, and whose that is. Throws KPX1013 to KPX1017. */
export async function kubeProxyLists(connection: Connection, pods: readonly KubeProxyPod[]): Promise<Lists> {
  const [daemonsets, version, platform] = await Promise.all([
    listObjects(connection, resources.daemonSets),
    serverVersionOf(connection),
    platformLists(connection),
  ])
  const sets = kubeProxyDaemonSets(daemonsets)
  const [own, leases] = await Promise.all([
    configMapsOfAll(connection, [...sets, ...pods]),
    rolloutLeases(connection, sets),
  ])
  return { ...platform, daemonsets, configmaps: together(own, platform), version, ...(leases && { leases }) }
}

/** Of kpx's own rollouts; undefined where they cannot be read. */
async function rolloutLeases(
  connection: Connection,
  sets: readonly { readonly namespace: string }[],
): Promise<readonly unknown[] | undefined> {
  const namespaces = new Set(sets.map(({ namespace }) => namespace))
  const asked = (namespace: string) =>
    ({ verb: 'get', resource: resources.leases, namespace, name: leaseName }) as const
  try {
    const own = [...namespaces].map((one) => objectOrNone(getObject(connection, asked(one)), isMissing))
    return (await Promise.all(own)).flat()
  } catch (error) {
    if (error instanceof KpxError && mayLack(error)) return undefined
    throw error
  }
}

/** By node. Throws KPX1013 to KPX1015. */
export async function kubeProxyLogs(
  connection: Connection,
  pods: readonly KubeProxyPod[],
): Promise<ReadonlyMap<string, Buffer>> {
  const pool = new Pool(mostRequests)
  const logs = await Promise.all(pods.map((pod) => pool.run(() => logOf(connection, pod))))
  return new Map(pods.flatMap(({ node }, i) => (logs[i] ? [[node, logs[i]] as const] : [])))
}

/** The configuration alone, and whose it is. Pods are asked for where no DaemonSet runs kube-proxy. Throws KPX1013 to KPX1017. */
export async function configurationLists(connection: Connection): Promise<Lists> {
  const [daemonsets, version, nodes, platform] = await Promise.all([
    listObjects(connection, resources.daemonSets),
    serverVersionOf(connection),
    listObjects(connection, resources.nodes),
    platformLists(connection),
  ])
  const sets = kubeProxyDaemonSets(daemonsets)
  const pods = sets.length > 0 ? await tellingPods(connection) : await listObjects(connection, resources.pods)
  const own = await configMapsOfAll(connection, [...sets, ...kubeProxyPods(pods).values()])
  return { ...platform, daemonsets, version, nodes, pods, configmaps: together(own, platform) }
}

/** One ConfigMap may be both kube-proxy's and a sign of its platform. */
function together(own: readonly unknown[], { configmaps }: Lists): unknown[] {
  const nameOf = (map: unknown): string => {
    const { name, namespace } = object(object(map)['metadata'])
    return `${text(namespace)}/${text(name)}`
  }
  const names = new Set(own.map(nameOf))
  return [...own, ...configmaps.filter((map) => !names.has(nameOf(map)))]
}

/** None where it may not be asked. Throws KPX1013 and KPX1014. */
export const serverVersionOf = (connection: Connection): Promise<unknown[]> =>
  objectOrNone(getObject(connection, { verb: 'get', resource: serverVersion }), mayLack)

/** Those that the containers mount. */
async function configMapsOfAll(
  connection: Connection,
  workloads: readonly { readonly container: Container; readonly namespace: string }[],
): Promise<unknown[]> {
  const pool = new Pool(mostRequests)
  const names = new Set(
    workloads.flatMap(({ container, namespace }) => configMapsOf(container).map((name) => `${namespace}/${name}`)),
  )
  const configmaps = await Promise.all([...names].map((name) => pool.run(() => configMap(connection, name))))
  return configmaps.flat()
}

async function configMap(connection: Connection, qualified: string): Promise<unknown[]> {
  const [namespace = '', name = ''] = qualified.split('/')
  return objectOrNone(
    getObject(connection, { verb: 'get', resource: resources.configMaps, namespace, name }),
    isMissing,
  )
}

/** Undefined where there is none to be had, e.g. of a container that has not started. */
async function logOf(connection: Connection, pod: KubeProxyPod): Promise<Buffer | undefined> {
  const { container, namespace, pod: name } = pod
  const query = { container: container.name, tailLines: String(mostLines), limitBytes: String(mostBytes) }
  try {
    return await connection.get({ verb: 'get', resource: resources.podLog, namespace, name }, query)
  } catch (error) {
    // the kubelet may be away, or have no log yet
    if (error instanceof KpxError && error.code !== 'KPX1014' && error.code !== 'KPX1015') return undefined
    throw error
  }
}
