/** The configuration that a cluster has: as it is written, and what comes of it. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { FieldValueList, ShownConfiguration } from '../../../src/answer/config/show.ts'
import { captures, kpx } from '../../kpx.ts'

const recorded = `${captures}/k1.37-ipvs`

interface Item {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly spec: { template: { spec: { containers: { command: string[]; image: string }[] } } }
  readonly data: Record<string, string>
}

describe('kpx config show and get', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kpx-show-'))
  const capture = join(folder, 'capture')
  const list = (name: string): string => join(capture, `objects/${name}.json`)
  const itemOf = (name: string): Item =>
    JSON.parse(readFileSync(join(recorded, `objects/${name}.json`), 'utf8')) as Item
  const written = itemOf('configmaps').data['config.conf'] ?? ''
  const put = (name: string, items: readonly object[]): void =>
    writeFileSync(list(name), JSON.stringify({ kind: 'List', items }))

  beforeEach(() => cpSync(recorded, capture, { recursive: true }))
  afterEach(() => rmSync(capture, { recursive: true }))
  after(() => rmSync(folder, { recursive: true }))

  const ask = (...argv: string[]) => kpx('config', ...argv, '--from', capture)
  const origins = async (...argv: string[]): Promise<Record<string, string>> => {
    const { stdout } = await ask('get', ...argv, '-o', 'json')
    const { items } = JSON.parse(stdout) as FieldValueList
    return Object.fromEntries(items.map(({ origin, path, value }) => [path, `${origin} ${value}`]))
  }

  it('print the text as it is, with its place above it and its last line ended', async () => {
    const { exit, stdout } = await ask('show')
    expect(exit).to.equal(0)
    expect(stdout).to.equal(`# ConfigMap kube-system/kube-proxy, key config.conf\n${written}\n`)
    const shown = JSON.parse((await ask('show', '-o', 'json')).stdout) as ShownConfiguration
    expect(shown).to.include({ text: written, version: 'v1.37.1' })
  })

  it('tell what is written, and else what counts', async () => {
    expect((await ask('get', 'mode')).stdout).to.equal('ipvs\n')
    const text = written.replace('clientConnection:', 'clientConnection:\n  burst: 0')
    put('configmaps', [{ ...itemOf('configmaps'), data: { 'config.conf': text } }])
    expect(await origins('clientConnection')).to.include({
      'clientConnection.burst': 'file 0',
      'clientConnection.qps': 'default 5',
    })
    expect(await origins('clientConnection.burst', '--effective')).to.deep.equal({
      'clientConnection.burst': 'default 10',
    })
    expect(await origins('hostnameOverride', '--effective')).to.deep.equal({
      hostnameOverride: 'flag $(NODE_NAME)',
    })
  })

  it('have a fix where the name is wrong', async () => {
    const { exit, stderr } = await ask('get', 'masqueradeBit')
    expect(exit).to.equal(2)
    expect(stderr).to.include('iptables.masqueradeBit')
  })

  it('do not know a text that was not seen', async () => {
    put('configmaps', [])
    for (const argv of [['show'], ['show', '--effective'], ['get', 'mode'], ['validate']]) {
      const { exit, stderr } = await ask(...argv)
      expect(exit, argv.join(' ')).to.equal(3)
      expect(stderr).to.include('was not seen')
    }
  })

  it('say where flags are the configuration, and what comes of them', async () => {
    const set = itemOf('daemonsets')
    const [container] = set.spec.template.spec.containers
    if (container) container.command = ['kube-proxy', '--proxy-mode=nftables']
    put('daemonsets', [set])
    const { exit, stderr } = await ask('show')
    expect(exit).to.equal(1)
    expect(stderr).to.include('flags of DaemonSet kube-system/kube-proxy').and.include('--effective')
    expect(await origins('mode')).to.deep.equal({ mode: 'flag nftables' })
    expect((await ask('validate')).exit).to.equal(0)
  })

  it('ask which DaemonSet is meant where several are configured otherwise', async () => {
    const other = structuredClone(itemOf('daemonsets'))
    const [container] = other.spec.template.spec.containers
    if (container) container.command = ['kube-proxy', '--proxy-mode=iptables']
    put('daemonsets', [itemOf('daemonsets'), { ...other, metadata: { ...other.metadata, name: 'second' } }])
    const { exit, stderr } = await ask('get', 'mode')
    expect(exit).to.equal(1)
    expect(stderr).to.include('--daemonset').and.include('kube-system/second')
    expect((await ask('get', 'mode', '--daemonset', 'second')).stdout).to.equal('iptables\n')
    expect((await ask('get', 'mode', '--daemonset', 'third')).exit).to.equal(2)
  })

  it('judge by the release of the cluster where the image does not tell', async () => {
    const set = itemOf('daemonsets')
    const [container] = set.spec.template.spec.containers
    if (container) container.image = `registry.example/kube-proxy@sha256:${'0'.repeat(64)}`
    put('daemonsets', [set])
    writeFileSync(list('version'), JSON.stringify({ gitVersion: 'v1.30.2' }))
    const { stdout } = await ask('validate', '-o', 'json')
    expect(JSON.parse(stdout)).to.include({ kubernetes: '1.30' })
  })

  it('find no kube-proxy where there is none', async () => {
    put('daemonsets', [])
    put('pods', [])
    const { exit, stderr } = await ask('show')
    expect(exit).to.equal(1)
    expect(stderr).to.include('KPX2103').and.include('kpx status')
  })
})
