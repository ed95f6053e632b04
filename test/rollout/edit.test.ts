/** Changes in an editor: what is typed is never lost. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { config } from '../fake/kube-proxy-cluster.ts'
import { Changing, codesOf } from './changing.ts'

const changing = new Changing()

describe('edit', () => {
  before(() => changing.start())
  beforeEach(() => changing.renew())
  after(() => changing.close())

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
    return changing.change('edit', ...argv)
  }
  const drafts = (): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'))

  it('configmap puts in force what is saved, and leaves no draft', async () => {
    const { change, exit } = await editing('s/30s/45s/', 'configmap')
    expect({ exit, ...change }).to.include({ exit: 0, changed: true })
    expect(changing.cluster.text).to.equal(config.replace('30s', '45s'))
    expect(drafts()).to.deep.equal([])
  })

  it('opens the draft again with the reason above, and keeps it where the same is saved once more', async () => {
    process.env['EDITOR'] = `sh -c 'cp "$0" ${folder}/seen-$(ls ${folder} | grep -c seen); sed -i s/30s/3x/ "$0"'`
    const { change, exit } = await changing.change('edit', 'configmap')
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
    expect(changing.cluster.text).to.equal(config)
  })

  it('changes nothing where it is saved as it was, or the file is emptied', async () => {
    expect(await editing('s/nothing//', 'configmap')).to.nested.include({ exit: 0, 'change.changed': false })
    process.env['EDITOR'] = 'truncate -s 0'
    const { exit, stderr } = await changing.kpx('edit', 'configmap', '--yes')
    expect(exit).to.equal(1)
    expect(stderr).to.include('KPX1026')
    expect(changing.cluster.text).to.equal(config)
  })

  it('keeps the draft of a dry run, to go on from', async () => {
    const { change, exit } = await editing('s/30s/45s/', 'configmap', '--dry-run=server')
    expect({ exit, ...change }).to.include({ exit: 0, changed: false, dryRun: 'server' })
    expect(drafts()).to.have.length(1)
  })

  it('keeps the draft where the editor fails, or leaves no text', async () => {
    for (const [editor, code, exit] of [
      ['sh -c "exit 3"', 'KPX1023', 2],
      ['no-such-editor', 'KPX1023', 2],
      [String.raw`sh -c 'printf "\377\000" > "$0"'`, 'KPX2001', 2],
      ['rm', 'KPX1024', 2],
    ] as const) {
      process.env['EDITOR'] = editor
      const ran = await changing.kpx('edit', 'configmap', '--yes')
      expect(ran.exit, editor).to.equal(exit)
      expect(ran.stderr).to.include(code).and.include('is kept in')
    }
    expect(changing.cluster.text).to.equal(config)
  })

  it('says where no draft can be written', async () => {
    process.env['TMPDIR'] = join(folder, 'missing')
    const { exit, stderr } = await changing.kpx('edit', 'configmap', '--yes')
    expect(exit).to.equal(2)
    expect(stderr).to.include('KPX1024').and.include('TMPDIR')
  })

  it('daemonset takes a template whose pods then run with it, and can be taken back', async () => {
    const before = JSON.stringify(changing.cluster.daemonSet['spec'])
    const { change, exit } = await editing('s/1.37.1/1.37.2/', 'daemonset')
    expect({ exit, ...change }).to.include({ exit: 0, changed: true, object: 'DaemonSet kube-system/kube-proxy' })
    expect(change.rollout?.state).to.equal('done')
    expect(JSON.stringify(changing.cluster.daemonSet['spec'])).to.equal(before.replace('1.37.1', '1.37.2'))
    const restored = await changing.change('config', 'restore', 'daemonset/1')
    expect(restored.exit).to.equal(0)
    expect(JSON.stringify(changing.cluster.daemonSet['spec'])).to.equal(before)
  })

  it('daemonset is left as it is where the pod of a node is not ready in time and nothing is to be taken back', async () => {
    const { cluster } = changing
    const before = JSON.stringify(cluster.daemonSet['spec'])
    cluster.fails = (_text, template) => template.includes('1.37.2')
    const { change, exit } = await editing('s/1.37.1/1.37.2/', 'daemonset', '--pause-on-failure')
    expect([exit, change.rollout?.nodes.map(({ state }) => state)]).to.deep.equal([4, ['failed', 'pending']])
    expect(cluster.strategy).to.equal('OnDelete')
    const undone = await changing.change('rollout', 'undo')
    expect([undone.exit, undone.change.rollout?.state]).to.deep.equal([0, 'undone'])
    expect(JSON.stringify(cluster.daemonSet['spec'])).to.equal(before)
  })

  it('daemonset refuses a flag and a release that do not go with kube-proxy, and another name', async () => {
    const flag = await editing('s/--config=/--confg=/', 'daemonset')
    expect([flag.exit, codesOf(flag.change)]).to.deep.equal([1, ['KPX2014']])
    // a release that does not have the mode of the configuration
    changing.cluster.edit(config.replace('mode: iptables', 'mode: nftables'))
    const image = await editing('s/v1.37.1/v1.28.4/', 'daemonset')
    expect([image.exit, codesOf(image.change)]).to.deep.equal([1, ['KPX2005']])
    const name = await editing('s/name: kube-proxy$/name: other/', 'daemonset')
    expect([name.exit, codesOf(name.change)[0]]).to.deep.equal([1, 'KPX2105'])
  })
})
