/** `kpx mode set` against a cluster whose nodes cannot be seen: what is written, where, and what is refused before. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { config } from '../fake/kube-proxy-cluster.ts'
import { Changing, codesOf } from './changing.ts'

const changing = new Changing()

describe('mode set', () => {
  before(() => changing.start())
  beforeEach(() => changing.renew())
  after(() => changing.close())

  let folder = ''
  before(() => (folder = mkdtempSync(join(tmpdir(), 'kpx-test-'))))
  after(() => rmSync(folder, { recursive: true }))

  it('sets the mode alone, node by node, and leaves nothing of its own', async () => {
    const { cluster } = changing
    const { change, exit } = await changing.change('mode', 'set', 'nftables')
    expect([exit, change.rollout?.state]).to.deep.equal([0, 'done'])
    expect(cluster.text).to.equal(config.replace('mode: iptables', 'mode: nftables'))
    expect([cluster.strategy, cluster.lease]).to.deep.equal(['RollingUpdate', undefined])
  })

  it('makes a mode that is the default explicit', async () => {
    changing.cluster.edit(config.replace('mode: iptables', 'mode: ""'))
    const { change, exit } = await changing.change('mode', 'set', 'iptables')
    expect([exit, change.changed]).to.deep.equal([0, true])
    expect(changing.cluster.text).to.equal(config.replace('iptables', '"iptables"'))
  })

  it('refuses userspace with the release that removed it, and what is no mode', async () => {
    const { change, exit } = await changing.change('mode', 'set', 'userspace')
    expect([exit, codesOf(change)]).to.deep.equal([1, ['KPX2005', 'KPX4101']])
    expect(change.findings[1]?.message).to.include('1.26')
    expect((await changing.kpx('mode', 'set', 'ipvs6', '--yes')).exit).to.equal(2)
    expect((await changing.kpx('mode', 'set', '--yes')).exit).to.equal(2)
    expect(changing.cluster.text).to.equal(config)
  })

  it('says when ipvs goes away', async () => {
    const { change } = await changing.change('mode', 'set', 'ipvs', '--dry-run=client')
    expect(change.findings.find(({ code }) => code === 'KPX2011')?.message)
      .to.include('1.40')
      .and.include('1.43')
  })

  it('writes a plan, which is made as it is, and once', async () => {
    const file = join(folder, 'plan.json')
    const planned = await changing.kpx('mode', 'set', 'nftables', '--plan', file)
    expect([planned.exit, changing.cluster.text]).to.deep.equal([0, config])
    const applied = await changing.change('mode', 'set', '--apply', file)
    expect([applied.exit, applied.change.rollout?.state]).to.deep.equal([0, 'done'])
    const again = await changing.kpx('mode', 'set', '--apply', file, '--yes')
    expect(again.exit).to.equal(1)
    expect(again.stderr).to.include('KPX2104')
  })

  it('refuses a plan of another cluster state, and a file that is no plan', async () => {
    const file = join(folder, 'other.json')
    await changing.kpx('mode', 'set', 'nftables', '--plan', file)
    const plan = JSON.parse(readFileSync(file, 'utf8')) as { nodes: string[] }
    writeFileSync(file, JSON.stringify({ ...plan, nodes: [...plan.nodes, 'node3'] }))
    const { exit, stderr } = await changing.kpx('mode', 'set', '--apply', file, '--yes')
    expect([exit, changing.cluster.text]).to.deep.equal([1, config])
    expect(stderr).to.include('the nodes are others')
    writeFileSync(file, '{')
    expect(await changing.kpx('mode', 'set', '--apply', file, '--yes')).to.include({ exit: 2 })
  })

  it('is refused in the owner’s way where flags are the configuration, and by force sets the flag', async () => {
    const { cluster } = changing
    cluster.labels = { 'kubernetes.azure.com/cluster': 'MC_rg-shop_aks-shop_westeurope' }
    cluster.command.splice(0, Infinity, 'kube-proxy', '--proxy-mode=iptables', '--v=3')
    const refused = await changing.change('mode', 'set', 'nftables')
    expect([refused.exit, codesOf(refused.change)]).to.deep.equal([1, ['KPX4002']])
    expect(refused.change.instead?.commands.at(-1)).to.include('az aks update')
    const forced = await changing.change('mode', 'set', 'nftables', '--force', '--dry-run=client')
    expect(forced.change.diff).to.match(/^-\s+- --proxy-mode=iptables\n\+\s+- --proxy-mode=nftables$/m)
    cluster.command.splice(1, 1)
    const added = await changing.change('mode', 'set', 'nftables', '--force', '--dry-run=client')
    expect(added.change.diff).to.match(/^\+\s+- --proxy-mode=nftables$/m)
  })
})

describe('a rollout', () => {
  before(() => changing.start())
  beforeEach(() => changing.renew())
  after(() => changing.close())

  it('that was left is told, kept from others, and gone on with', async () => {
    const { cluster } = changing
    cluster.fails = (text) => text.includes('nftables')
    const left = await changing.change('config', 'set', 'mode=nftables', '--pause-on-failure')
    expect([left.exit, left.change.rollout?.state]).to.deep.equal([4, 'paused'])
    expect(cluster.strategy).to.equal('OnDelete')
    const other = await changing.kpx('config', 'set', 'mode=ipvs', '--yes')
    expect([other.exit, other.stderr.includes('KPX5004')]).to.deep.equal([1, true])
    const status = await changing.kpx('rollout', 'status')
    expect([status.exit, status.stdout.includes('KPX5004')]).to.deep.equal([1, true])
    cluster.fails = () => false
    const resumed = await changing.change('rollout', 'resume')
    expect([resumed.exit, resumed.change.rollout?.state]).to.deep.equal([0, 'done'])
    expect([cluster.strategy, cluster.lease]).to.deep.equal(['RollingUpdate', undefined])
  })

  it('is held by one kpx at a time', async () => {
    const spec = { holderIdentity: 'bob at desk, process 1', renewTime: new Date().toISOString() }
    changing.cluster.lease = { metadata: { name: 'kpx-rollout', namespace: 'kube-system', resourceVersion: '1' }, spec }
    for (const argv of [
      ['config', 'set', 'mode=nftables'],
      ['rollout', 'restart'],
      ['mode', 'set', 'nftables'],
    ]) {
      const { exit, stderr } = await changing.kpx(...argv, '--yes')
      expect([exit, stderr.includes('KPX5003'), stderr.includes('bob at desk')]).to.deep.equal([1, true, true])
    }
    expect(changing.cluster.text).to.equal(config)
  })

  it('starts every pod anew and changes nothing else', async () => {
    const { cluster } = changing
    const spec = JSON.stringify(cluster.daemonSet['spec'])
    const { change, exit } = await changing.change('rollout', 'restart')
    expect([exit, change.rollout?.nodes.map(({ state }) => state)]).to.deep.equal([0, ['done', 'done']])
    expect(cluster.text).to.equal(config)
    expect(JSON.stringify(cluster.daemonSet['spec'])).to.not.equal(spec)
    expect(await changing.change('rollout', 'restart', '--dry-run=client')).to.nested.include({
      'change.changed': false,
    })
  })

  it('leaves a node out that is not Ready, and says so', async () => {
    changing.cluster.away = ['node2']
    const { change, exit } = await changing.change('config', 'set', 'mode=nftables')
    expect([exit, change.rollout?.nodes.map(({ state }) => state)]).to.deep.equal([4, ['done', 'pending']])
    expect(change.findings.find(({ code }) => code === 'KPX5001')).to.include({ node: 'node2' })
    expect(changing.cluster.lease).to.equal(undefined)
  })

  it('stops where a node comes into the cluster, and includes it when it goes on', async () => {
    const { cluster } = changing
    cluster.beforeWrite = (method) => {
      if (method === 'DELETE' && cluster.nodes.length === 2) cluster.join('node3')
      return undefined
    }
    const { change, exit } = await changing.change('config', 'set', 'mode=nftables')
    expect([exit, codesOf(change).includes('KPX5005')]).to.deep.equal([4, true])
    // the node that was being changed is not left in the middle of it
    expect(change.rollout?.nodes.map(({ state }) => state)).to.deep.equal(['done', 'pending', 'pending'])
    const { change: resumed } = await changing.change('rollout', 'resume')
    expect(resumed.rollout?.nodes.map(({ node, state }) => `${node} ${state}`)).to.deep.equal([
      'node1 done',
      'node2 done',
      'node3 done',
    ])
  })

  it('stops where somebody changes the DaemonSet, and goes on when asked to', async () => {
    const { cluster } = changing
    cluster.beforeWrite = (method) => {
      if (method === 'DELETE') cluster.patchSpec({ updateStrategy: { type: 'RollingUpdate' } })
      return undefined
    }
    const { change, exit } = await changing.change('config', 'set', 'mode=nftables')
    expect([exit, codesOf(change).includes('KPX5005')]).to.deep.equal([4, true])
    cluster.beforeWrite = () => undefined
    expect((await changing.change('rollout', 'resume')).exit).to.equal(0)
  })

  it('waits for a node that went away in the middle of its change', async () => {
    const { cluster } = changing
    cluster.fails = (text) => text.includes('nftables')
    await changing.change('config', 'set', 'mode=nftables', '--pause-on-failure')
    cluster.fails = () => false
    cluster.away = ['node1']
    for (const [what, nodes] of [
      ['resume', ['node1 failed', 'node2 done']],
      ['undo', ['node1 failed', 'node2 undone']],
    ] as const) {
      const { change, exit } = await changing.change('rollout', what)
      expect([exit, change.rollout?.state]).to.deep.equal([4, 'paused'])
      expect(change.rollout?.nodes.map(({ node, state }) => `${node} ${state}`)).to.deep.equal(nodes)
      expect(change.findings.find(({ code }) => code === 'KPX5001')?.message).to.include('node1 is in the middle')
    }
    cluster.away = []
    expect((await changing.change('rollout', 'undo')).change.rollout?.state).to.equal('undone')
    expect(Object.values(cluster.started)).to.deep.equal([config, config])
  })

  it('keeps its record where somebody deletes its Lease', async () => {
    const { cluster } = changing
    cluster.beforeWrite = (method) => {
      if (method === 'DELETE' && cluster.lease) cluster.lease = undefined
      return undefined
    }
    const { change, exit } = await changing.change('config', 'set', 'mode=nftables')
    expect([exit, change.rollout?.state, codesOf(change).includes('KPX5005')]).to.deep.equal([4, 'paused', true])
    cluster.beforeWrite = () => undefined
    const resumed = await changing.change('rollout', 'resume')
    expect([resumed.exit, resumed.change.rollout?.state]).to.deep.equal([0, 'done'])
  })

  it('goes back by force where somebody else has changed the text', async () => {
    const { cluster } = changing
    cluster.fails = (text) => text.includes('nftables')
    await changing.change('config', 'set', 'mode=nftables', '--pause-on-failure')
    cluster.edit(config.replace('30s', '31s'))
    const refused = await changing.change('rollout', 'undo')
    expect([refused.exit, refused.change.findings[0]?.fix?.includes('--force')]).to.deep.equal([4, true])
    const forced = await changing.change('rollout', 'undo', '--force')
    expect([forced.exit, cluster.text]).to.deep.equal([0, config])
    expect((await changing.kpx('config', 'history')).stdout).to.include('3')
  })

  it('is not there to be gone on with where there is none', async () => {
    for (const what of ['resume', 'undo']) {
      const { exit, stderr } = await changing.kpx('rollout', what, '--yes')
      expect([exit, stderr.includes('KPX5008')]).to.deep.equal([1, true])
    }
  })

  it('takes no number of nodes that is none', async () => {
    for (const batch of ['0', 'x', '101%']) {
      expect(await changing.kpx('rollout', 'restart', '--batch', batch, '--yes')).to.include({ exit: 2 })
    }
  })
})
