/** What checks look at: a scene, the question, and of each node what several of them ask for. */
import type { Scene } from '../answer/scene.ts'
import { minorOfFiles, settingsOfFiles } from '../answer/config/validate.ts'
import type { ConfigFile } from '../answer/config/validate.ts'
import { modeOf } from '../answer/mode.ts'
import type { SeenNode } from '../answer/status/node.ts'
import { seenNodes } from '../answer/status/status.ts'
import type { SeenNodes } from '../answer/status/status.ts'
import type { Observation } from '../answer/verify/observe.ts'
import type { Node, Service } from '../cluster/objects.ts'
import { effectiveSettings } from '../config/effective.ts'
import type { Settings } from '../config/settings.ts'
import { newestMinor } from '../config/version.ts'
import { sourceFile } from '../decode/source.ts'
import type { SourceFile } from '../decode/source.ts'
import { configFileOf } from '../platform/config-file.ts'
import type { Started } from '../platform/config-file.ts'
import { recognitionOf } from '../platform/recognise.ts'
import type { Recognition } from '../platform/recognise.ts'
import { minorOf } from '../version.ts'
import type { Question } from './check.ts'
import { kernelOf } from './kernel.ts'
import type { Kernel } from './kernel.ts'

export interface CheckedNode {
  readonly name: string
  readonly seen: SeenNode
  /** As the API has it; undefined where it was not recorded. */
  readonly node: Node | undefined
  /** The mode that it is in, by kube-proxy's word or its rules; null where neither tells. */
  readonly from: string | null
  /** Whether it would get into another mode; also where that is not known. */
  readonly changes: boolean
  /** kube-proxy's minor; undefined where its version is not known. */
  readonly minor: number | undefined
  readonly kernel: Kernel | undefined
  /** Undefined where nothing tells them. */
  readonly settings: Settings | undefined
  readonly file: (name: string) => SourceFile | undefined
}

export interface Subject {
  readonly scene: Scene
  readonly question: Question
  readonly recognition: Recognition
  /** Those that kube-proxy on Linux is for, of the ones that were asked for. */
  readonly nodes: readonly CheckedNode[]
  /** Windows'. */
  readonly windows: readonly Node[]
  readonly status: Pick<SeenNodes, 'anyPod' | 'server'>
  /** Those of kube-proxy, that are not left to others. */
  readonly services: readonly Service[]
  /** Each configuration that kube-proxies have, once. */
  readonly settings: readonly Settings[]
  /** What the nodes' rules do to Services' packets; why that was not looked at, where it was not. */
  readonly observation: Observation | string
  /** The manifests that are all there is to look at; undefined where a cluster was looked at. */
  readonly files: readonly ConfigFile[] | undefined
}

/** What a subject may have beside its scene. */
export type Beside = Partial<Pick<Subject, 'files' | 'observation'>>

export function subjectOf(scene: Scene, question: Question, names: readonly string[], beside: Beside = {}): Subject {
  const { files, observation = 'nothing was compared' } = beside
  const windows = scene.cluster.nodes.filter(({ os }) => os === 'windows')
  const own = names.filter((name) => !windows.some((one) => one.name === name))
  const { all, anyPod, server } = seenNodes(scene, own)
  const settingsOf = settingsReader(scene)
  const nodes = all.map((seen) => checkedNode(seen, question, settingsOf(seen), scene))
  const recognition = recognitionOf(scene.capture)
  const ofNodes = nodes.flatMap(({ settings }) => settings ?? [])
  return {
    scene,
    question,
    recognition,
    nodes,
    settings: files ? settingsOfFiles(files, minorOfFiles(files) ?? newestMinor) : [...new Set(ofNodes)],
    observation,
    files,
    windows,
    status: { anyPod, server },
    services: scene.cluster.services.filter(({ leftToOthers }) => !leftToOthers),
  }
}

function checkedNode(seen: SeenNode, { mode }: Question, settings: Settings | undefined, scene: Scene): CheckedNode {
  const { node: name, version } = seen.status
  const from = modeOf(name, scene)
  const node = scene.cluster.node(name)
  return {
    name,
    seen,
    node,
    from,
    changes: mode !== undefined && from !== mode,
    minor: minorOf(version ?? releaseOf(seen) ?? ''),
    kernel: kernelOf(node?.kernel || (seen.ruleset?.sysctls.get('kernel/osrelease') ?? '')),
    settings,
    file: (file) => {
      const bytes = scene.capture.file(name, file)
      return bytes && sourceFile(file, bytes)
    },
  }
}

/** A kube-proxy that is no pod is mostly part of what the kubelet is part of. */
const releaseOf = ({ pod, started, status }: SeenNode): string | null => (started && !pod ? status.kubelet : null)

/** Most nodes have the same: a text is judged once. */
function settingsReader({ capture }: Scene): (seen: SeenNode) => Settings | undefined {
  const known = new Map<string, Settings | undefined>()
  const read = ({ container, ...started }: Started, version: string | null): Settings | undefined => {
    const { text } = configFileOf({ container, ...started }, capture)
    const key = JSON.stringify([container.words, text, version])
    if (!known.has(key)) {
      known.set(key, effectiveSettings({ command: container.words, config: text, version: version ?? undefined }))
    }
    return known.get(key)
  }
  return ({ started, status }) => started && read(started, status.version)
}
