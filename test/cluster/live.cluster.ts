/** kube-proxy at work in a real cluster: in iptables and nftables mode and of several versions, one after another. */
import { expect } from 'chai'
import type { Status } from '../../src/answer/status/status.ts'
import type { Role } from '../../src/kube/role.ts'
import type { Change } from '../../src/rollout/change.ts'
import { kpxProcess } from '../kpx.ts'
import type { Ran } from '../kpx.ts'
import { needsCluster } from './able.ts'
import { expectAgreement, expectAlike } from './agreement.ts'
import { echoBinary, kubeProxyImageOf, kubernetesVersion } from './built.ts'
import type { Cluster } from './cluster.ts'
import { connections } from './flows.ts'
import { changeKubeProxy, kubeProxyConfigMap } from './kube-proxy.ts'
import { importImage } from './node.ts'
import { eachVerbLess, grant } from './rights.ts'
import { run } from './run.ts'
import { createServices, startOutsider } from './services.ts'
import { until } from './until.ts'
import { upCluster } from './up.ts'
import { clientOn, webManifests } from './web.ts'

const coldBuild = 60 * 60_000

const olderVersions = [
  // one of nftables mode that follows a newer one there leaves the chains of endpoints empty
  { version: '1.33.13', modes: ['iptables', 'nftables'] },
  { version: '1.29.6', modes: ['iptables'] },
] as const

describe('a cluster', function () {
  this.timeout(60_000)
  let cluster: Cluster
  let web: readonly string[]

  before('starts', async function () {
    this.timeout(coldBuild)
    needsCluster(this)
    cluster = await upCluster({ name: `test-${process.pid}` })
    await cluster.create(webManifests(cluster.nodes))
    await createServices(cluster)
    await startOutsider(cluster, await echoBinary())
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

  const kpx = (...argv: string[]): Promise<Ran> =>
    kpxProcess(...argv, ...(argv[0] === 'rbac' ? [] : ['--kubeconfig', cluster.kubeconfig]))

  function kpxIsRight(nodes: readonly string[]): void {
    it('does to packets what kpx says', async function () {
      this.timeout(300_000)
      await expectAgreement(cluster, nodes, connections.byChance)
    })

    it('does what the API says, by verify', async () => {
      const { exit, stdout } = await kpx('verify')
      expect(exit, stdout).to.equal(0)
    })

    it('is answered alike live and from a capture of it', async () => expectAlike(cluster))
  }

  /** On every node the same. */
  async function expectStatus(mode: 'iptables' | 'nftables', codes: readonly string[]): Promise<void> {
    const { stdout } = await kpx('status', '-o', 'json')
    const { config, findings, nodes, seen } = JSON.parse(stdout) as Status
    expect(findings.map(({ code }) => code).sort()).to.deep.equal(codes.flatMap((code) => [code, code]))
    expect(config).to.include({ object: 'ConfigMap kube-system/kube-proxy', key: 'config.conf' })
    expect(seen.blind).to.deep.equal([])
    for (const node of nodes) {
      expect(node).to.deep.include({ running: mode, programmed: [mode], ready: true, leftovers: [] })
      expect(node.configCurrent).to.equal(codes.length === 0)
      expect(Date.parse(node.sync.lastSync ?? '')).to.be.greaterThan(Date.parse(node.startedAt ?? ''))
    }
    expect(nodes.map(({ node }) => node)).to.deep.equal(cluster.nodes)
  }

  it('has two ready nodes and kube-proxy on both', async () => {
    const daemonSet = ['get', 'daemonset/kube-proxy', '-n', 'kube-system', '-o', 'jsonpath={.status.numberReady}']
    expect(cluster.nodes).to.deep.equal(['node1', 'node2'])
    expect(await cluster.kubectl(['get', 'nodes', '--no-headers'])).to.match(/^node1 +Ready .*\nnode2 +Ready .*\n$/)
    expect(await cluster.kubectl(daemonSet)).to.equal('2')
  })

  it('is read by who has the roles of kpx rbac, and who has less is told what is missing', async () => {
    const { items } = JSON.parse((await kpx('rbac', '-o', 'json')).stdout) as { items: readonly Role[] }
    const status = (user: string): Promise<Ran> => kpx('status', '-o', 'json', '--as', user)
    const lessUsers = items.flatMap((role) =>
      eachVerbLess(role)
        // Calico's resource is asked for where there is Calico, and a rollout that cannot be seen is none that hides a node
        .filter(({ resources }) => !['felixconfigurations', 'leases'].some((one) => resources.includes(one)))
        .map(({ less, resources }, i) => ({
          user: `less-${role.kind.toLowerCase()}-${i}`,
          roles: items.map((one) => (one === role ? less : one)),
          missing: JSON.stringify(resources),
        })),
    )
    expect(lessUsers.length).to.be.greaterThan(items.length)
    await cluster.create([...lessUsers.flatMap(({ roles, user }) => grant(roles, user)), ...grant(items, 'reader')])
    await until('the roles', async () => {
      const { exit, stdout } = await status('reader')
      return exit === 0 && (JSON.parse(stdout) as Status).seen.blind.length === 0
    })
    for (const { missing, user } of lessUsers) {
      const { stderr, stdout } = await status(user)
      expect((stderr + stdout).replaceAll('\\"', '"'), user).to.include(`resources: ${missing}`)
    }
  })

  describe('in iptables mode', () => {
    before('has rules', async () => hasRules(cluster, 'iptables'))

    everyPodAnswers()
    kpxIsRight(['node1', 'node2'])

    it('has no rules of nftables mode', async () => {
      expect(await ruled(cluster)).to.deep.equal({ iptables: cluster.nodes, nftables: [] })
    })

    it('has the status that it should have', async () => expectStatus('iptables', []))

    it('is told not to be in force where the ConfigMap alone is changed', async () => {
      await cluster.kubectl(['replace', '-f', '-'], { input: JSON.stringify(kubeProxyConfigMap('nftables')) })
      await expectStatus('iptables', ['KPX2101', 'KPX2102'])
    })
  })

  describe('in nftables mode', () => {
    before('changes', async () => {
      await changeKubeProxy(cluster, { version: kubernetesVersion, mode: 'nftables' })
      await hasRules(cluster, 'nftables')
    })

    everyPodAnswers()
    kpxIsRight(['node1', 'node2'])

    it('has the status that it should have', async () => expectStatus('nftables', []))

    it('has no rules of iptables mode', async () => {
      expect(await ruled(cluster)).to.deep.equal({ iptables: [], nftables: cluster.nodes })
    })
  })

  for (const { version, modes } of olderVersions) {
    describe(`with kube-proxy ${version}`, () => {
      before('has its image', async function () {
        this.timeout(coldBuild)
        const input = await kubeProxyImageOf(version)
        for (const node of cluster.nodes) await run(...cluster.on(node, ...importImage), { input })
      })

      for (const mode of modes) {
        describe(`in ${mode} mode`, () => {
          before('changes', async () => {
            await changeKubeProxy(cluster, { version, mode })
            // 1.29 does not take away the tables of nftables mode
            if (mode === 'iptables')
              for (const node of cluster.nodes) await run(...cluster.on(node, 'nft', withoutTables))
            await hasRules(cluster, mode)
          })

          kpxIsRight(['node1'])

          it('confirms a change, in whatever form it tells what it runs with', async () => {
            const { exit, stdout } = await kpx('config', 'set', `${mode}.minSyncPeriod=2s`, '--yes', '-o', 'json')
            const { rollout } = JSON.parse(stdout) as Change
            expect(exit, stdout).to.equal(0)
            expect(rollout?.nodes.map(({ confirmed }) => confirmed)).to.deep.equal([true, true])
          })
        })
      }
    })
  }
})

/** Also where there are none: what is to be deleted is added before. */
const withoutTables = ['ip', 'ip6']
  .map((family) => `add table ${family} kube-proxy; delete table ${family} kube-proxy`)
  .join('; ')

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
