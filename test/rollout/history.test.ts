/** What was before each change, and the way back to it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { config } from '../fake/kube-proxy-cluster.ts'
import { Changing } from './changing.ts'

const changing = new Changing()

describe('config history and restore', () => {
  before(() => changing.start())
  beforeEach(() => changing.renew())
  after(() => changing.close())

  it('tell each change by whom, and bring back the first bytes after three', async () => {
    await changing.change('config', 'set', 'mode=nftables')
    await changing.change('config', 'set', 'iptables.syncPeriod=45s', 'conntrack.min=0')
    await changing.change('config', 'unset', 'iptables')
    const { stdout } = await changing.kpx('config', 'history', '-o', 'json')
    const { items } = JSON.parse(stdout) as {
      items: { revision: string; by: string; command: string; changes: object[] }[]
    }
    expect(items.map(({ by, command, revision }) => [revision, by, command])).to.deep.equal([
      ['3', 'alice', 'kpx config unset iptables'],
      ['2', 'alice', 'kpx config set iptables.syncPeriod=45s conntrack.min=0'],
      ['1', 'alice', 'kpx config set mode=nftables'],
    ])
    expect(items[2]?.changes).to.deep.equal([{ path: 'mode', before: 'iptables', after: 'nftables' }])
    const { exit } = await changing.change('config', 'restore', '1')
    expect(exit).to.equal(0)
    expect(changing.cluster.text).to.equal(config)
    await changing.change('config', 'restore')
    expect(changing.cluster.text).to.include('mode: nftables').and.not.include('iptables:\n')
  })

  it('tell the context where the API server does not say who asks (before 1.28)', async () => {
    changing.cluster.beforeWrite = (_method, path) =>
      path.endsWith('/selfsubjectreviews')
        ? { status: 404, body: { message: 'the server could not find it' } }
        : undefined
    await changing.change('config', 'set', 'mode=nftables')
    const { stdout } = await changing.kpx('config', 'history', '-o', 'json')
    expect(JSON.parse(stdout)).to.nested.include({ 'items[0].by': 'fake' })
  })

  it('keep the newest ten', async () => {
    for (let bit = 1; bit <= 12; bit++)
      await changing.change('config', 'set', `iptables.masqueradeBit=${bit}`, '--no-rollout')
    const { stdout } = await changing.kpx('config', 'history', '-o', 'name')
    expect(stdout.trim().split('\n')).to.deep.equal(['12', '11', '10', '9', '8', '7', '6', '5', '4', '3'])
    const { exit, stderr } = await changing.kpx('config', 'restore', '1', '--yes')
    expect(exit).to.equal(2)
    expect(stderr).to.include('no revision 1 is kept')
  })

  it('are refused where somebody else wrote into the annotation', async () => {
    changing.cluster.annotate('kpx/revisions', 'H4sIAAAAA')
    for (const argv of [['history'], ['restore', '--yes'], ['set', 'mode=nftables', '--yes']]) {
      const { exit, stderr } = await changing.kpx('config', ...argv)
      expect(exit).to.equal(1)
      expect(stderr).to.include('KPX2106')
    }
    expect(changing.cluster.text).to.equal(config)
  })

  it('compare what was with what is, and what is with a file', async () => {
    await changing.change('config', 'set', 'mode=nftables')
    const { exit, stdout } = await changing.kpx('config', 'diff')
    expect(exit).to.equal(1)
    expect(stdout).to.include('-mode: iptables\n+mode: nftables')
    const folder = mkdtempSync(join(tmpdir(), 'kpx-test-'))
    writeFileSync(join(folder, 'same.conf'), changing.cluster.text)
    expect(await changing.kpx('config', 'diff', join(folder, 'same.conf'))).to.deep.include({ exit: 0 })
    writeFileSync(join(folder, 'other.conf'), changing.cluster.text.replace('nftables', 'ipvs'))
    const other = await changing.kpx('config', 'diff', join(folder, 'other.conf'))
    expect(other.stdout).to.include('-mode: nftables\n+mode: ipvs')
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify(changing.cluster.configMap))
    expect(await changing.kpx('config', 'diff', join(folder, 'manifest.json'))).to.deep.include({ exit: 0 })
    writeFileSync(join(folder, 'other.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {b: c}\n')
    const none = await changing.kpx('config', 'diff', join(folder, 'other.yaml'))
    expect(none.exit).to.equal(2)
    expect(none.stderr).to.include('KPX2003')
    rmSync(folder, { recursive: true })
  })
})
