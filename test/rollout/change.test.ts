/** Changes of the configuration: written whole or not at all, with what was before, and put in force. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Change } from '../../src/rollout/change.ts'
import { startApiServer, token } from '../fake/api-server.ts'
import type { FakeApiServer } from '../fake/api-server.ts'
import { KubeProxyCluster, config } from '../fake/kube-proxy-cluster.ts'
import { kpx } from '../kpx.ts'
import type { Ran } from '../kpx.ts'

let server: FakeApiServer | undefined
let cluster = new KubeProxyCluster()

async function live(...argv: string[]): Promise<Ran> {
  server ??= await startApiServer({
    get: (...args) => cluster.script.get?.(...args),
    write: (...args) => cluster.script.write?.(...args),
    forward: (...args) => cluster.script.forward?.(...args),
  })
  const ran = await kpx(...argv, '--kubeconfig', server.kubeconfig)
  expect(ran.stdout + ran.stderr).to.not.include(token)
  return ran
}

const changed = async (...argv: string[]): Promise<{ readonly exit: number; readonly change: Change }> => {
  const { exit, stdout } = await live(...argv, '--yes', '-o', 'json')
  return { exit, change: JSON.parse(stdout) as Change }
}

const codesOf = ({ findings }: Change): string[] => findings.map(({ code }) => code)

beforeEach(() => {
  cluster = new KubeProxyCluster()
})

after(() => server?.close())

describe('config set', () => {
  it('changes the bytes that it names, keeps what was before, and waits until every node runs with it', async () => {
    const { change, exit } = await changed('config', 'set', 'iptables.syncPeriod=45s')
    expect(exit).to.equal(0)
    expect(cluster.text).to.equal(config.replace('30s', '45s'))
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
    const { change, exit } = await changed('config', 'set', 'mode=iptables')
    expect({ exit, ...change }).to.include({ exit: 0, changed: false, diff: '', rollout: null })
  })

  it('refuses what kube-proxy would not start with, before it writes anything', async () => {
    const { change, exit } = await changed('config', 'set', 'mode=ipvsx', 'iptables.masqueradeBit=99')
    expect(exit).to.equal(1)
    expect(change).to.include({ changed: false })
    expect(codesOf(change)).to.deep.equal(['KPX2005', 'KPX2005'])
    expect(cluster.text).to.equal(config)
  })

  it('tells what is not in force yet where no pod is to start anew, and starts them at the next run', async () => {
    const first = await changed('config', 'set', 'mode=nftables', '--no-rollout')
    expect(first.exit).to.equal(0)
    expect(codesOf(first.change)).to.deep.equal(['KPX5002'])
    expect(cluster.started).to.equal(config)
    const again = await changed('config', 'set', 'mode=nftables')
    expect(again.change).to.include({ changed: true, diff: '' }).and.nested.include({ 'rollout.state': 'done' })
    expect(cluster.started).to.equal(cluster.text)
  })

  it('leaves everything with --dry-run, of which the server’s is asked of the API server', async () => {
    const written: string[] = []
    cluster.beforeWrite = (method, path, _object, query) => {
      written.push(`${method} ${path.split('/').at(-2)} dryRun=${query.get('dryRun')}`)
      return undefined
    }
    const client = await changed('config', 'set', 'mode=nftables', '--dry-run=client')
    expect(written).to.deep.equal([])
    const asked = await changed('config', 'set', 'mode=nftables', '--dry-run=server')
    expect(written).to.deep.equal(['PATCH configmaps dryRun=All'])
    expect([client, asked].map(({ change, exit }) => [exit, change.changed, change.dryRun])).to.deep.equal([
      [0, false, 'client'],
      [0, false, 'server'],
    ])
    expect(cluster.text).to.equal(config)
  })

  it('is refused by a policy: the same text, and the reason', async () => {
    const message =
      'configmaps "kube-proxy" is forbidden: ValidatingAdmissionPolicy \'quiet\' denied request: not on Mondays'
    cluster.beforeWrite = (method) => (method === 'PATCH' ? { status: 422, body: { message } } : undefined)
    const { change, exit } = await changed('config', 'set', 'mode=nftables')
    expect(exit).to.equal(1)
    expect(codesOf(change)).to.deep.equal(['KPX2105'])
    expect(change.findings[0]?.message).to.include('not on Mondays')
  })

  it('shows both sides where somebody else changed the text meanwhile, and writes nothing', async () => {
    const theirs = config.replace('mode: iptables', 'mode: ipvs')
    cluster.beforeWrite = (_method, path, _object, query) => {
      if (path.includes('configmaps') && query.get('dryRun') === null && cluster.text === config) cluster.edit(theirs)
      return undefined
    }
    const { change, exit } = await changed('config', 'set', 'mode=nftables')
    expect(exit).to.equal(1)
    expect(codesOf(change)).to.deep.equal(['KPX2104'])
    expect(change.diff).to.include('+mode: nftables')
    expect(change.theirs).to.include('+mode: ipvs')
    expect(cluster.text).to.equal(theirs)
  })

  it('goes on where somebody else changed another part of the object', async () => {
    let times = 0
    cluster.beforeWrite = (_method, path, _object, query) => {
      if (path.includes('configmaps') && query.get('dryRun') === null && times++ < 2) cluster.annotate('team', 'net')
      return undefined
    }
    const { change, exit } = await changed('config', 'set', 'mode=nftables')
    expect({ exit, ...change }).to.include({ exit: 0, changed: true })
    expect(cluster.text).to.include('mode: nftables')
  })

  it('says what a kube-proxy said that does not run, and how to go back', async () => {
    cluster.fails = true
    const { change, exit } = await changed('config', 'set', 'mode=ipvs')
    expect(exit).to.equal(4)
    expect(change.rollout?.state).to.equal('failed')
    const finding = change.findings.find(({ code }) => code === 'KPX5001')
    expect(finding?.message).to.include('CrashLoopBackOff').and.include('ipvs not supported')
    expect(finding?.fix).to.include('kpx config restore 1')
  })

  it('fails where a kube-proxy says that it runs with something else', async () => {
    cluster.forgets = true
    const { change, exit } = await changed('config', 'set', 'iptables.syncPeriod=45s')
    expect(exit).to.equal(4)
    expect(change.rollout?.nodes[0]).to.deep.include({ state: 'failed', confirmed: false })
    expect(change.rollout?.nodes[0]?.why).to.include('runs with iptables.syncPeriod 30s, not 45s')
  })

  it('is refused where an owner would undo it, unless it is forced', async () => {
    cluster.annotate('meta.helm.sh/release-name', 'proxy')
    const refused = await changed('config', 'set', 'mode=nftables')
    expect(refused.exit).to.equal(1)
    expect(codesOf(refused.change)).to.deep.equal(['KPX4002'])
    expect(cluster.text).to.equal(config)
    const forced = await changed('config', 'set', 'mode=nftables', '--force')
    expect(forced.exit).to.equal(0)
    expect(forced.change.findings).to.have.length(1)
    expect(forced.change.findings[0]).to.include({ code: 'KPX4002', level: 'warning' })
  })

  it('asks, and where nobody can be asked says which flag to type', async () => {
    const { exit, stderr } = await live('config', 'set', 'mode=nftables')
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
      spoil(cluster)
      const { exit, stderr } = await live('config', 'set', 'mode=nftables', '--yes')
      expect(exit).to.equal(1)
      expect(stderr).to.include(message).and.include('KPX2103')
    })
  }
})

describe('config history and restore', () => {
  it('tell each change by whom, and bring back the first bytes after three', async () => {
    await changed('config', 'set', 'mode=nftables')
    await changed('config', 'set', 'iptables.syncPeriod=45s', 'conntrack.min=0')
    await changed('config', 'unset', 'iptables')
    const { stdout } = await live('config', 'history', '-o', 'json')
    const { items } = JSON.parse(stdout) as {
      items: { revision: string; by: string; command: string; changes: object[] }[]
    }
    expect(items.map(({ by, command, revision }) => [revision, by, command])).to.deep.equal([
      ['3', 'alice', 'kpx config unset iptables'],
      ['2', 'alice', 'kpx config set iptables.syncPeriod=45s conntrack.min=0'],
      ['1', 'alice', 'kpx config set mode=nftables'],
    ])
    expect(items[2]?.changes).to.deep.equal([{ path: 'mode', before: 'iptables', after: 'nftables' }])
    const { exit } = await changed('config', 'restore', '1')
    expect(exit).to.equal(0)
    expect(cluster.text).to.equal(config)
    await changed('config', 'restore')
    expect(cluster.text).to.include('mode: nftables').and.not.include('iptables:\n')
  })

  it('keep the newest ten', async () => {
    for (let bit = 1; bit <= 12; bit++) await changed('config', 'set', `iptables.masqueradeBit=${bit}`, '--no-rollout')
    const { stdout } = await live('config', 'history', '-o', 'name')
    expect(stdout.trim().split('\n')).to.deep.equal(['12', '11', '10', '9', '8', '7', '6', '5', '4', '3'])
    const { exit, stderr } = await live('config', 'restore', '1', '--yes')
    expect(exit).to.equal(2)
    expect(stderr).to.include('no revision 1 is kept')
  })

  it('are refused where somebody else wrote into the annotation', async () => {
    cluster.annotate('kpx/revisions', 'H4sIAAAAA')
    for (const argv of [['history'], ['restore', '--yes'], ['set', 'mode=nftables', '--yes']]) {
      const { exit, stderr } = await live('config', ...argv)
      expect(exit).to.equal(1)
      expect(stderr).to.include('KPX2106')
    }
    expect(cluster.text).to.equal(config)
  })

  it('compare what was with what is, and what is with a file', async () => {
    await changed('config', 'set', 'mode=nftables')
    const { exit, stdout } = await live('config', 'diff')
    expect(exit).to.equal(1)
    expect(stdout).to.include('-mode: iptables\n+mode: nftables')
    const folder = mkdtempSync(join(tmpdir(), 'kpx-test-'))
    writeFileSync(join(folder, 'same.conf'), cluster.text)
    expect(await live('config', 'diff', join(folder, 'same.conf'))).to.deep.include({ exit: 0 })
    writeFileSync(join(folder, 'other.conf'), cluster.text.replace('nftables', 'ipvs'))
    const other = await live('config', 'diff', join(folder, 'other.conf'))
    expect(other.stdout).to.include('-mode: nftables\n+mode: ipvs')
    rmSync(folder, { recursive: true })
  })
})

describe('edit', () => {
  const { EDITOR, KUBE_EDITOR, TMPDIR } = process.env
  let folder = ''

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kpx-test-'))
    process.env['TMPDIR'] = folder
    delete process.env['KUBE_EDITOR']
  })

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true })
    Object.assign(process.env, { EDITOR, KUBE_EDITOR, TMPDIR })
    for (const name of ['EDITOR', 'KUBE_EDITOR', 'TMPDIR'] as const)
      if ({ EDITOR, KUBE_EDITOR, TMPDIR }[name] === undefined) delete process.env[name]
  })

  const editing = (script: string, ...argv: string[]) => {
    process.env['EDITOR'] = `sed -i '${script}'`
    return changed('edit', ...argv)
  }
  const drafts = (): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'))

  it('configmap puts in force what is saved, and leaves no draft', async () => {
    const { change, exit } = await editing('s/30s/45s/', 'configmap')
    expect({ exit, ...change }).to.include({ exit: 0, changed: true })
    expect(cluster.text).to.equal(config.replace('30s', '45s'))
    expect(drafts()).to.deep.equal([])
  })

  it('opens the draft again with the reason above, and keeps it where the same is saved once more', async () => {
    process.env['EDITOR'] = `sh -c 'cp "$0" ${folder}/seen-$(ls ${folder} | grep -c seen); sed -i s/30s/3x/ "$0"'`
    const { change, exit } = await changed('edit', 'configmap')
    expect(exit).to.equal(1)
    expect(codesOf(change)).to.deep.equal(['KPX2004'])
    expect(readFileSync(join(folder, 'seen-0'), 'utf8'))
      .to.match(/^# kpx: this is ConfigMap/)
      .and.include(config)
    const again = readFileSync(join(folder, 'seen-1'), 'utf8').split('\n')
    const place = again.find((line) => line.startsWith('# kpx: KPX2004'))
    // the line as the editor counts it
    const line = Number(/line (\d+), column 15/.exec(place ?? '')?.[1])
    expect(again[line - 1]).to.equal('  syncPeriod: 3x # as it was')
    expect(drafts()).to.have.length(1)
    expect(cluster.text).to.equal(config)
  })

  it('changes nothing where it is saved as it was, or the file is emptied', async () => {
    expect(await editing('s/nothing//', 'configmap')).to.nested.include({ exit: 0, 'change.changed': false })
    process.env['EDITOR'] = 'truncate -s 0'
    const { exit, stderr } = await live('edit', 'configmap', '--yes')
    expect(exit).to.equal(1)
    expect(stderr).to.include('KPX1026')
    expect(cluster.text).to.equal(config)
  })

  it('keeps the draft where the editor fails, or leaves no text', async () => {
    for (const [editor, code, exit] of [
      ['sh -c "exit 3"', 'KPX1023', 2],
      ['no-such-editor', 'KPX1023', 2],
      [String.raw`sh -c 'printf "\377\000" > "$0"'`, 'KPX2001', 2],
      ['rm', 'KPX1024', 2],
    ] as const) {
      process.env['EDITOR'] = editor
      const ran = await live('edit', 'configmap', '--yes')
      expect(ran.exit, editor).to.equal(exit)
      expect(ran.stderr).to.include(code).and.include('is kept in')
    }
    expect(cluster.text).to.equal(config)
  })

  it('says where no draft can be written', async () => {
    process.env['TMPDIR'] = join(folder, 'missing')
    const { exit, stderr } = await live('edit', 'configmap', '--yes')
    expect(exit).to.equal(2)
    expect(stderr).to.include('KPX1024').and.include('TMPDIR')
  })

  it('daemonset takes a template whose pods then run with it, and can be taken back', async () => {
    const before = JSON.stringify(cluster.daemonSet['spec'])
    const { change, exit } = await editing('s/1.37.1/1.37.2/', 'daemonset')
    expect({ exit, ...change }).to.include({ exit: 0, changed: true, object: 'DaemonSet kube-system/kube-proxy' })
    expect(change.rollout?.state).to.equal('done')
    expect(JSON.stringify(cluster.daemonSet['spec'])).to.equal(before.replace('1.37.1', '1.37.2'))
    const restored = await changed('config', 'restore', 'daemonset/1')
    expect(restored.exit).to.equal(0)
    expect(JSON.stringify(cluster.daemonSet['spec'])).to.equal(before)
  })

  it('daemonset refuses a flag that kube-proxy does not have, and another name', async () => {
    const flag = await editing('s/--config=/--confg=/', 'daemonset')
    expect([flag.exit, codesOf(flag.change)]).to.deep.equal([1, ['KPX2014']])
    const name = await editing('s/name: kube-proxy$/name: other/', 'daemonset')
    expect([name.exit, codesOf(name.change)[0]]).to.deep.equal([1, 'KPX2105'])
  })
})
