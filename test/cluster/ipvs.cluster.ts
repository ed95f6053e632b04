/** A node whose kernel has IPVS: kpx judges its rules, and takes it from mode to mode. It is emulated, and slow. */
import { expect } from 'chai'
import type { Finding } from '../../src/answer/finding.ts'
import type { ModeDocument } from '../../src/answer/status/configured-mode.ts'
import type { Change } from '../../src/rollout/change.ts'
import { kpxProcess } from '../kpx.ts'
import type { Ran } from '../kpx.ts'
import { needsCluster } from './able.ts'
import type { Cluster } from './cluster.ts'
import { say } from './say.ts'
import { until } from './until.ts'
import { upCluster } from './up.ts'
import { clientOn, service, webManifests } from './web.ts'

const coldBuild = 60 * 60_000
const daemonSet = 'kube-system/kube-proxy-ipvs'

describe('a node whose kernel has IPVS', function () {
  this.timeout(900_000)
  let cluster: Cluster

  before('starts', async function () {
    this.timeout(coldBuild)
    needsCluster(this)
    cluster = await upCluster({ name: `ipvs-${process.pid}`, nodes: 1, ipvs: true })
    await cluster.create([...webManifests(cluster.nodes), service('ports', 'web', { type: 'NodePort' }, 30002)])
    await cluster.kubectl(['wait', '--for=condition=Ready', 'pod', '--all', '--timeout=300s'])
    await until('the rules', async () => (await kpx('verify')).exit === 0)
  })

  after('ends', async () => cluster?.down())

  const kpx = (...argv: string[]): Promise<Ran> =>
    kpxProcess(...argv, '--kubeconfig', cluster.kubeconfig, '--request-timeout', '90s')

  const inKubeProxy = (...words: string[]): Promise<string> =>
    cluster.kubectl(['exec', '-n', 'kube-system', 'daemonset/kube-proxy-ipvs', '--', ...words])

  /** What each node runs in, and what its rules are of. */
  async function modes(): Promise<string[]> {
    const { nodes } = JSON.parse((await kpx('mode', 'get', '-o', 'json')).stdout) as ModeDocument
    return nodes.map(({ node, programmed, running }) => `${node} ${running}: ${programmed?.join()}`)
  }

  async function findings(): Promise<readonly Finding[]> {
    const { stdout } = await kpx('verify', '--settle', '1s', '-o', 'json')
    return (JSON.parse(stdout) as { findings: Finding[] }).findings
  }

  it('does what the API says, and is found out where it does not', async () => {
    expect(await modes()).to.deep.equal(['node1 iptables: iptables', 'node2 ipvs: ipvs'])
    await inKubeProxy('ipset', 'del', 'KUBE-NODE-PORT-TCP', '30002')
    const found = await findings()
    await inKubeProxy('ipset', 'add', 'KUBE-NODE-PORT-TCP', '30002')
    expect(found.map(({ node }) => node)).to.include('node2')
    expect(JSON.stringify(found)).to.include('default/ports')
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
    expect(await findings()).to.deep.equal([])
  })

  it('changes to ipvs, and on to nftables', async () => {
    await changes('ipvs')
    expect(await findings()).to.deep.equal([])
    await changes('nftables')
    expect(await findings()).to.deep.equal([])
  })
})
