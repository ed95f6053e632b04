/** kube-proxy at work in a real cluster, in two modes, one after the other. */
import { expect } from 'chai'
import { needsCluster } from './able.ts'
import type { Cluster } from './cluster.ts'
import { kubeProxyConfigMap } from './kube-proxy.ts'
import { run } from './run.ts'
import { until } from './until.ts'
import { upCluster } from './up.ts'
import { clientOn, webManifests } from './web.ts'

const coldBuild = 40 * 60_000

describe('a cluster', function () {
  this.timeout(60_000)
  let cluster: Cluster
  let web: readonly string[]

  before('starts', async function () {
    this.timeout(coldBuild)
    needsCluster(this)
    cluster = await upCluster({ name: `test-${process.pid}` })
    await cluster.create(webManifests(cluster.nodes))
    await cluster.kubectl(['rollout', 'status', 'deployment/web', '--timeout=60s'])
    await cluster.kubectl(['wait', '--for=condition=Ready', 'pod', '--all', '--timeout=60s'])
    web = (await cluster.kubectl(['get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIPs[*]}'])).split(' ')
  })

  after('ends', async () => cluster?.down())

  /** The names of the pods that answer at an address of the Service, when all of them have been seen. */
  async function answering(node: string, network: string, address: string): Promise<string[]> {
    const question = ['/bin/echo', 'ask', network, address.includes(':') ? `[${address}]:80` : `${address}:80`, '20']
    const answers = await cluster.kubectl(['exec', clientOn(node), '--', ...question])
    return [...new Set(answers.split('\n').map((line) => line.split(' ')[0] ?? ''))].filter(Boolean).sort()
  }

  function everyPodAnswers(): void {
    for (const network of ['tcp', 'udp']) {
      it(`answers ${network} from both pods, on every node, at both addresses`, async () => {
        const pods = await cluster.kubectl(['get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[*].metadata.name}'])
        expect(web).to.have.length(2)
        for (const node of cluster.nodes) {
          for (const address of web)
            expect(await answering(node, network, address)).to.deep.equal(pods.split(' ').sort())
        }
      })
    }
  }

  it('has two ready nodes and kube-proxy on both', async () => {
    const daemonSet = ['get', 'daemonset/kube-proxy', '-n', 'kube-system', '-o', 'jsonpath={.status.numberReady}']
    expect(cluster.nodes).to.deep.equal(['node1', 'node2'])
    expect(await cluster.kubectl(['get', 'nodes', '--no-headers'])).to.match(/^node1 +Ready .*\nnode2 +Ready .*\n$/)
    expect(await cluster.kubectl(daemonSet)).to.equal('2')
  })

  describe('in iptables mode', () => {
    before('has rules', async () => hasRules(cluster, 'iptables'))

    everyPodAnswers()

    it('has no rules of nftables mode', async () => {
      expect(await ruled(cluster)).to.deep.equal({ iptables: cluster.nodes, nftables: [] })
    })
  })

  describe('in nftables mode', () => {
    before('changes', async () => {
      await cluster.kubectl(['replace', '-f', '-'], { input: JSON.stringify(kubeProxyConfigMap('nftables')) })
      await cluster.kubectl(['rollout', 'restart', '-n', 'kube-system', 'daemonset/kube-proxy'])
      await cluster.kubectl(['rollout', 'status', '-n', 'kube-system', 'daemonset/kube-proxy', '--timeout=60s'])
      await hasRules(cluster, 'nftables')
    })

    everyPodAnswers()

    it('has no rules of iptables mode', async () => {
      expect(await ruled(cluster)).to.deep.equal({ iptables: [], nftables: cluster.nodes })
    })
  })
})

/** kube-proxy's pod is ready before its rules are. */
async function hasRules(cluster: Cluster, mode: 'iptables' | 'nftables'): Promise<void> {
  await until(`rules of ${mode} mode`, async () => (await ruled(cluster))[mode].length === cluster.nodes.length)
}

/** The nodes that have a mode's rules for `web`. */
async function ruled({ nodes, on }: Cluster): Promise<{ iptables: string[]; nftables: string[] }> {
  const printed = await Promise.all(
    nodes.map(async (node) => ({
      node,
      saved: await run(...on(node, 'iptables-save')),
      listed: await run(...on(node, 'nft', 'list', 'ruleset')),
    })),
  )
  return {
    iptables: printed.filter(({ saved }) => saved.includes('default/web:tcp')).map(({ node }) => node),
    nftables: printed.filter(({ listed }) => listed.includes('default/web/tcp')).map(({ node }) => node),
  }
}
