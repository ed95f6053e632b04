/** What platforms are recognised by: a cluster's nodes, DaemonSets, ConfigMaps, static pods, API groups and version. */
import type { Capture, ItemList } from '../capture/capture.ts'
import { appliedOf, configMaps } from '../cluster/applied.ts'
import type { Applied, ConfigMap } from '../cluster/applied.ts'
import { number, object, text } from '../cluster/json.ts'
import type { Json } from '../cluster/json.ts'
import { kubeProxyDaemonSets, kubeProxyPods, podAsApplied } from '../cluster/kube-proxy.ts'
import { containersOf } from '../cluster/workload.ts'
import type { Container } from '../cluster/workload.ts'
import { effectiveSettings } from '../config/effective.ts'
import { lineOf } from '../config/value.ts'
import { newestMinor } from '../config/version.ts'
import { minorOf, versionOfImage } from '../version.ts'
import { configFileOf } from './config-file.ts'
import type { Started } from './config-file.ts'

export interface PlatformNode extends Applied {
  /** `aws:///eu-west-1a/i-0abc`; empty where the node has none. */
  readonly providerId: string
  /** `Talos (v1.11.2)`. */
  readonly osImage: string
  /** `v1.33.1+k3s1`. */
  readonly kubeletVersion: string
}

interface PlatformDaemonSet extends Applied {
  readonly containers: readonly Container[]
  /** Labels and annotations of its pods. */
  readonly template: Pick<Applied, 'annotations' | 'labels'>
  /** Nodes that it should be on. */
  readonly desired: number
}

/** A pod that its node's kubelet started from a file (a mirror pod), or kube-proxy's. */
interface PlatformPod extends Applied {
  readonly containers: readonly Container[]
}

export interface PlatformScene {
  readonly nodes: readonly PlatformNode[]
  readonly daemonSets: readonly PlatformDaemonSet[]
  readonly configMaps: readonly ConfigMap[]
  readonly pods: readonly PlatformPod[]
  /** `operator.openshift.io`. */
  readonly apiGroups: ReadonlySet<string>
  /** Calico's FelixConfigurations. */
  readonly felixConfigurations: readonly Json[]
  /** The API server's version, `v1.33.1-eks-1a2b3c4`; empty where it was not recorded. */
  readonly gitVersion: string
  /** kube-proxy's release, else the API server's, else the newest that kpx knows. */
  readonly minor: number
  /** What starts kube-proxy: DaemonSets that are to run somewhere, else pods. */
  readonly kubeProxies: readonly Started[]
  /** What kube-proxy's file or flags say, as it could be typed behind `PATH=`, by path; defaults are not among them. */
  readonly written: ReadonlyMap<string, string>
  /** The lists that were not recorded. */
  readonly unseen: readonly string[]
}

/** Lists that recognition looks at. */
const lists = ['apigroups', 'configmaps', 'daemonsets', 'nodes', 'pods', 'version'] as const

export function platformScene(capture: Capture): PlatformScene {
  const kubeProxies = startedIn(capture)
  const gitVersion = text(object([...(capture.list('version') ?? [])][0])['gitVersion'])
  const [first] = kubeProxies
  const version = (first && versionOfImage(first.container.image)) ?? gitVersion
  let written: PlatformScene['written'] | undefined
  return {
    nodes: Array.from(capture.list('nodes') ?? [], nodeOf),
    daemonSets: Array.from(capture.list('daemonsets') ?? [], daemonSetOf),
    configMaps: configMaps(capture),
    pods: podsIn(capture),
    apiGroups: new Set(Array.from(capture.list('apigroups') ?? [], (group) => text(object(group)['name']))),
    felixConfigurations: Array.from(capture.list('felixconfigurations') ?? [], object),
    gitVersion,
    minor: minorOf(version) ?? newestMinor,
    kubeProxies,
    // only a change asks for it
    get written() {
      return (written ??= first ? writtenBy(first, version, capture) : new Map())
    },
    unseen: lists.filter((list) => capture.list(list) === undefined),
  }
}

function nodeOf(item: unknown): PlatformNode {
  const node = object(item)
  const info = object(object(node['status'])['nodeInfo'])
  return {
    ...appliedOf('Node', node),
    providerId: text(object(node['spec'])['providerID']),
    osImage: text(info['osImage']),
    kubeletVersion: text(info['kubeletVersion']),
  }
}

function daemonSetOf(item: unknown): PlatformDaemonSet {
  const set = object(item)
  const template = object(object(set['spec'])['template'])
  const { annotations, labels } = object(template['metadata'])
  return {
    ...appliedOf('DaemonSet', set),
    containers: containersOf(object(template['spec'])),
    template: { annotations: object(annotations), labels: object(labels) },
    desired: number(object(set['status'])['desiredNumberScheduled']) ?? 0,
  }
}

function podsIn(capture: Capture): PlatformPod[] {
  const found: PlatformPod[] = []
  for (const item of telling(capture.list('pods') ?? [])) {
    const pod = object(item)
    const applied = appliedOf('Pod', pod)
    const isStatic = applied.annotations['kubernetes.io/config.mirror'] !== undefined
    if (!isStatic && !applied.name.startsWith('kube-proxy')) continue
    found.push({ ...applied, containers: containersOf(object(pod['spec'])) })
  }
  return found
}

/** Of many pods in a file few need be parsed. */
const telling = (pods: ItemList): Iterable<unknown> =>
  pods.unparsed
    ?.filter((item) => /kubernetes\.io\/config\.mirror|kube-proxy/.test(item.text()))
    .map((item) => item.value()) ?? pods

function startedIn(capture: Capture): Started[] {
  const sets = kubeProxyDaemonSets(capture.list('daemonsets') ?? []).filter(({ desired }) => desired > 0)
  if (sets.length > 0) return sets.map((set) => ({ container: set.container, object: set }))
  const pods = kubeProxyPods(capture.list('pods') ?? []).values()
  return Array.from(pods, (pod) => ({ container: pod.container, object: podAsApplied(pod) }))
}

function writtenBy(started: Started, version: string, capture: Capture): ReadonlyMap<string, string> {
  const config = configFileOf(started, capture).text
  const settings = effectiveSettings({ command: started.container.words, config, version: version || undefined })
  return new Map(
    [...(settings?.entries() ?? [])].flatMap(([path, { origin, value }]): [string, string][] =>
      origin === 'file' || origin === 'flag' ? [[path, lineOf(value)]] : [],
    ),
  )
}
