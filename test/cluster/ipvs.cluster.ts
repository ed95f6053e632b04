/** A node whose kernel has IPVS: kpx judges its rules, and takes it from mode to mode. It is emulated, and slow. */
import { expect } from 'chai'
import type { ModeDocument } from '../../src/answer/status/configured-mode.ts'
import type { Verification } from '../../src/answer/verify/verify.ts'
import type { Change } from '../../src/rollout/change.ts'
import { kpxProcess } from '../kpx.ts'
import type { Ran } from '../kpx.ts'
import { needsCluster } from './able.ts'
import type { Cluster } from './cluster.ts'
import { missingFeatures } from './features.ts'
import { kubeProxyConfigMap, kubeProxyReady, otherSettings } from './kube-proxy.ts'
import { say } from './say.ts'
import { until } from './until.ts'
import { upCluster } from './up.ts'
import { foundIn } from './verify-faults.ts'
import { ipvsFaults, toolsPod } from './verify-ipvs.ts'
import { createWorld, worldNamespace } from './verify-worlds.ts'
import { clientOn, service, webManifests } from './web.ts'

const coldBuild = 60 * 60_000
const daemonSet = 'kube-system/kube-proxy-ipvs'
const seed = 1

describe('a node whose kernel has IPVS', function () {
  this.timeout(900_000)
  let cluster: Cluster

  before('starts', async function () {
    this.timeout(coldBuild)
    needsCluster(this)
    cluster = await upCluster({ name: `ipvs-${process.pid}`, nodes: 1, ipvs: true })
    await cluster.create([
      ...webManifests(cluster.nodes),
      service('ports', 'web', { type: 'NodePort' }, 30002),
      toolsPod,
    ])
    await cluster.kubectl(['wait', '--for=condition=Ready', 'pod', '--all', '--timeout=300s'])
    await until('the rules', async () => (await kpx('verify')).exit === 0)
  })

  after('ends', async () => cluster?.down())

  const kpx = (...argv: string[]): Promise<Ran> =>
    kpxProcess(...argv, '--kubeconfig', cluster.kubeconfig, '--request-timeout', '90s')

  /** What each node runs in, and what its rules are of. */
  async function modes(): Promise<string[]> {
    const { nodes } = JSON.parse((await kpx('mode', 'get', '-o', 'json')).stdout) as ModeDocument
    return nodes.map(({ node, programmed, running }) => `${node} ${running}: ${programmed?.join()}`)
  }

  async function verified(settle: string): Promise<Verification> {
    const { stderr, stdout } = await kpx('verify', '--settle', settle, '-o', 'json')
    expect(stdout, stderr).to.match(/^\{/)
    return JSON.parse(stdout) as Verification
  }

  const found = async (settle = '1s'): Promise<string[]> => foundIn(await verified(settle))

  it('does to every feature of Services what the API says', async () => {
    expect(await modes()).to.deep.equal(['node1 iptables: iptables', 'node2 ipvs: ipvs'])
    await createWorld(cluster, 24, seed)
    expect(await missingFeatures(cluster)).to.deep.equal([])
    const verification = await verified('300s')
    expect(foundIn(verification)).to.deep.equal([])
    expect(verification.compared.packets).to.be.at.least(400)
  })

  for (const { found: expected, make, says, what } of ipvsFaults) {
    it(`is found out with ${what}`, async () => {
      const undo = await make(cluster)
      try {
        // one look: it takes long, and nothing is on its way
        const verification = await verified('1ms')
        expect(foundIn(verification)).to.deep.equal(expected)
        expect(verification.findings[0]?.message).to.include(says)
      } finally {
        await undo()
      }
    })
  }

  /** The configuration of its kube-proxy. */
  async function configure(edit?: (config: string) => string): Promise<void> {
    const map = kubeProxyConfigMap('ipvs', 'kube-proxy-ipvs', edit)
    await cluster.kubectl(['replace', '-f', '-'], { input: JSON.stringify(map) })
    await cluster.kubectl(['rollout', 'restart', '-n', 'kube-system', 'daemonset/kube-proxy-ipvs'])
    await kubeProxyReady(cluster)
  }

  it('does what the API says with masqueradeAll and nodePortAddresses', async () => {
    await configure(otherSettings)
    expect(await found('300s')).to.deep.equal([])
    await cluster.kubectl(['delete', 'namespace', worldNamespace])
    await configure()
  })

  async function changes(mode: string, ...more: string[]): Promise<void> {
    const flags = ['--daemonset', daemonSet, '--node-timeout', '5m', '--timeout', '20m', '--yes', '-o', 'json']
    const { exit, stderr, stdout } = await kpx('mode', 'set', mode, ...flags)
    expect(stdout, stderr).to.match(/^\{/)
    const { findings: told, rollout } = JSON.parse(stdout) as Change
    expect([exit, rollout?.state], JSON.stringify([told, rollout])).to.deep.equal([0, 'done'])
    say(`node2 is in ${mode} mode`)
    expect(await modes()).to.deep.equal(['node1 iptables: iptables', `node2 ${mode}: ${[mode, ...more].join()}`])
    await answers()
  }

  /** A client of that node is answered. */
  async function answers(): Promise<void> {
    const ip = await cluster.kubectl(['get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}'])
    const ask = ['exec', clientOn('node2'), '--', '/bin/echo', 'ask', 'tcp', `${ip}:80`, '8']
    expect((await cluster.kubectl(ask)).match(/^web-\S+/gm)).to.have.length(8)
  }

  it('changes to iptables, where what ipvs mode has left is removed by kube-proxy itself', async () => {
    await changes('iptables', 'ipvs')
    const { exit, stderr, stdout } = await kpx('cleanup', '--yes', '--node-timeout', '5m')
    expect(exit, stdout + stderr).to.equal(0)
    expect(await modes()).to.deep.equal(['node1 iptables: iptables', 'node2 iptables: iptables'])
    expect(await found()).to.deep.equal([])
  })

  it('changes to ipvs, and on to nftables', async () => {
    await changes('ipvs')
    expect(await found()).to.deep.equal([])
    await changes('nftables')
    expect(await found()).to.deep.equal([])
  })
})
