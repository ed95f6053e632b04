import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { FindingList } from '../../../src/answer/finding-list.ts'
import { captures, kpx, root } from '../../kpx.ts'

const example = `${root}test/config/examples/config-map.yaml`
const head = 'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n'
const daemonSet = `kind: DaemonSet
metadata: {name: kube-proxy, namespace: kube-system}
spec: {template: {spec: {containers: [{image: 'k/kube-proxy:v1.33.4', command: [kube-proxy, --config=/c, --proxy-mode=ipvs]}]}}}
`

describe('kpx config validate', () => {
  let folder = ''

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'kpx-validate-'))
  })
  after(() => rmSync(folder, { recursive: true }))

  async function validate(content: string | Uint8Array, ...argv: string[]) {
    const file = join(folder, 'file')
    writeFileSync(file, content)
    const { result, ...ran } = await kpx<FindingList>('config', 'validate', file, ...argv)
    return { ...ran, list: result, codes: result?.findings.map(({ code }) => code) ?? [] }
  }

  it('points at the line and column of the file, with carets', async () => {
    const { exit, result, stdout } = await kpx<FindingList>('config', 'validate', example, '--kubernetes', '1.34')
    expect(exit).to.equal(1)
    expect(result).to.include({ ok: false, kubernetes: '1.34' })
    expect(result?.findings[0]).to.include({
      code: 'KPX2005',
      field: 'mode',
      object: 'ConfigMap kube-system/kube-proxy, key config.conf',
    })
    expect(result?.findings[0]?.evidence).to.deep.equal([
      { file: example, line: 10, column: 11, endColumn: 18, text: '    mode: nftabels' },
    ])
    expect(stdout).to.include('  10 |     mode: nftabels\n                 ^^^^^^^^\n')
    expect(stdout).to.include('did you mean nftables?').and.to.include('did you mean clusterCIDR?')
    expect(stdout.trimEnd().split('\n').at(-1)).to.equal('kube-proxy 1.34 would not start with it: 2 errors, 1 warning')
  })

  it('is content with what kube-proxy starts with', async () => {
    const { codes, exit, list, stdout } = await validate(`${head}mode: nftables\n`)
    expect({ codes, exit, ok: list?.ok, kubernetes: list?.kubernetes }).to.deep.equal({
      codes: [],
      exit: 0,
      ok: true,
      kubernetes: '1.37',
    })
    expect(stdout).to.equal('kube-proxy 1.37 would start with it: nothing to complain of\n')
    expect(list?.passed.map(({ code }) => code)).to.include('KPX2005')
    expect(list?.skipped.map(({ code }) => code)).to.deep.equal(['KPX2012', 'KPX2014'])
  })

  it('takes the release from the image of kube-proxy', async () => {
    const { codes, list } = await validate(daemonSet)
    expect({ codes, kubernetes: list?.kubernetes }).to.deep.equal({ codes: ['KPX2012'], kubernetes: '1.33' })
    expect((await validate(daemonSet, '--kubernetes', '1.36')).list?.kubernetes).to.equal('1.36')
  })

  it('fails on warnings where that is asked for', async () => {
    const text = `${head}mode: iptables\nModes: x\n`
    expect((await validate(text)).exit).to.equal(0)
    expect((await validate(text, '--fail-on', 'warning')).exit).to.equal(1)
    expect((await validate(`${head}mode: x\n`, '--fail-on', 'never')).exit).to.equal(0)
  })

  const unreadable: Record<string, readonly [content: string | Uint8Array, code: string, place: string]> = {
    nothing: ['', 'KPX2001', '1:1'],
    tabs: [`${head}iptables:\n\tsyncPeriod: 1s\n`, 'KPX2001', '4:1'],
    'a binary': [Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1]), 'KPX2001', '1:1'],
    'bytes that are no UTF-8': [Buffer.concat([Buffer.from(head), Buffer.from([0xc3, 0x28])]), 'KPX2001', '3:1'],
    'another kind': ['apiVersion: v1\nkind: Secret\n', 'KPX2002', '1:13'],
    'a ConfigMap without the key': ['kind: ConfigMap\ndata:\n  a: b\n', 'KPX2003', '3:3'],
    'a ConfigMap with two': [
      'kind: ConfigMap\ndata:\n  a: "kind: KubeProxyConfiguration"\n  b: "kind: KubeProxyConfiguration"\n',
      'KPX2003',
      '4:3',
    ],
  }
  for (const [name, [content, code, place]] of Object.entries(unreadable)) {
    it(`says where it cannot read ${name}, and exits with 2`, async () => {
      const { codes, exit, list, stdout } = await validate(content)
      expect({ codes, exit }).to.deep.equal({ codes: [code], exit: 2 })
      const [evidence] = list?.findings[0]?.evidence ?? []
      expect(evidence && 'column' in evidence ? `${evidence.line}:${evidence.column}` : '').to.equal(place)
      expect(stdout).to.include(`:${place}`)
    })
  }

  it('answers for all files in one document', async () => {
    const [good, bad] = [join(folder, 'good'), join(folder, 'bad')]
    writeFileSync(good, `${head}mode: ipvs\n`)
    writeFileSync(bad, `${head}mode: x\n`)
    const { exit, stdout } = await kpx('config', 'validate', good, bad, '-o', 'json')
    const list = JSON.parse(stdout) as FindingList
    expect(exit).to.equal(1)
    expect(list.findings.map(({ code, evidence }) => `${code} ${evidence[0]?.file}`)).to.deep.equal([
      `KPX2011 ${good}`,
      `KPX2005 ${bad}`,
    ])
  })

  it('wants files or a cluster, and a release that it knows', async () => {
    const both = await validate(head, '--from', `${captures}/k1.37-ipvs`)
    expect(both).to.include({ exit: 2 })
    expect(both.stderr).to.include('files or a cluster')
    for (const version of ['1.18', '1.99', 'latest'])
      expect((await validate(head, '--kubernetes', version)).exit).to.equal(2)
  })

  it('makes the data of a file harmless', async () => {
    const { stdout } = await validate(`${head}"a\\e[31m": x\nmode: iptables\n`)
    expect(stdout).not.to.include('\u001b')
  })
})
