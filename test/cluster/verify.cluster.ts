/** What kpx verify says of a real cluster: nothing of a healthy one, also while it changes, and each fault that is made in it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Verification } from '../../src/answer/verify/verify.ts'
import { readCapture } from '../../src/capture/read.ts'
import { mutate } from '../answer/verify/mutations.ts'
import { Random } from '../fuzz/random.ts'
import { kpxProcess } from '../kpx.ts'
import { needsCluster } from './able.ts'
import { kubernetesVersion } from './built.ts'
import type { Cluster } from './cluster.ts'
import { missingFeatures } from './features.ts'
import { changeKubeProxy, otherSettings } from './kube-proxy.ts'
import { say } from './say.ts'
import { createServices } from './services.ts'
import { until } from './until.ts'
import { upCluster } from './up.ts'
import { foundIn } from './verify-faults.ts'
import type { Fault } from './verify-faults.ts'
import { iptablesFaults } from './verify-iptables.ts'
import { kubeProxyFaults } from './verify-kube-proxy.ts'
import { nftablesFaults } from './verify-nftables.ts'
import { createWorld, worldNamespace } from './verify-worlds.ts'
import { service, webManifests } from './web.ts'

const coldBuild = 40 * 60_000

/** Another one makes other worlds. */
const seed = Number(process.env['KPX_SEED'] ?? 1)

describe('verify', function () {
  this.timeout(120_000)
  let cluster: Cluster

  before('starts', async function () {
    this.timeout(coldBuild)
    needsCluster(this)
    cluster = await upCluster({ name: `verify-${process.pid}` })
    await cluster.create(webManifests(cluster.nodes))
    await createServices(cluster)
  })

  after('ends', async () => cluster?.down())

  async function verified(...flags: string[]): Promise<Verification> {
    const { stderr, stdout } = await kpxProcess('verify', '-o', 'json', '--kubeconfig', cluster.kubeconfig, ...flags)
    expect(stdout, stderr).to.match(/^\{/)
    return JSON.parse(stdout) as Verification
  }

  function isSilent(): void {
    it('finds nothing', async () => {
      const { compared, findings } = await verified()
      expect(findings).to.deep.equal([])
      expect(compared.packets).to.be.at.least(800)
    })

    it('finds nothing while Services and pods come and go', async () => {
      const names = ['a', 'b', 'c', 'd'].map((name) => `churn-${name}`)
      const ending = new AbortController()
      const churn = async (): Promise<void> => {
        for (let round = 0; !ending.signal.aborted; round++) {
          const own = names.map((name) => `${name}-${round}`)
          await cluster.create(own.map((name) => service(name, 'web', { type: 'NodePort' })))
          await cluster.kubectl(['scale', 'deployment/web', `--replicas=${1 + (round % 2)}`])
          await cluster.kubectl(['delete', 'pods', '--selector=app=single', '--wait=false'])
          await cluster.kubectl(['delete', 'service', ...own])
        }
      }
      const churning = churn()
      try {
        for (let look = 0; look < 3; look++) expect(foundIn(await verified('--settle', '20s'))).to.deep.equal([])
      } finally {
        ending.abort()
        await churning
      }
      await cluster.kubectl(['scale', 'deployment/web', '--replicas=2'])
      for (const name of ['web', 'single'])
        await cluster.kubectl(['rollout', 'status', `deployment/${name}`, '--timeout=60s'])
      await until('the end of the changes', async () => (await verified('--settle', '1s')).ok)
    })
  }

  function finds(faults: readonly Fault[]): void {
    for (const { flags = [], found: expected, make, says, settle = '1s', what } of faults) {
      it(`finds ${what}`, async () => {
        const undo = await make(cluster)
        try {
          const own = typeof flags === 'function' ? flags(cluster) : flags
          const verification = await verified('--settle', settle, ...own)
          say(`${what}: ${foundIn(verification).join('; ')}`)
          expect(foundIn(verification)).to.deep.equal(expected)
          expect(verification.findings[0]?.message).to.include(says)
          expect(verification.ok).to.equal(false)
        } finally {
          await undo()
        }
      })
    }
  }

  function isSilentAboutWorlds(mode: 'iptables' | 'nftables', file: string): void {
    it('finds nothing in random worlds, but any mutation of their rules that changes what becomes of a packet', async function () {
      this.timeout(300_000)
      const folder = mkdtempSync(join(tmpdir(), 'kpx-world-'))
      try {
        await createWorld(cluster, 24, seed)
        expect(await missingFeatures(cluster)).to.deep.equal([])
        expect(foundIn(await verified('--settle', '20s'))).to.deep.equal([])
        const path = join(folder, 'taken')
        expect((await kpxProcess('capture', path, '--kubeconfig', cluster.kubeconfig)).exit).to.equal(0)
        const capture = await readCapture(path)
        const random = new Random(seed)
        const all = Array.from({ length: 24 }, () => mutate(capture, 'node1', file, random) ?? []).flat()
        const changed = all.filter((one) => one.changed !== undefined)
        say(`${changed.length} of ${all.length} mutations change what becomes of a packet`)
        expect(changed.filter(({ reported }) => !reported)).to.deep.equal([])
        expect(changed.length).to.be.at.least(5)
        await changeKubeProxy(cluster, { version: kubernetesVersion, mode }, otherSettings)
        expect(foundIn(await verified('--settle', '20s'))).to.deep.equal([])
      } finally {
        await changeKubeProxy(cluster, { version: kubernetesVersion, mode })
        rmSync(folder, { recursive: true })
        await cluster.kubectl(['delete', 'namespace', worldNamespace])
      }
    })
  }

  describe('in iptables mode', () => {
    before('has rules', async () => until('the rules', async () => (await verified('--settle', '1s')).ok))

    isSilent()
    finds(iptablesFaults)
    finds(kubeProxyFaults)
    isSilentAboutWorlds('iptables', 'iptables-save.txt')
  })

  describe('in nftables mode', () => {
    before('changes', async () => {
      await changeKubeProxy(cluster, { version: kubernetesVersion, mode: 'nftables' })
      await until('the rules', async () => (await verified('--settle', '1s')).ok)
    })

    isSilent()
    finds(nftablesFaults)
    isSilentAboutWorlds('nftables', 'nft-list-table.txt')
  })
})
