/**
 * A cluster of two nodes whose kube-proxy can be changed: the API server merges patches and refuses old resourceVersions, a new template has
 * new pods, and each pod says at /configz what it was started with. Tests break it where they want.
 */
import { createHash } from 'node:crypto'
import type { Script } from './api-server.ts'
import { jsonOfYaml } from '../../src/config/yaml-object.ts'

type Json = Record<string, unknown>

export const config = `apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
# which rules there are
mode: iptables
iptables:
  syncPeriod: 30s # as it was
`

const namespace = 'kube-system'
const nodes: readonly string[] = ['node1', 'node2']
const name = 'kube-proxy'
const configMapPath = `/api/v1/namespaces/${namespace}/configmaps/${name}`
const daemonSetPath = `/apis/apps/v1/namespaces/${namespace}/daemonsets/${name}`

export class KubeProxyCluster {
  configMap: Json
  daemonSet: Json
  /** As the pod was started with it that was made last. */
  started = config
  /** Pods of the template as it is now do not run. */
  fails = false
  /** Pods start with the configuration of the beginning. */
  forgets = false
  /** Labels of its Nodes. */
  labels: Json = {}
  /** The nodes whose pod a new template replaces. */
  reaches: readonly string[] = nodes
  /** Called before each write, which it may answer itself. */
  beforeWrite: Required<Script>['write'] = () => undefined
  /** Of kube-proxy's container. */
  readonly command = ['/usr/local/bin/kube-proxy', '--config=/var/lib/kube-proxy/config.conf']
  readonly #pods = new Map<string, { readonly template: string; readonly generation: number }>()
  #version = 100

  constructor() {
    const data = { 'config.conf': config, 'kubeconfig.conf': 'kind: Config\n' }
    this.configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: this.#metadata(), data }
    this.daemonSet = {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: this.#metadata(),
      spec: specOf(this.command),
    }
    this.#settle()
  }

  get script(): Script {
    return {
      get: (url) => this.#get(url.pathname, url.searchParams),
      write: (method, path, object, query) =>
        this.beforeWrite(method, path, object, query) ?? this.#write(path, object as Json, query),
      forward: (_pod, port, path) => (port === 10249 && path === '/configz' ? this.#configz() : undefined),
    }
  }

  /** As somebody else does it. */
  edit(text: string): void {
    const data = { ...(this.configMap['data'] as Json), 'config.conf': text }
    this.configMap = {
      ...this.configMap,
      data,
      metadata: { ...metadataOf(this.configMap), resourceVersion: this.#next() },
    }
  }

  get text(): string {
    return (this.configMap['data'] as { readonly 'config.conf': string })['config.conf']
  }

  annotate(key: string, value: string): void {
    const metadata = metadataOf(this.configMap)
    const annotations = { ...(metadata['annotations'] as Json | undefined), [key]: value }
    this.configMap = { ...this.configMap, metadata: { ...metadata, annotations, resourceVersion: this.#next() } }
  }

  #next(): string {
    return String(++this.#version)
  }

  #metadata(): Json {
    return { name, namespace, uid: 'a-uid', resourceVersion: this.#next(), generation: 0 }
  }

  #get(path: string, query: URLSearchParams): ReturnType<Required<Script>['get']> {
    if (path === '/version') return { body: { gitVersion: 'v1.37.1' } }
    if (path === '/api/v1/pods') return { body: { items: [] } }
    if (path === '/api/v1/nodes') return { body: { items: nodes.map((node) => this.#node(node)) } }
    if (path === '/apis/apps/v1/daemonsets') return { body: { items: [this.daemonSet] } }
    if (path === daemonSetPath) return { body: this.daemonSet }
    if (path === configMapPath) return { body: this.configMap }
    if (path === `/api/v1/namespaces/${namespace}/pods`) {
      return { body: { items: query.get('labelSelector') === 'app=kube-proxy' ? this.#podList() : [] } }
    }
    if (path.endsWith('/log'))
      return { body: 'I1130 fine\nE1130 run.go:72] "command failed" err="ipvs not supported"\n' }
    return undefined
  }

  #node(node: string): Json {
    return { metadata: { name: node, labels: this.labels }, status: { nodeInfo: { kubeletVersion: 'v1.37.1' } } }
  }

  #write(path: string, object: Json, query: URLSearchParams): ReturnType<Required<Script>['write']> {
    if (path.endsWith('/selfsubjectreviews')) return { body: { status: { userInfo: { username: 'alice' } } } }
    const before = path === configMapPath ? this.configMap : path === daemonSetPath ? this.daemonSet : undefined
    if (!before) return undefined
    const asked = metadataOf(object)['resourceVersion']
    if (asked !== undefined && asked !== metadataOf(before)['resourceVersion']) {
      return { status: 409, body: { message: 'the object has been modified' } }
    }
    const after = merged(before, object)
    if (query.get('dryRun') === 'All') return { body: after }
    metadataOf(after)['resourceVersion'] = this.#next()
    if (path === configMapPath) this.configMap = after
    else this.#roll(before, after)
    return { body: after }
  }

  #roll(before: Json, after: Json): void {
    this.daemonSet = after
    const templates = [before, after].map((set) => JSON.stringify((set['spec'] as Json)['template']))
    if (templates[0] !== templates[1]) this.#settle()
  }

  /** As the DaemonSet's controller does: pods of another template are replaced, as far as it comes. */
  #settle(): void {
    const metadata = metadataOf(this.daemonSet)
    const generation = Number(metadata['generation']) + 1
    const template = this.#template
    for (const node of this.reaches) {
      if (this.#pods.get(node)?.template !== template) this.#pods.set(node, { template, generation })
    }
    if (!this.forgets) this.started = this.text
    const updated = [...this.#pods.values()].filter((pod) => pod.template === template)
    const annotations = metadata['annotations'] as Json | undefined
    this.daemonSet = {
      ...this.daemonSet,
      metadata: {
        ...metadata,
        generation,
        annotations: { ...annotations, 'deprecated.daemonset.template.generation': String(generation) },
      },
      status: {
        desiredNumberScheduled: nodes.length,
        updatedNumberScheduled: updated.length,
        observedGeneration: generation,
      },
    }
  }

  get #template(): string {
    return JSON.stringify((this.daemonSet['spec'] as Json)['template'])
  }

  #podList(): Json[] {
    const waiting = { reason: 'CrashLoopBackOff' }
    const failing = { ready: false, restartCount: 1, state: { waiting } }
    const running = { ready: true, state: { running: {} } }
    return Array.from(this.#pods, ([nodeName, { generation, template }]) => ({
      metadata: {
        name: `kube-proxy-${nodeName}`,
        namespace,
        labels: {
          'controller-revision-hash': createHash('sha256').update(template).digest('hex'),
          'pod-template-generation': String(generation),
        },
        ownerReferences: [{ kind: 'DaemonSet', name, uid: 'a-uid' }],
      },
      spec: { nodeName },
      status: {
        containerStatuses: [{ name, ...(this.fails && template === this.#template ? failing : running) }],
      },
    }))
  }

  #configz(): string {
    const body = JSON.stringify({ 'kubeproxy.config.k8s.io': jsonOfYaml(this.started) })
    return `HTTP/1.0 200 OK\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  }
}

const metadataOf = (object: Json): Json => (object['metadata'] ?? {}) as Json

function specOf(command: readonly string[]): Json {
  const container = {
    name,
    image: 'registry.example/kube-proxy:v1.37.1',
    command,
    volumeMounts: [{ name: 'config', mountPath: '/var/lib/kube-proxy' }],
  }
  const volumes = [{ name: 'config', configMap: { name } }]
  const labels = { app: name }
  return {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { hostNetwork: true, containers: [container], volumes } },
  }
}

/** RFC 7386. */
function merged(before: Json, patch: Json): Json {
  const result = { ...before }
  for (const [key, value] of Object.entries(patch)) {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    result[key] = isObject ? merged((before[key] ?? {}) as Json, value as Json) : value
  }
  return result
}
