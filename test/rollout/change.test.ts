/** Changes of the configuration: written whole or not at all, and put in force. */
import { expect } from 'chai'
import { config } from '../fake/kube-proxy-cluster.ts'
import type { KubeProxyCluster } from '../fake/kube-proxy-cluster.ts'
import { Changing, codesOf } from './changing.ts'

const changing = new Changing()

/** Ten times as much with every line. */
const aliases = Array.from({ length: 7 }, (_, i) => {
  const of = i === 0 ? 'a' : `b${i - 1}`
  return `b${i}: &b${i} [${Array.from({ length: 10 }, () => `*${of}`).join(', ')}]\n`
}).join('')

describe('config set', () => {
  before(() => changing.start())
  beforeEach(() => changing.renew())
  after(() => changing.close())

  it('changes the bytes that it names, keeps what was before, and waits until every node runs with it', async () => {
    const { change, exit } = await changing.change('config', 'set', 'iptables.syncPeriod=45s')
    expect(exit).to.equal(0)
    expect(changing.cluster.text).to.equal(config.replace('30s', '45s'))
    expect(change).to.include({ changed: true, dryRun: null, object: 'ConfigMap kube-system/kube-proxy' })
    expect(change.diff).to.include('-  syncPeriod: 30s # as it was\n+  syncPeriod: 45s # as it was\n')
    const done = { state: 'done', confirmed: true, why: null }
    expect(change.rollout).to.deep.include({ state: 'done' })
    expect(change.rollout?.nodes).to.deep.equal([
      { node: 'node1', ...done },
      { node: 'node2', ...done },
    ])
  })

  it('changes nothing where the value is there already, and asks for no consent', async () => {
    const { change, exit } = await changing.change('config', 'set', 'mode=iptables')
    expect({ exit, ...change }).to.include({ exit: 0, changed: false, diff: '', rollout: null })
  })

  it('refuses what kube-proxy would not start with, before it writes anything', async () => {
    const { change, exit } = await changing.change('config', 'set', 'mode=ipvsx', 'iptables.masqueradeBit=99')
    expect(exit).to.equal(1)
    expect(change).to.include({ changed: false })
    expect(codesOf(change)).to.deep.equal(['KPX2005', 'KPX2005'])
    expect(changing.cluster.text).to.equal(config)
  })

  it('tells what is not in force yet where no pod is to start anew, and starts them at the next run', async () => {
    const first = await changing.change('config', 'set', 'mode=nftables', '--no-rollout')
    expect(first.exit).to.equal(0)
    expect(codesOf(first.change)).to.deep.equal(['KPX5002'])
    expect(Object.values(changing.cluster.started)).to.deep.equal([config, config])
    const again = await changing.change('config', 'set', 'mode=nftables')
    expect(again.change).to.include({ changed: true, diff: '' }).and.nested.include({ 'rollout.state': 'done' })
    expect(Object.values(changing.cluster.started)).to.deep.equal([changing.cluster.text, changing.cluster.text])
  })

  it('leaves everything with --dry-run, of which the server’s is asked of the API server', async () => {
    const written: string[] = []
    changing.cluster.beforeWrite = (method, path, _object, query) => {
      written.push(`${method} ${path.split('/').at(-2)} dryRun=${query.get('dryRun')}`)
      return undefined
    }
    const client = await changing.change('config', 'set', 'mode=nftables', '--dry-run=client')
    expect(written).to.deep.equal([])
    const asked = await changing.change('config', 'set', 'mode=nftables', '--dry-run=server')
    expect(written).to.deep.equal(['PATCH configmaps dryRun=All'])
    expect([client, asked].map(({ change, exit }) => [exit, change.changed, change.dryRun])).to.deep.equal([
      [0, false, 'client'],
      [0, false, 'server'],
    ])
    expect(changing.cluster.text).to.equal(config)
  })

  it('is refused by a policy: the same text, and the reason', async () => {
    const message =
      'configmaps "kube-proxy" is forbidden: ValidatingAdmissionPolicy \'quiet\' denied request: not on Mondays'
    changing.cluster.beforeWrite = (method) => (method === 'PATCH' ? { status: 422, body: { message } } : undefined)
    const { change, exit } = await changing.change('config', 'set', 'mode=nftables')
    expect(exit).to.equal(1)
    expect(codesOf(change)).to.deep.equal(['KPX2105'])
    expect(change.findings[0]?.message).to.include('not on Mondays')
  })

  it('shows both sides where somebody else changed the text meanwhile, and writes nothing', async () => {
    const theirs = config.replace('mode: iptables', 'mode: ipvs')
    changing.cluster.beforeWrite = (_method, path, _object, query) => {
      if (path.includes('configmaps') && query.get('dryRun') === null && changing.cluster.text === config)
        changing.cluster.edit(theirs)
      return undefined
    }
    const { change, exit } = await changing.change('config', 'set', 'mode=nftables')
    expect(exit).to.equal(1)
    expect(codesOf(change)).to.deep.equal(['KPX2104'])
    expect(change.diff).to.include('+mode: nftables')
    expect(change.theirs).to.include('+mode: ipvs')
    expect(changing.cluster.text).to.equal(theirs)
  })

  it('goes on where somebody else changed another part of the object', async () => {
    let times = 0
    changing.cluster.beforeWrite = (_method, path, _object, query) => {
      if (path.includes('configmaps') && query.get('dryRun') === null && times++ < 2)
        changing.cluster.annotate('team', 'net')
      return undefined
    }
    const { change, exit } = await changing.change('config', 'set', 'mode=nftables')
    expect({ exit, ...change }).to.include({ exit: 0, changed: true })
    expect(changing.cluster.text).to.include('mode: nftables')
  })

  it('takes everything back where a kube-proxy does not run with it, and says what that said', async () => {
    const { cluster } = changing
    cluster.fails = (text) => text.includes('ipvs')
    const { change, exit } = await changing.change('config', 'set', 'mode=ipvs')
    expect(exit).to.equal(5)
    expect(change.rollout?.state).to.equal('undone')
    expect(change.rollout?.nodes.map(({ state }) => state)).to.deep.equal(['undone', 'pending'])
    const finding = change.findings.find(({ code }) => code === 'KPX5007')
    expect(finding?.message).to.include('CrashLoopBackOff').and.include('ipvs not supported')
    expect(Object.values(cluster.started)).to.deep.equal([config, config])
    expect([cluster.text, cluster.strategy, cluster.lease]).to.deep.equal([config, 'RollingUpdate', undefined])
  })

  it('fails where a kube-proxy says that it runs with something else', async () => {
    changing.cluster.forgets = true
    const { change, exit } = await changing.change('config', 'set', 'iptables.syncPeriod=45s')
    expect(exit).to.equal(5)
    const finding = change.findings.find(({ code }) => code === 'KPX5007')
    expect(finding?.message).to.include('runs with iptables.syncPeriod 30s, not 45s')
  })

  it('is refused where an owner would undo it, unless it is forced', async () => {
    changing.cluster.annotate('meta.helm.sh/release-name', 'proxy')
    const refused = await changing.change('config', 'set', 'mode=nftables')
    expect(refused.exit).to.equal(1)
    expect(codesOf(refused.change)).to.deep.equal(['KPX4002'])
    expect(changing.cluster.text).to.equal(config)
    const forced = await changing.change('config', 'set', 'mode=nftables', '--force')
    expect(forced.exit).to.equal(0)
    expect(forced.change.findings[0]).to.include({ code: 'KPX4002', level: 'warning' })
  })

  it('warns where another DaemonSet takes the change, too', async () => {
    changing.cluster.alike = ['kube-proxy-arm64']
    const { change, exit } = await changing.change('config', 'set', 'mode=nftables')
    expect([exit, change.rollout?.state, codesOf(change)[0]]).to.deep.equal([0, 'done', 'KPX5010'])
    expect(change.findings[0]?.fix).to.include('kpx rollout restart --daemonset kube-system/kube-proxy-arm64')
  })

  it('warns where a flag of the DaemonSet wins over the value', async () => {
    changing.cluster.command.push('--hostname-override=$(NODE_NAME)', '-v=2')
    const { change, exit } = await changing.change('config', 'set', 'hostnameOverride=one', 'logging.verbosity=4')
    expect(exit).to.equal(0)
    expect(change.findings.map(({ code, field }) => `${code} ${field}`)).to.include.members([
      'KPX2016 hostnameOverride',
      'KPX2016 logging.verbosity',
    ])
  })

  for (const [what, text, message] of [
    ['of another kind', config.replace('KubeProxyConfiguration', 'KubeletConfiguration'), 'KPX2002'],
    ['indented by tabs', config.replace('  syncPeriod', '\tsyncPeriod'), 'line 6, column 1'],
    ['made of aliases', `${config}a: &a [1, 1]\n${aliases}`, 'excessive aliasing'],
    ['of nothing', '', 'KPX2001'],
  ] as const) {
    it(`is refused for a text ${what}, with its place`, async () => {
      changing.cluster.edit(text)
      const { exit, stderr } = await changing.kpx('config', 'set', 'mode=nftables', '--yes')
      expect(exit).to.equal(2)
      expect(stderr)
        .to.include(message)
        .and.match(/line \d+, column \d+/)
      expect(changing.cluster.text).to.equal(text)
    })
  }

  it('leaves a megabyte of comments as it is', async () => {
    const text = `${config}${'# what is said of it\n'.repeat(50_000)}`
    changing.cluster.edit(text)
    const { exit } = await changing.change('config', 'set', 'mode=nftables')
    expect(exit).to.equal(0)
    expect(changing.cluster.text).to.equal(text.replace('mode: iptables', 'mode: nftables'))
  })

  it('asks, and where nobody can be asked says which flag to type', async () => {
    const { exit, stderr } = await changing.kpx('config', 'set', 'mode=nftables')
    expect(exit).to.equal(2)
    expect(stderr).to.include('--yes')
  })

  for (const [what, spoil, message] of [
    [
      'is immutable',
      (map: KubeProxyCluster) => (map.configMap = { ...map.configMap, immutable: true }),
      'is immutable',
    ],
    [
      'has not the key',
      (map: KubeProxyCluster) => (map.configMap = { ...map.configMap, data: {} }),
      'has no key config.conf',
    ],
  ] as const) {
    it(`is refused where the ConfigMap ${what}`, async () => {
      spoil(changing.cluster)
      const { exit, stderr } = await changing.kpx('config', 'set', 'mode=nftables', '--yes')
      expect(exit).to.equal(1)
      expect(stderr).to.include(message).and.include('KPX2103')
    })
  }
})
