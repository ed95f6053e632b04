/** Configurations and command lines in a file: the configuration itself, manifests of Kubernetes' objects, or kubeadm's documents. */
import { readDocument } from './document.ts'
import { embedded } from './embedded.ts'
import { UnreadableText, textOf, valueOf } from './node.ts'
import type { MappingNode, Node } from './node.ts'
import { KpxError } from '../error.ts'
import { textOfFile } from './text.ts'
import type { Problem } from './problem.ts'

export interface FoundConfig {
  /** `ConfigMap kube-system/kube-proxy`, and the key; undefined for the file itself. */
  readonly object: string | undefined
  readonly text: string
  /** Where an offset of the text is in the file. */
  readonly outer: (offset: number) => number
}

export interface FoundCommand {
  readonly object: string
  /** The container's command and args, with their places in the file. */
  readonly words: readonly { readonly text: string; readonly start: number; readonly end: number }[]
  readonly image: string | undefined
}

interface FoundProblem {
  readonly object: string | undefined
  readonly problem: Problem
}

export interface Found {
  readonly configs: readonly FoundConfig[]
  readonly commands: readonly FoundCommand[]
  readonly problems: readonly FoundProblem[]
}

interface Part {
  readonly text: string
  readonly offset: number
  readonly root: Node | UnreadableText | undefined
}

export function findConfigs(text: string): Found {
  const parts = partsOf(text)
  const kinds = parts.map(({ root }) => kindOf(root))
  if (!kinds.some((kind) => kind !== undefined && isManifest(kind))) {
    return { configs: [{ object: undefined, text, outer: (offset) => offset }], commands: [], problems: [] }
  }
  const finder = new Finder(text)
  for (const part of parts) finder.part(part)
  return finder.found()
}

/** The text of the one configuration that a file holds, be it in a manifest. Throws KPX2001 and KPX2003. */
export function configTextOf(name: string, bytes: Uint8Array): string {
  const { configs, problems } = findConfigs(textOfFile(name, bytes))
  const [only, ...others] = configs
  if (only && others.length === 0) return only.text
  const [first] = problems
  const why = others.length > 0 ? 'several configurations are in it' : 'it holds no configuration'
  throw new KpxError(first?.problem.code ?? 'KPX2003', `${name}: ${first?.problem.message ?? why}`)
}

/** The documents of a YAML file, as kubectl and kubeadm take them apart; JSON is one. */
function partsOf(text: string): Part[] {
  if (/^\s*\{/.test(text)) return [{ text, offset: 0, root: rootOf(text) }]
  const marks = [...text.matchAll(/^---(?=[ \t\r\n]|$)/gm)].map(({ index }) => index)
  const starts = [...new Set([0, ...marks])]
  return starts
    .map((offset, i) => ({ offset, text: text.slice(offset, starts[i + 1] ?? text.length) }))
    .map((part) => ({ ...part, root: rootOf(part.text) }))
    .filter(({ root }) => root !== undefined)
}

function rootOf(text: string): Node | UnreadableText | undefined {
  try {
    return readDocument(text).root
  } catch (error) {
    if (error instanceof UnreadableText) return error
    throw error
  }
}

function kindOf(root: Part['root']): string | undefined {
  if (root instanceof UnreadableText || root?.kind !== 'mapping') return undefined
  const apiVersion = textOf(valueOf(root, 'apiVersion')) ?? ''
  const kind = textOf(valueOf(root, 'kind'))
  return apiVersion.startsWith('kubeadm.k8s.io/') ? 'kubeadm' : kind
}

const isManifest = (kind: string): boolean =>
  ['ConfigMap', 'DaemonSet', 'Deployment', 'Pod', 'PodTemplate', 'ReplicaSet', 'StatefulSet', 'kubeadm'].includes(
    kind,
  ) || kind.endsWith('List')

/** Keys that hold the configuration on one platform or another. */
const usualKeys = ['config.conf', 'config', 'config.yaml', 'kube-proxy-config.yaml']

class Finder {
  readonly #file: string
  readonly #configs: FoundConfig[] = []
  readonly #commands: FoundCommand[] = []
  readonly #problems: FoundProblem[] = []

  constructor(file: string) {
    this.#file = file
  }

  found(): Found {
    if (this.#configs.length + this.#commands.length + this.#problems.length === 0) {
      const message = 'no object in the file is a configuration or runs kube-proxy'
      this.#problems.push({ object: undefined, problem: { code: 'KPX2003', message, start: 0, end: 1 } })
    }
    return { configs: this.#configs, commands: this.#commands, problems: this.#problems }
  }

  part({ offset, root, text }: Part): void {
    if (root instanceof UnreadableText) {
      const start = offset + root.offset
      const problem: Problem = { code: 'KPX2001', message: root.message, start, end: start + 1 }
      this.#problems.push({ object: undefined, problem })
    } else if (root?.kind === 'mapping') {
      if (kindOf(root) === 'KubeProxyConfiguration') {
        this.#configs.push({ object: 'KubeProxyConfiguration', text, outer: (inner) => offset + inner })
      } else this.#object(root, text, offset)
    }
  }

  #object(root: MappingNode, text: string, offset: number): void {
    const kind = kindOf(root) ?? ''
    const items = valueOf(root, 'items')
    if (kind.endsWith('List') && items?.kind === 'sequence') {
      const ofItem = kind === 'List' ? undefined : kind.slice(0, -'List'.length)
      for (const item of items.items) if (item.kind === 'mapping') this.#one(item, ofItem, text, offset)
    } else this.#one(root, undefined, text, offset)
  }

  #one(root: MappingNode, listed: string | undefined, text: string, offset: number): void {
    const kind = textOf(valueOf(root, 'kind')) ?? listed ?? ''
    const object = `${kind} ${nameOf(root)}`
    if (kind === 'ConfigMap') this.#configMap(root, object, text, offset)
    else this.#containers(root, object, offset)
  }

  #configMap(root: MappingNode, object: string, text: string, offset: number): void {
    const data = valueOf(root, 'data')
    const entries = data?.kind === 'mapping' ? data.entries : []
    const likely = entries.filter(({ name, value }) => usualKeys.includes(name) || isConfig(textOf(value) ?? ''))
    const sure = likely.filter(({ value }) => isConfig(textOf(value) ?? ''))
    const [chosen, ...others] = sure.length > 0 ? sure : likely
    const place = (data ?? root).start + offset
    if (!chosen || others.length > 0) {
      const keys = entries.map(({ name }) => name).join(', ')
      const message = chosen
        ? `several keys of its data could be the configuration: ${[chosen, ...others].map(({ name }) => name).join(', ')}`
        : `no key of its data holds a KubeProxyConfiguration: ${keys === '' ? 'it has none' : `it has ${keys}`}`
      const start = offset + (others[0]?.key.start ?? place - offset)
      this.#problems.push({ object, problem: { code: 'KPX2003', message, start, end: start + 1 } })
      return
    }
    const { name, value } = chosen
    const written = textOf(value)
    if (value.kind !== 'scalar' || written === undefined) {
      const message = `the value of key ${name} is no text`
      this.#problems.push({
        object,
        problem: { code: 'KPX2003', message, start: offset + value.start, end: offset + value.end },
      })
      return
    }
    const inner = embedded(text, value, written)
    this.#configs.push({ object: `${object}, key ${name}`, text: inner.text, outer: (at) => offset + inner.outer(at) })
  }

  #containers(root: MappingNode, object: string, offset: number): void {
    for (const container of containersOf(root)) {
      const words = ['command', 'args'].flatMap((name) => {
        const list = valueOf(container, name)
        const items = list?.kind === 'sequence' ? list.items : []
        return items.map((item) => ({
          text: textOf(item) ?? this.#file.slice(offset + item.start, offset + item.end),
          start: offset + item.start,
          end: offset + item.end,
        }))
      })
      const image = textOf(valueOf(container, 'image'))
      if (words.some(({ text }) => /(^|[/\s])kube-proxy(\.exe)?(\s|$)/.test(text)))
        this.#commands.push({ object, words, image })
    }
  }
}

const isConfig = (text: string): boolean => /["']?kind["']?\s*:\s*["']?KubeProxyConfiguration\b/i.test(text)

function nameOf(root: MappingNode): string {
  const metadata = valueOf(root, 'metadata')
  if (metadata?.kind !== 'mapping') return '(without a name)'
  const namespace = textOf(valueOf(metadata, 'namespace'))
  const name = textOf(valueOf(metadata, 'name')) ?? '(without a name)'
  return namespace === undefined ? name : `${namespace}/${name}`
}

/** Of a pod, or of the template that an object makes pods from. */
function containersOf(root: MappingNode): MappingNode[] {
  let node: Node | undefined = root
  for (const path of [
    ['spec', 'template', 'spec', 'containers'],
    ['template', 'spec', 'containers'],
    ['spec', 'containers'],
  ]) {
    node = root
    for (const name of path) node = node?.kind === 'mapping' ? valueOf(node, name) : undefined
    if (node) break
  }
  return node?.kind === 'sequence' ? node.items.filter((item) => item.kind === 'mapping') : []
}
