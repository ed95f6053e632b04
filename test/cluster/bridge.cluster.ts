/** A change of kube-proxy's mode, node by node behind a bridge, while clients of every kind open connections and hold others. */
import { expect } from 'chai'
import { sceneOf } from '../../src/answer/scene.ts'
import { seenNodes } from '../../src/answer/status/status.ts'
import { nodeProxyOf } from '../../src/answer/verify/node-proxy.ts'
import { kubeProxyPods } from '../../src/cluster/kube-proxy.ts'
import { inPod } from '../../src/kube/access/in-pod.ts'
import { nothingToClose } from '../../src/kube/access/way.ts'
import type { Way } from '../../src/kube/access/way.ts'
import { connect } from '../../src/kube/connect.ts'
import type { Connection } from '../../src/kube/connection.ts'
import { liveCapture } from '../../src/kube/live-capture.ts'
import { listObjects } from '../../src/kube/objects.ts'
import { resources } from '../../src/kube/resource.ts'
import { putBridge, removeBridge } from '../../src/rollout/bridge/bridge.ts'
import { bridgeScript } from '../../src/rollout/bridge/script.ts'
import { needsCluster } from './able.ts'
import { echoBinary } from './built.ts'
import type { Cluster } from './cluster.ts'
import { kubeProxyConfigMap, kubeProxyOn } from './kube-proxy.ts'
import type { KubeProxy } from './kube-proxy.ts'
import { run } from './run.ts'
import { createMeter, meter } from './traffic.ts'
import { until } from './until.ts'
import { upCluster } from './up.ts'
import { webManifests } from './web.ts'

const coldBuild = 60 * 60_000
const namespace = 'kube-system'

/** Long enough for both nodes; so many connections a second that the machine is not what they wait for. */
const measure = { seconds: 40, rate: 10 }

describe('the bridge', function () {
  this.timeout(180_000)
  let cluster: Cluster
  let echo: string

  before('has a cluster', async function () {
    this.timeout(coldBuild)
    needsCluster(this)
    echo = await echoBinary()
    cluster = await upCluster({ name: `bridge-${process.pid}` })
    await cluster.create(webManifests(cluster.nodes))
    await createMeter(cluster)
    const updateStrategy = { type: 'OnDelete', rollingUpdate: null }
    const patch = JSON.stringify({ spec: { updateStrategy } })
    await cluster.kubectl(['patch', 'daemonset/kube-proxy', '-n', namespace, '--type=merge', '-p', patch])
  })

  after('ends', async () => cluster?.down())

  const api = (): Connection => {
    const options = { as: undefined, context: undefined, kubeconfig: cluster.kubeconfig }
    return connect(options, 30_000, {})
  }

  /** The pod of kube-proxy that the node has now. */
  async function wayTo(node: string): Promise<Way> {
    const connection = api()
    const pod = kubeProxyPods(await listObjects(connection, resources.pods)).get(node)
    if (!pod) throw new Error(`no kube-proxy on ${node}`)
    const place = { namespace, pod: pod.pod, container: pod.container.name }
    return inPod(connection, place, { close: nothingToClose, missing: new Set() })
  }

  async function bridges(): Promise<Map<string, string>> {
    const debugPods = { allowed: false, image: undefined, consent: async () => 'no', onStale: () => undefined }
    const options = { via: undefined, debugPods, nodes: undefined, servedPorts: undefined }
    const scene = sceneOf(await liveCapture(api(), { ...options, scope: 'everything' }))
    const { all, server } = seenNodes(scene, cluster.nodes)
    const listed = scene.cluster.services.map((service) => ({
      service,
      endpoints: scene.cluster.endpointsOf(service),
    }))
    return new Map(
      all.map((seen) => {
        const { proxy } = nodeProxyOf(seen, server, scene)
        return [seen.status.node, proxy ? bridgeScript(proxy, listed, 120) : '']
      }),
    )
  }

  async function restartIn(mode: KubeProxy['mode'], node: string): Promise<void> {
    const old = await kubeProxyOn(node, cluster)
    await cluster.kubectl(['delete', 'pod', '-n', namespace, old])
    await until(`kube-proxy is in ${mode} mode on ${node}`, async () => {
      const way = await wayTo(node).catch(() => undefined)
      const running = await way?.get(10249, '/proxyMode').catch(() => undefined)
      const metrics = await way?.get(10249, '/metrics').catch(() => undefined)
      const synced = /^kubeproxy_sync_proxy_rules_last_timestamp_seconds.* [1-9]/gm
      return running?.toString() === mode && metrics?.toString().match(synced)?.length === 2
    })
  }

  for (const mode of ['nftables', 'iptables'] as const) {
    it(`lets no connection fail on the way to ${mode} mode`, async () => {
      const scripts = await bridges()
      const metered = meter(cluster, echo, measure)
      await cluster.kubectl(['replace', '-f', '-'], { input: JSON.stringify(kubeProxyConfigMap(mode)) })
      for (const node of cluster.nodes) {
        expect(await putBridge(await wayTo(node), scripts.get(node) ?? '')).to.equal(undefined)
        await restartIn(mode, node)
        expect(await removeBridge(await wayTo(node))).to.equal(undefined)
        expect(await run(...cluster.on(node, 'nft', 'list', 'tables'))).to.not.include('kpx-bridge')
      }
      const lost = (await metered).filter(({ failed }) => Object.keys(failed).length > 0)
      expect(lost.map(({ client, failed, first, name }) => ({ client, name, failed, first }))).to.deep.equal([])
    })
  }
})
