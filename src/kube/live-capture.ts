/** A live cluster as a capture: everything that an answer may need is read before, and then answers as a recording does. */
import type { Capture } from '../capture/capture.ts'
import { configMapNamed } from '../cluster/applied.ts'
import { kubeProxyPods } from '../cluster/kube-proxy.ts'
import type { KubeProxyPod } from '../cluster/kube-proxy.ts'
import { fileSource } from '../cluster/workload.ts'
import { versionOfImage } from '../version.ts'
import { clusterNode } from './access/cluster-node.ts'
import { debugPodTrial } from './access/debug-pod-trial.ts'
import { accesses } from './access/index.ts'
import type { AccessOptions } from './access/index.ts'
import type { Connection } from './connection.ts'
import { kubeProxyLists, kubeProxyLogs } from './kube-proxy-objects.ts'
import { blindSpots, lookAt, unseen } from './look.ts'
import type { Scope, Served } from './node-record.ts'
import { listObjects } from './objects.ts'
import { resources } from './resource.ts'

export interface LiveOptions extends AccessOptions {
  /** Those alone, where any are named. */
  readonly nodes: readonly string[] | undefined
  readonly scope: Scope
  /** Of `everything`; where there is none, ports are taken to be the usual ones. */
  readonly servedPorts: ServedPorts | undefined
  /** Hears what is waited for. */
  readonly progress?: (text: string) => void
}

/**
 * Where a kube-proxy that is started with this command serves what it says of itself; undefined where that cannot be told. `textOf` gives
 * the files that its container finds in ConfigMaps.
 */
type ServedPorts = (
  started: { readonly command: readonly string[]; readonly version: string | undefined },
  textOf: (path: string) => string | undefined,
) => Served | undefined

/** The log is the API server's to give, whichever way leads to the node. */
const logFile = 'kube-proxy.log'

/** Throws KPX1001, KPX1011 and KPX1013 to KPX1017. */
export async function liveCapture(connection: Connection, options: LiveOptions): Promise<Capture> {
  try {
    return await readCluster(connection, options)
  } finally {
    // whatever is still on the way when one question fails is not waited for
    connection.close()
  }
}

async function readCluster(connection: Connection, options: LiveOptions): Promise<Capture> {
  options.progress?.(`waiting for lists of objects from ${connection.server}`)
  const known = await clusterLists(connection)
  const { nodes, pods } = known
  const wanted = nodes
    .flatMap((object) => clusterNode(object) ?? [])
    .filter(({ name }) => options.nodes === undefined || options.nodes.includes(name))
  const names = wanted.map(({ name }) => name).sort()
  const proxies = kubeProxyPods(pods)
  const own = names.flatMap((name) => proxies.get(name) ?? [])
  const wholly = options.scope !== 'rules'
  const about = wholly ? await kubeProxyLists(connection, [...proxies.values()]) : undefined
  const served = new Map(about && own.map((pod) => [pod.node, portsOf(pod, about, options.servedPorts)]))
  const [looks, logs, trial] = await Promise.all([
    lookAt(wanted, accesses(connection, pods, options), { ...options, served: (node) => served.get(node) }),
    wholly ? kubeProxyLogs(connection, own) : undefined,
    options.scope === 'everything' ? debugPodTrial(connection, wanted, pods, options.debugPods.image) : undefined,
  ])
  const file = (node: string, name: string): Buffer | undefined =>
    name === logFile ? logs?.get(node) : looks.get(node)?.files.get(name)
  const lists: Readonly<Record<string, readonly unknown[]>> = {
    ...known,
    ...about,
    ...(trial && { debugpods: [trial] }),
  }
  return {
    name: connection.context,
    path: connection.server,
    flags: connection.flags,
    takenAt: new Date().toISOString(),
    nodes: names,
    isPart: options.nodes !== undefined,
    file,
    files: (node) => [...(looks.get(node)?.files.keys() ?? []), logFile].filter((name) => file(node, name)).sort(),
    list: (name) => (Object.hasOwn(lists, name) ? lists[name] : undefined),
    blind: (node) => blindSpots(looks.get(node) ?? unseen),
    reached: (node) => looks.get(node)?.reached,
  }
}

/** What every answer is about. */
async function clusterLists(connection: Connection) {
  const [services, endpointslices, pods, nodes] = await Promise.all([
    listObjects(connection, resources.services),
    listObjects(connection, resources.endpointSlices),
    listObjects(connection, resources.pods),
    listObjects(connection, resources.nodes),
  ])
  return { services, endpointslices, pods, nodes }
}

function portsOf(
  { container, namespace }: KubeProxyPod,
  { configmaps }: { readonly configmaps: readonly unknown[] },
  servedPorts: ServedPorts | undefined,
): Served | undefined {
  const textOf = (path: string): string | undefined => {
    const source = fileSource(container, path)
    if (source?.kind !== 'ConfigMap') return undefined
    return configMapNamed({ list: () => configmaps }, namespace, source.name)?.data.get(source.key)
  }
  return servedPorts?.({ command: container.words, version: versionOfImage(container.image) }, textOf)
}
