/** What a node's kube-proxy is, runs as and has programmed. */
import type { Applied } from '../../cluster/applied.ts'
import type { Started } from '../../platform/config-file.ts'
import { hostProcess } from '../config/host-process.ts'
import { podAsApplied } from '../../cluster/kube-proxy.ts'
import type { KubeProxyDaemonSet, KubeProxyPod } from '../../cluster/kube-proxy.ts'
import { sourceFile } from '../../decode/source.ts'
import type { SourceFile } from '../../decode/source.ts'
import type { Ruleset } from '../../ruleset/ruleset.ts'
import type { Evidence } from '../outcome.ts'
import type { Scene } from '../scene.ts'
import { configurationOf, isCurrent } from '../config/configuration.ts'
import type { Configuration } from '../config/configuration.ts'
import { kubeProxyVersion } from './kube-proxy-version.ts'
import { activeModes, programmedIn } from './programmed.ts'
import type { Programmed, ProgrammedMode } from './programmed.ts'
import { syncOf } from './sync.ts'
import type { Sync, SyncFiles } from './sync.ts'

export interface NodeStatus {
  readonly node: string
  /** kube-proxy's version, `v1.37.1`; null where it is not known. */
  readonly version: string | null
  readonly kubelet: string | null
  /** The mode that kube-proxy says it runs in; null where it was not asked or does not answer. */
  readonly running: string | null
  /** The modes whose rules packets meet; null where the node's rules were not seen. */
  readonly programmed: readonly ProgrammedMode[] | null
  /** Whether it was started with the configuration as it is now; null where that cannot be told. */
  readonly configCurrent: boolean | null
  /** What modes other than the running one have left in the kernel; null where that one is not known, or the rules were not seen. */
  readonly leftovers: readonly Leftover[] | null
  /** Its pod, `kube-system/kube-proxy-x`; null where there is none. */
  readonly pod: string | null
  readonly ready: boolean
  /** RFC 3339. */
  readonly startedAt: string | null
  readonly restarts: number
  readonly config: Pick<Configuration, 'key' | 'object'> & Configuration['mode']
  readonly sync: Sync
}

interface Leftover extends Omit<Programmed, 'first'> {
  readonly evidence: readonly Evidence[]
}

/** A node's status with what it was made of. */
export interface SeenNode {
  readonly status: NodeStatus
  readonly pod: KubeProxyPod | undefined
  /** Its DaemonSet, or the pod itself. */
  readonly object: Applied | undefined
  readonly configuration: Configuration | undefined
  /** What it is started with; undefined where nothing tells. */
  readonly started: Started | undefined
  readonly ruleset: Ruleset | undefined
  readonly files: SyncFiles
}

export function nodeStatus(
  node: string,
  pod: KubeProxyPod | undefined,
  daemonSets: readonly KubeProxyDaemonSet[],
  scene: Scene,
): SeenNode {
  const { capture, cluster, network } = scene
  const file = (name: string): SourceFile | undefined => {
    const bytes = capture.file(node, name)
    return bytes && sourceFile(name, bytes)
  }
  const files = { metrics: file('metrics.txt'), healthz: file('healthz.json'), log: file('kube-proxy.log') }
  const version = kubeProxyVersion(node, pod, capture)
  const started = pod ? startedBy(pod, daemonSets) : hostProcess(node, capture)
  const object = started?.object
  const configuration =
    started && configurationOf({ ...started, version: version ?? (pod ? undefined : releaseOf(node, scene)) }, capture)
  const ruleset = network.nodes.get(node)?.ruleset
  const { key = null, object: place = null } = configuration ?? {}
  const status: NodeStatus = {
    node,
    version: version ?? null,
    kubelet: cluster.node(node)?.kubeletVersion || null,
    ...inKernel(node, ruleset),
    configCurrent: pod && configuration ? isCurrent(configuration, pod) : null,
    pod: pod ? `${pod.namespace}/${pod.pod}` : null,
    ready: pod?.ready ?? (started !== undefined && ruleset?.mode !== undefined),
    startedAt: pod?.startedAt ?? null,
    restarts: pod?.restarts ?? 0,
    config: { object: place, key, ...(configuration?.mode ?? noMode) },
    sync: syncOf(files),
  }
  return { status, pod, object, configuration, started, ruleset, files }
}

/** Its DaemonSet; the pod itself where it has none, as a static one. */
function startedBy(pod: KubeProxyPod, daemonSets: readonly KubeProxyDaemonSet[]): Started {
  const set = daemonSets.find((one) => one.namespace === pod.namespace && one.name === pod.daemonSet)
  return { container: pod.container, object: set ?? podAsApplied(pod) }
}

/** A kube-proxy that is no pod is mostly part of what the kubelet is part of. */
const releaseOf = (node: string, { cluster }: Scene): string | undefined =>
  cluster.node(node)?.kubeletVersion || undefined

function inKernel(
  node: string,
  ruleset: Ruleset | undefined,
): Pick<NodeStatus, 'leftovers' | 'programmed' | 'running'> {
  const parts = ruleset ? programmedIn(ruleset) : []
  const active = activeModes(parts)
  const isSeen = ruleset?.seen.size === bothFamilies
  const running = ruleset?.mode ?? null
  const others = parts.filter(({ mode }) => mode !== running)
  return {
    running,
    programmed: isSeen || active.length > 0 ? active : null,
    leftovers:
      running === null || (!isSeen && parts.length === 0) ? null : others.map((part) => leftoverOf(part, node)),
  }
}

/** A family whose rules were not seen may have what the other one lacks. */
const bothFamilies = 2

const noMode = { configured: null, effective: null, why: 'no pod of kube-proxy was seen' }

const leftoverOf = ({ first, ...part }: Programmed, node: string): Leftover => ({
  ...part,
  evidence: first ? [{ node, file: first.at.file, line: first.at.line, text: first.text }] : [],
})
