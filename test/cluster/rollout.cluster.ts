/** What comes between a rollout and its end on a real cluster: another kpx, somebody's hands, a node that goes away, and one that comes. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Change } from '../../src/rollout/change.ts'
import { kpxProcess } from '../kpx.ts'
import type { Ran } from '../kpx.ts'
import { needsCluster } from './able.ts'
import type { Cluster } from './cluster.ts'
import { startKpx } from './kills.ts'
import type { Running } from './kills.ts'
import { kubeProxyConfigMap } from './kube-proxy.ts'
import { until } from './until.ts'
import { upCluster } from './up.ts'
import { service, webManifests } from './web.ts'

const coldBuild = 60 * 60_000
const namespace = 'kube-system'

describe('a rollout', function () {
  this.timeout(180_000)
  let cluster: Cluster
  let folder: string

  before('has a cluster', async function () {
    this.timeout(coldBuild)
    needsCluster(this)
    folder = mkdtempSync(join(tmpdir(), 'kpx-rollout-'))
    cluster = await upCluster({ name: `rollout-${process.pid}` })
    await cluster.create([...webManifests(cluster.nodes), service('ports', 'web', { type: 'NodePort' }, 30002)])
    await until('the rules', async () => (await kpx('verify')).exit === 0)
  })

  after('ends', async () => {
    await cluster?.down()
    if (folder) rmSync(folder, { recursive: true })
  })

  const kpx = (...argv: string[]): Promise<Ran> => kpxProcess(...argv, '--kubeconfig', cluster.kubeconfig)
  const changed = async (...argv: string[]): Promise<{ readonly exit: number; readonly change: Change }> => {
    const { exit, stderr, stdout } = await kpx(...argv, '--yes', '-o', 'json')
    expect(stdout, stderr).to.match(/^\{/)
    return { exit, change: JSON.parse(stdout) as Change }
  }

  const replaced = (running: Running): Promise<void> =>
    until('a pod is replaced', async () => running.said().includes('is replaced') || running.isOver())

  const byHand = async (mode: 'iptables' | 'nftables'): Promise<void> => {
    await cluster.kubectl(['replace', '-f', '-'], { input: JSON.stringify(kubeProxyConfigMap(mode)) })
  }

  /** In that mode on both nodes, with nothing of a rollout left. */
  async function isDone(mode: string): Promise<void> {
    const { nodes } = JSON.parse((await kpx('mode', 'get', '-o', 'json')).stdout) as { nodes: { running: string }[] }
    expect(nodes.map(({ running }) => running)).to.deep.equal([mode, mode])
    expect(await cluster.kubectl(['get', 'leases', '-n', namespace, '-o', 'name'])).to.not.include('kpx')
    const { exit, stdout } = await kpx('verify')
    expect([exit, stdout]).to.deep.equal([0, stdout])
  }

  it('is one kpx’s at a time', async () => {
    const first = startKpx(cluster, 'mode', 'set', 'nftables')
    await replaced(first)
    const { exit, stderr } = await kpx('mode', 'set', 'iptables', '--yes')
    expect(stderr).to.include('KPX5003')
    expect(exit).to.equal(1)
    expect(await first.ended, first.said()).to.equal(0)
    await isDone('nftables')
  })

  it('does not begin by a plan of what is not there any more', async () => {
    const plan = join(folder, 'plan.json')
    expect((await kpx('mode', 'set', 'iptables', '--plan', plan)).exit).to.equal(0)
    const text = ['get', 'configmap/kube-proxy', '-n', namespace, '-o', 'jsonpath={.data.config\\.conf}']
    const before = await cluster.kubectl(text)
    const data = { 'config.conf': before.replace('mode: nftables', 'mode: nftable') }
    await cluster.kubectl(['patch', 'configmap/kube-proxy', '-n', namespace, '-p', JSON.stringify({ data })])
    const { exit, stderr } = await kpx('mode', 'set', '--apply', plan, '--yes')
    expect(stderr).to.include('KPX2104')
    expect(exit).to.equal(1)
    expect(await cluster.kubectl(text)).to.equal(data['config.conf'])
    await byHand('nftables')
  })

  it('stops where somebody puts back what was there, and says who', async () => {
    const running = startKpx(cluster, 'mode', 'set', 'iptables')
    await replaced(running)
    await byHand('nftables')
    expect(await running.ended, running.said()).to.equal(4)
    expect(running.said().replaceAll(/\s+/g, ' ')).to.include('KPX4005').and.include('kubectl-replace')
    const undone = await changed('rollout', 'undo', '--force')
    expect(undone.exit, JSON.stringify(undone.change)).to.equal(0)
    await isDone('nftables')
  })

  it('leaves a node out that is not Ready, and says so', async () => {
    const resume = cluster.halt('node2', 'kubelet')
    try {
      const status = { conditions: [{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' }] }
      const patch = ['patch', 'node/node2', '--subresource=status', '--type=strategic', '-p']
      await cluster.kubectl([...patch, JSON.stringify({ status })])
      const { change, exit } = await changed('mode', 'set', 'iptables')
      expect([exit, change.findings.some(({ code, node }) => code === 'KPX4125' && node === 'node2')]).to.deep.equal([
        4,
        true,
      ])
      expect(change.rollout?.nodes.map(({ node, state }) => [node, state])).to.deep.equal([
        ['node1', 'done'],
        ['node2', 'pending'],
      ])
    } finally {
      resume()
    }
    await cluster.kubectl(['wait', '--for=condition=Ready', 'node/node2', '--timeout=60s'])
    // the DaemonSet's own controller replaces it
    await until('node2 is changed', async () => /^node2 .*iptables/m.test((await kpx('mode', 'get')).stdout))
    await isDone('iptables')
  })

  it('stops where a node comes, and goes on when it is asked to', async () => {
    const running = startKpx(cluster, 'mode', 'set', 'nftables')
    await replaced(running)
    const metadata = { name: 'node3', labels: { 'kubernetes.io/os': 'linux' } }
    await cluster.create([{ apiVersion: 'v1', kind: 'Node', metadata }])
    const exit = await running.ended
    expect(exit, running.said()).to.equal(4)
    expect(running.said()).to.include('KPX5005').and.include('node3')
    await cluster.kubectl(['delete', 'node/node3'])
    expect((await changed('rollout', 'resume')).exit).to.equal(0)
    await isDone('nftables')
  })
})
