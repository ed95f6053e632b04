/** The configuration that a cluster's kube-proxy is started with, and the workload that starts it. */
import type { Capture } from '../../capture/capture.ts'
import type { Applied } from '../../cluster/applied.ts'
import { object, text } from '../../cluster/json.ts'
import { kubeProxyDaemonSets, kubeProxyPods, podAsApplied } from '../../cluster/kube-proxy.ts'
import type { Container } from '../../cluster/workload.ts'
import { readRevisions, revisionsAnnotation } from '../../config/revisions.ts'
import type { Revision } from '../../config/revisions.ts'
import { newestMinor } from '../../config/version.ts'
import { KpxError } from '../../error.ts'
import { minorOf, versionOfImage } from '../../version.ts'
import { recognitionOf } from '../../platform/recognise.ts'
import type { Recognition } from '../../platform/recognise.ts'
import { configFileOf } from '../../platform/config-file.ts'
import type { ConfigFile, Started } from '../../platform/config-file.ts'
import { hostProcess } from './host-process.ts'
import { configurationOf } from './configuration.ts'
import type { Configuration } from './configuration.ts'

export interface Place {
  /** What names the workload to another command: ` --daemonset kube-system/kube-proxy`; empty where there is but one. */
  readonly flags: string
  /** Its DaemonSet; the pod itself where it has none, as a static one; the Node where it is no pod. */
  readonly workload: Applied
  /** Other workloads that are started with the same configuration. */
  readonly sharing: readonly Applied[]
  readonly container: Container
  readonly file: ConfigFile
  readonly configuration: Configuration
  readonly recognition: Recognition
  /** kube-proxy's version by its image, else the API server's: `v1.37.1`; null where neither is known. */
  readonly version: string | null
  /** The minor of that, else the newest that kpx knows. */
  readonly minor: number
}

/** `ConfigMap kube-system/kube-proxy, key config.conf`. */
export const placeName = ({ configuration: { key, object } }: Place): string =>
  [object ?? 'configuration', ...(key === null ? [] : [`key ${key}`])].join(', ')

/** From the oldest to the newest. Throws KPX2106. */
export const revisionsIn = ({ file: { map } }: Place): readonly Revision[] =>
  readRevisions(text(map?.annotations[revisionsAnnotation]))

/** `named` is a DaemonSet, `kube-proxy` or `kube-system/kube-proxy`. Throws KPX2103 where there is none, or several with different configurations. */
export function placeOf(capture: Capture, named: string | undefined): Place {
  const all = workloads(capture)
  const started = workloadOf(all, capture, named)
  const { container, object: workload } = started
  const version = versionOf(container, capture)
  return {
    flags: all.length > 1 ? ` --daemonset ${qualified(workload)}` : '',
    workload,
    sharing: all.flatMap((one) => (one !== started && isSame(one, started, capture) ? [one.object] : [])),
    container,
    file: configFileOf(started, capture),
    configuration: configurationOf({ ...started, version: version ?? undefined }, capture),
    recognition: recognitionOf(capture),
    version,
    minor: (version === null ? undefined : minorOf(version)) ?? newestMinor,
  }
}

/** Those of the nodes that kube-proxies of other DaemonSets do not serve: its own, and those that have none. */
export function nodesOf({ kind, name, namespace }: Applied, nodes: readonly string[], capture: Capture): string[] {
  const pods = kubeProxyPods(capture.list('pods') ?? [])
  return nodes.filter((node) => {
    const pod = pods.get(node)
    return kind !== 'DaemonSet' || !pod?.daemonSet || (pod.daemonSet === name && pod.namespace === namespace)
  })
}

/** As --daemonset takes it. */
const qualified = ({ name, namespace }: Applied): string => (namespace === '' ? name : `${namespace}/${name}`)

function workloadOf(all: readonly Started[], capture: Capture, named: string | undefined): Started {
  const found = named === undefined ? all : all.filter(({ object: one }) => [one.name, qualified(one)].includes(named))
  const names = all.map(({ object: one }) => qualified(one)).join(', ')
  if (found.length === 0 && named !== undefined && all.length > 0) {
    throw new KpxError('KPX2103', `no DaemonSet ${named} runs kube-proxy`, { fix: `there is: ${names}`, exit: 2 })
  }
  const [first, ...others] = found
  if (!first) throw nothingThere(recognitionOf(capture))
  if (others.every((one) => isSame(one, first, capture))) return first
  const what = first.object.kind === 'DaemonSet' ? 'DaemonSets run kube-proxy' : 'nodes start kube-proxy themselves'
  throw new KpxError('KPX2103', `several ${what}, each with its own configuration: ${names}`, {
    fix: `say which is meant, for example --daemonset ${qualified(first.object)}`,
  })
}

/** Whether they have their configuration from one place. */
function isSame(one: Started, other: Started, capture: Capture): boolean {
  const [own, its] = [one, other].map((each) => configurationOf({ ...each, version: undefined }, capture))
  return own?.object === its?.object && own?.key === its?.key
}

function nothingThere({ found, scene }: Recognition): KpxError {
  const [own] = found
  const where = own ? ` (${own.platform.name}: ${own.platform.place(scene)})` : ''
  return new KpxError('KPX2103', `no DaemonSet and no pod of kube-proxy is there${where}`)
}

/** DaemonSets that are to run somewhere, else all of them, else pods, else processes of nodes. */
function workloads(capture: Capture): Started[] {
  const daemonSets = kubeProxyDaemonSets(capture.list('daemonsets') ?? [])
  const wanted = daemonSets.filter(({ desired }) => desired > 0)
  const sets = wanted.length > 0 ? wanted : daemonSets
  if (sets.length > 0) return sets.map((set) => ({ object: set, container: set.container }))
  const pods = [...kubeProxyPods(capture.list('pods') ?? []).values()]
  const ofPods = pods.map((pod) => ({ node: pod.node, object: podAsApplied(pod), container: pod.container }))
  return distinct(pods.length > 0 ? ofPods : hostProcesses(capture))
}

interface OnNode extends Started {
  readonly node: string
}

function hostProcesses(capture: Capture): OnNode[] {
  const names = new Set([...capture.nodes, ...recognitionOf(capture).scene.nodes.map(({ name }) => name)])
  return [...names].sort().flatMap((node) => {
    const started = hostProcess(node, capture)
    return started ? [{ ...started, node }] : []
  })
}

/** One of those that are started alike, but for the names of their nodes. */
function distinct(all: readonly OnNode[]): Started[] {
  const keyOf = ({ container: { words }, node, onHost }: OnNode): string =>
    JSON.stringify([words.map((word) => word.replaceAll(node, '$(NODE_NAME)')), onHost])
  return [...new Map(all.toReversed().map((one) => [keyOf(one), one] as const)).values()].toReversed()
}

function versionOf({ image }: Container, capture: Capture): string | null {
  const [server] = capture.list('version') ?? []
  return versionOfImage(image) ?? (text(object(server)['gitVersion']) || null)
}
