/** What preflight finds and does not find, and what it makes of all of it. */
import { expect } from 'chai'
import { checkList } from '../../src/check/check-list.ts'
import { groups } from '../../src/check/check.ts'
import { checks } from '../../src/check/index.ts'
import { exitOf, lookedAtFiles, preflight } from '../../src/check/preflight.ts'
import type { Preflight } from '../../src/check/preflight.ts'
import { questionOf } from '../../src/check/question.ts'
import { preflightCodes } from '../../src/preflight-codes.ts'
import { gone } from '../broken-capture.ts'
import { comingCases, preflightCases } from './preflight-cases.ts'
import { answer, judging } from './preflighted.ts'

const about = (check: Preflight, code: string, message: RegExp): Preflight['findings'] =>
  check.findings.filter((one) => one.code === code && message.test(one.message))

describe('preflight', () => {
  for (const one of [...preflightCases, ...comingCases]) {
    const { code, level, message, node = null } = one
    it(`${code} finds: ${message.source.replaceAll('\\', '')}`, async () => {
      const check = await answer(one)
      const [found] = about(check, code, message)
      expect(found, JSON.stringify(check.findings.map((each) => [each.code, each.message]))).to.not.equal(undefined)
      expect(found?.node).to.equal(node)
      if (level !== undefined) expect(found?.level).to.equal(level)
      if (found?.level === 'error') expect(check).to.include({ ok: false, verdict: 'no' })
      expect(check.checks.find((each) => each.code === code)?.result).to.be.oneOf(['error', 'info', 'warning'])
      const before = await answer({ recording: one.recording ?? 'k1.37-iptables' })
      expect(about(before, code, message)).to.deep.equal([])
    })
  }

  it('has a test for every code of its own', () => {
    const tried = new Set([...preflightCases, ...comingCases].map(({ code }) => code))
    expect(preflightCodes.map(({ code }) => code).filter((code) => !tried.has(code))).to.deep.equal([])
  })

  for (const recording of ['k1.37-iptables', 'k1.37-nftables']) {
    it(`finds nothing in ${recording}, which is a plain cluster`, async () => {
      const unit = 'Id=nftables.service\nActiveState=inactive\nUnitFileState=disabled\n'
      const ofNodes = ['node1', 'node2'].map((name) => [`nodes/${name}/systemctl-show.txt`, () => unit] as const)
      const edits = { ...Object.fromEntries(ofNodes), 'objects/debugpods.json': () => '{"items":[{"kind":"Pod"}]}' }
      const check = await answer({ recording, edits })
      expect(check.findings).to.deep.equal([])
      expect(check.skipped).to.deep.equal([])
      expect(check).to.include({ ok: true, verdict: 'yes' })
      expect(new Set(check.checks.map(({ result }) => result))).to.deep.equal(new Set(['pass']))
    })
  }

  it('passes neither services of nodes that it did not see nor debug pods that were not asked for', async () => {
    const { skipped, verdict } = await answer({ recording: 'k1.37-nftables' })
    expect(skipped.map(({ code }) => code)).to.deep.equal(['KPX4145', 'KPX4143'])
    expect(skipped[1]?.why).to.match(/^node1, node2: .*--via/)
    expect(skipped[0]?.why).to.match(/right to create pods/)
    expect(verdict).to.equal('yes')
  })

  it('says nothing of a mode that nobody asks about', async () => {
    const check = await answer({ recording: 'k1.37-ipvs', mode: 'nftables' })
    expect(about(check, 'KPX2011', /deprecated/)).to.deep.equal([])
  })

  it('does not know where rules could not be compared', async () => {
    const check = await answer({ edits: { 'objects/endpointslices.json': gone } })
    expect(check.verdict).to.equal('unknown')
    expect(exitOf(check)).to.equal(3)
    expect(check.skipped.find(({ code }) => code === 'KPX3005')?.why).to.include('endpointslices')
  })

  it('says that of a release to come less is known', async () => {
    const notes = async (kubernetes: string): Promise<unknown> => (await answer({ kubernetes })).seen.notes
    expect(await notes('1.41')).to.deep.equal([
      'which gates and fields 1.41 has is not known yet: the configuration was judged as by 1.37',
    ])
    expect(await notes('1.37')).to.equal(undefined)
    expect(() => questionOf(undefined, '1.44')).to.throw(/does not know the kube-proxy of 1\.44/)
    expect(() => questionOf(undefined, '2')).to.throw(/no version of Kubernetes/)
  })
})

describe('preflight of manifests', () => {
  const files = (text: string) => lookedAtFiles([{ name: 'kube-proxy.yaml', bytes: Buffer.from(text) }])
  const set = (more: string): string =>
    `apiVersion: apps/v1
kind: DaemonSet
metadata: {name: kube-proxy, namespace: kube-system}
spec:
  updateStrategy: {${more}}
  template:
    spec:
      containers:
      - name: kube-proxy
        image: registry.k8s.io/kube-proxy:v1.34.1
        command: [kube-proxy, --config=/c/config.conf]
`

  it('makes the static checks, names the line, and skips the others', () => {
    const check = preflight(files(set('type: OnDelete')), questionOf(undefined, undefined), judging)
    const [found] = about(check, 'KPX4129', /OnDelete/)
    expect(found?.evidence).to.deep.equal([
      {
        file: 'kube-proxy.yaml',
        line: 11,
        column: 19,
        endColumn: 19,
        text: '        command: [kube-proxy, --config=/c/config.conf]',
      },
    ])
    const byResult = (group: string): string[] => [
      ...new Set(check.checks.filter((one) => one.group === group).map(({ result }) => result)),
    ]
    expect(byResult('cluster')).to.deep.equal(['skip'])
    expect(byResult('node')).to.deep.equal(['skip'])
    expect(byResult('static')).to.include('pass')
    expect(check.verdict).to.equal('yes')
  })

  it('judges a bare configuration by the release that is asked about', () => {
    const text = 'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: userspace\n'
    const check = preflight(files(text), questionOf(undefined, '1.37'), judging)
    expect(about(check, 'KPX2005', /userspace/)).to.have.length(1)
    expect(exitOf(check)).to.equal(1)
  })

  it('ends as unreadable input does', () => {
    const check = preflight(files('a: [\n'), questionOf(undefined, undefined), judging)
    expect(exitOf(check)).to.equal(2)
  })
})

describe('preflight --list', () => {
  it('has every code of every check, and when it is looked for', () => {
    const { items } = checkList()
    expect(new Set(items.map(({ code }) => code))).to.deep.equal(new Set(checks.flatMap(({ codes }) => codes)))
    expect(items.filter(({ when }) => when === '')).to.deep.equal([])
    expect(items.find(({ code }) => code === 'KPX4105')).to.include({ needs: 'node', when: '--mode nftables' })
    expect(items.find(({ code }) => code === 'KPX2006')).to.include({ needs: 'static', when: 'always' })
    expect(new Set(items.map(({ needs }) => needs))).to.deep.equal(new Set(groups))
  })
})
