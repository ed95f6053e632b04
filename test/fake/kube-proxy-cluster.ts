/**
 * A cluster of two nodes whose kube-proxy can be changed: the API server merges patches and refuses old resourceVersions, a pod that is
 * deleted has a successor of the template as it is now, and each pod says at /configz what it was started with. Its nodes' rules cannot be
 * seen. Tests break it where they want.
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
const name = 'kube-proxy'
const configMapPath = `/api/v1/namespaces/${namespace}/configmaps/${name}`
const daemonSetPath = `/apis/apps/v1/namespaces/${namespace}/daemonsets/${name}`
const leasesPath = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`

interface Pod {
  readonly name: string
  readonly template: string
  readonly generation: number
  /** As it was started with it. */
  readonly text: string
}

export class KubeProxyCluster {
  configMap: Json
  daemonSet: Json
  /** Kubernetes' Lease of the name, while there is one. */
  lease: Json | undefined
  /** Whether a pod does not run that was started with this text, of this template. */
  fails: (text: string, template: string) => boolean = () => false
  /** Pods start with the configuration of the beginning. */
  forgets = false
  nodes: readonly string[] = ['node1', 'node2']
  /** Names of DaemonSets that are like kube-proxy's, and have no pods. */
  alike: readonly string[] = []
  /** Labels of its Nodes. */
  labels: Json = {}
  /** Nodes whose kubelet is away: their pods stay as they are. */
  away: readonly string[] = []
  /** Called before each write, which it may answer itself. */
  beforeWrite: Required<Script>['write'] = () => undefined
  /** Of kube-proxy's container. */
  readonly command = ['/usr/local/bin/kube-proxy', '--config=/var/lib/kube-proxy/config.conf']
  readonly #pods = new Map<string, Pod>()
  #version = 100
  #made = 0

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
        this.beforeWrite(method, path, object, query) ?? this.#write(method, path, (object ?? {}) as Json, query),
      forward: (pod, port, path) => (port === 10249 && path === '/configz' ? this.#configz(pod) : undefined),
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

  /** What the pods were started with, by node. */
  get started(): Readonly<Record<string, string>> {
    return Object.fromEntries(Array.from(this.#pods, ([node, { text }]) => [node, text]))
  }

  get strategy(): string {
    return String(((this.daemonSet['spec'] as Json)['updateStrategy'] as Json)['type'])
  }

  /** With a pod at once. */
  join(node: string): void {
    this.nodes = [...this.nodes, node]
    this.#pods.set(node, this.#pod(node))
    this.#count()
  }

  /** As somebody else does it. */
  patchSpec(spec: Json): void {
    this.#roll(this.daemonSet, merged(this.daemonSet, { spec }))
  }

  annotate(key: string, value: string): void {
    const metadata = metadataOf(this.configMap)
    const annotations = { ...(metadata['annotations'] as Json | undefined), [key]: value }
    this.configMap = { ...this.configMap, metadata: { ...metadata, annotations, resourceVersion: this.#next() } }
  }

  #others(): Json[] {
    return this.alike.map((other) => ({ ...this.daemonSet, metadata: { ...metadataOf(this.daemonSet), name: other } }))
  }

  #next(): string {
    return String(++this.#version)
  }

  #metadata(): Json {
    return { name, namespace, uid: 'a-uid', resourceVersion: this.#next(), generation: 0 }
  }

  #get(path: string, query: URLSearchParams): ReturnType<Required<Script>['get']> {
    if (path === '/version') return { body: { gitVersion: 'v1.37.1' } }
    if (path === '/api/v1/nodes') return { body: { items: this.nodes.map((node) => this.#node(node)) } }
    if (path === '/apis/apps/v1/daemonsets') return { body: { items: [this.daemonSet, ...this.#others()] } }
    if (path === daemonSetPath) return { body: this.daemonSet }
    if (path === configMapPath) return { body: this.configMap }
    if (path === `${leasesPath}/kpx-rollout`) return this.lease && { body: this.lease }
    if (path === `/api/v1/namespaces/${namespace}/pods`) {
      return { body: { items: query.get('labelSelector') === 'app=kube-proxy' ? this.#podList() : [] } }
    }
    if (/^\/api(s\/discovery.k8s.io)?\/v1\/(endpointslices|pods|services)$/.test(path)) return { body: { items: [] } }
    if (path.endsWith('/log'))
      return { body: 'I1130 fine\nE1130 run.go:72] "command failed" err="ipvs not supported"\n' }
    return undefined
  }

  #node(node: string): Json {
    const ready = !this.away.includes(node)
    const conditions = [{ type: 'Ready', status: ready ? 'True' : 'Unknown', message: 'Kubelet stopped posting' }]
    return {
      metadata: { name: node, labels: this.labels },
      status: { nodeInfo: { kubeletVersion: 'v1.37.1' }, conditions },
    }
  }

  #write(method: string, path: string, object: Json, query: URLSearchParams): ReturnType<Required<Script>['write']> {
    if (path.endsWith('/selfsubjectreviews')) return { body: { status: { userInfo: { username: 'alice' } } } }
    if (path.startsWith(leasesPath)) return this.#writeLease(method, object)
    if (method === 'DELETE') return this.#deletePod(path, object)
    const before = path === configMapPath ? this.configMap : path === daemonSetPath ? this.daemonSet : undefined
    if (!before) return undefined
    const after = changed(before, object)
    if (!after) return conflict
    if (query.get('dryRun') === 'All') return { body: after }
    metadataOf(after)['resourceVersion'] = this.#next()
    if (path === configMapPath) this.configMap = after
    else this.#roll(before, after)
    return { body: after }
  }

  #writeLease(method: string, object: Json): ReturnType<Required<Script>['write']> {
    if (method === 'POST' && this.lease) return conflict
    if (method === 'DELETE') {
      this.lease = undefined
      return {}
    }
    const after = method === 'POST' ? object : this.lease && changed(this.lease, object)
    if (!after) return this.lease ? conflict : undefined
    this.lease = { ...after, metadata: { ...metadataOf(after), resourceVersion: this.#next() } }
    return { body: this.lease }
  }

  /** The DaemonSet's controller makes its successor at once. */
  #deletePod(path: string, options: Json): ReturnType<Required<Script>['write']> {
    const [node, pod] = [...this.#pods].find(([, { name: own }]) => path.endsWith(`/${own}`)) ?? []
    if (node === undefined || !pod) return undefined
    if ((options['preconditions'] as Json | undefined)?.['uid'] !== `uid-of-${pod.name}`) return conflict
    if (!this.away.includes(node)) this.#pods.set(node, this.#pod(node))
    this.#count()
    return {}
  }

  #pod(node: string): Pod {
    const generation = Number(metadataOf(this.daemonSet)['generation'])
    const number = this.#made++
    return { name: `kube-proxy-${node}-${number}`, template: this.#template, generation, text: this.text }
  }

  #roll(before: Json, after: Json): void {
    this.daemonSet = after
    const templates = [before, after].map((set) => JSON.stringify((set['spec'] as Json)['template']))
    if (templates[0] !== templates[1]) this.#settle()
  }

  /** A new template; as the DaemonSet's controller does, unless it is to wait: pods of another one are replaced. */
  #settle(): void {
    const metadata = metadataOf(this.daemonSet)
    const generation = Number(metadata['generation']) + 1
    const annotations = { ...(metadata['annotations'] as Json | undefined), [templateAnnotation]: String(generation) }
    this.daemonSet = { ...this.daemonSet, metadata: { ...metadata, generation, annotations } }
    for (const node of this.nodes) {
      const isOld = this.#pods.get(node)?.template !== this.#template
      if (isOld && this.strategy !== 'OnDelete') this.#pods.set(node, this.#pod(node))
    }
    this.#count()
  }

  #count(): void {
    const updated = [...this.#pods.values()].filter((pod) => pod.template === this.#template)
    const status = {
      desiredNumberScheduled: this.nodes.length,
      updatedNumberScheduled: updated.length,
      observedGeneration: metadataOf(this.daemonSet)['generation'],
    }
    this.daemonSet = { ...this.daemonSet, status }
  }

  get #template(): string {
    return JSON.stringify((this.daemonSet['spec'] as Json)['template'])
  }

  #podList(): Json[] {
    const waiting = { reason: 'CrashLoopBackOff' }
    const failing = { ready: false, restartCount: 1, state: { waiting } }
    const running = { ready: true, state: { running: {} } }
    return Array.from(this.#pods, ([nodeName, { generation, name: podName, template, text }]) => ({
      metadata: {
        name: podName,
        namespace,
        uid: `uid-of-${podName}`,
        labels: {
          'controller-revision-hash': createHash('sha256').update(template).digest('hex'),
          'pod-template-generation': String(generation),
        },
        ownerReferences: [{ kind: 'DaemonSet', name, uid: 'a-uid' }],
      },
      spec: { nodeName },
      status: { containerStatuses: [{ name, ...(this.fails(text, template) ? failing : running) }] },
    }))
  }

  #configz(pod: string): string {
    const own = [...this.#pods.values()].find(({ name: one }) => one === pod)
    const told = jsonOfYaml(this.forgets ? config : (own?.text ?? config))
    const body = JSON.stringify({ 'kubeproxy.config.k8s.io': told })
    return `HTTP/1.0 200 OK\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  }
}

const templateAnnotation = 'deprecated.daemonset.template.generation'

const conflict = { status: 409, body: { message: 'the object has been modified' } }

/** Undefined where somebody has changed it since the patch was made. */
function changed(before: Json, patch: Json): Json | undefined {
  const asked = metadataOf(patch)['resourceVersion']
  const isNow = asked === undefined || asked === metadataOf(before)['resourceVersion']
  return isNow ? merged(before, patch) : undefined
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
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
    template: { metadata: { labels }, spec: { hostNetwork: true, containers: [container], volumes } },
  }
}

/** RFC 7386. */
function merged(before: Json, patch: Json): Json {
  const result = { ...before }
  for (const [key, value] of Object.entries(patch)) {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    // as the API server does, which leaves out what is empty
    if (value === null || (isObject && Object.keys(merged((before[key] ?? {}) as Json, value as Json)).length === 0))
      delete result[key]
    else result[key] = isObject ? merged((before[key] ?? {}) as Json, value as Json) : value
  }
  return result
}
