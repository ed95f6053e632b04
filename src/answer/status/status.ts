/** `kpx status`: where kube-proxy's configuration is, what each node made of it, and what to do next. */
import type { Capture } from '../../capture/capture.ts'
import { kubeProxyDaemonSets, kubeProxyPods } from '../../cluster/kube-proxy.ts'
import { object, text } from '../../cluster/json.ts'
import { hostProcess } from '../config/host-process.ts'
import { documentOf } from '../document.ts'
import type { Document } from '../document.ts'
import type { Finding } from '../finding.ts'
import { groupBy } from '../fold.ts'
import type { Scene } from '../scene.ts'
import { namingDaemonSet } from '../which-daemon-set.ts'
import { configurationOf } from '../config/configuration.ts'
import type { Configuration } from '../config/configuration.ts'
import { versionOfImage } from '../../version.ts'
import { servedTwice, statusFindings } from './findings.ts'
import { recognitionOf } from '../../platform/recognise.ts'
import type { Recognition } from '../../platform/recognise.ts'
import { platformFacts } from '../config/platform.ts'
import { nodeStatus } from './node.ts'
import { rolloutFindings } from './rollout.ts'
import type { NodeStatus, SeenNode } from './node.ts'

export type Status = Document<'Status'> & {
  /** Of most nodes, where they have not all the same. */
  readonly config: Omit<Configuration, 'isOriginal' | 'mode'>
  readonly mode: Configuration['mode']
  /** The API server's version, `v1.37.1`; null where it was not recorded. */
  readonly server: string | null
  readonly nodes: readonly NodeStatus[]
  readonly findings: readonly Finding[]
}

/** What all nodes' findings are made of. */
export interface SeenNodes {
  readonly all: readonly SeenNode[]
  /** Whether any node has a pod of kube-proxy. */
  readonly anyPod: boolean
  readonly server: string | null
}

export function seenNodes(scene: Scene, nodes: readonly string[]): SeenNodes {
  const { capture } = scene
  const pods = kubeProxyPods(capture.list('pods') ?? [])
  const daemonSets = kubeProxyDaemonSets(capture.list('daemonsets') ?? [])
  return {
    all: nodes.map((node) => nodeStatus(node, pods.get(node), daemonSets, scene)),
    anyPod: pods.size > 0,
    server: serverVersion(scene),
  }
}

/** `nodes` are those to look at. */
export function statusOf(scene: Scene, nodes: readonly string[]): Status {
  const { capture } = scene
  const recognition = recognitionOf(capture)
  const { all, anyPod, server } = seenNodes(scene, nodes)
  const {
    isOriginal: _original,
    mode,
    ...config
  } = mostCommon(all) ?? fromStarted(recognition, capture) ?? notFound(recognition)
  return {
    ...documentOf('Status', scene),
    config,
    mode,
    server,
    nodes: all.map(({ status }) => status),
    findings: namingDaemonSet(
      [
        ...servedTwice(recognition),
        ...rolloutFindings(scene),
        ...all.flatMap((one) => statusFindings(one, server, anyPod, scene)),
      ],
      scene,
    ),
  }
}

function serverVersion({ capture }: Scene): string | null {
  const [version] = capture.list('version') ?? []
  return text(object(version)['gitVersion']) || null
}

const mostCommon = (
  all: readonly { readonly configuration: Configuration | undefined }[],
): Configuration | undefined => {
  const known = all.flatMap(({ configuration }) => configuration ?? [])
  const groups = [...groupBy(known, ({ key, object: place }) => `${place} ${key}`).values()]
  return groups.sort((a, b) => b.length - a.length)[0]?.[0]
}

/** Where no node was looked at, or none has a kube-proxy. */
function fromStarted({ scene }: Recognition, capture: Capture): Configuration | undefined {
  const [set] = kubeProxyDaemonSets(capture.list('daemonsets') ?? [])
  const [node] = scene.nodes.flatMap(({ name }) => hostProcess(name, capture) ?? [])
  const started = scene.kubeProxies[0] ?? (set ? { container: set.container, object: set } : node)
  const version = started && (versionOfImage(started.container.image) ?? (scene.gitVersion || undefined))
  return started && configurationOf({ ...started, version }, capture)
}

const notFound = (recognition: Recognition): Configuration => ({
  object: null,
  key: null,
  ...ownerWithout(recognition),
  ...platformFacts(recognition),
  changedAt: null,
  changedBy: null,
  isOriginal: false,
  mode: { configured: null, effective: null, why: 'no kube-proxy was seen' },
})

/** Of a kube-proxy of which the API has nothing. */
function ownerWithout({ found }: Recognition): Pick<Configuration, 'owner' | 'ownerEvidence'> {
  const own = found.find(({ platform }) => platform.kind !== 'none')
  const ownerEvidence = own?.evidence.join('; ') ?? 'no pod or DaemonSet of kube-proxy was seen'
  return { owner: own?.platform.name ?? null, ownerEvidence }
}
