/** Each check on a recording that it finds something in, and on the same without that. */
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { captures } from '../kpx.ts'
import { replaced } from '../broken-capture.ts'
import { asked, codesOf, found, items, withItem } from './asked.ts'
import { clusterCases } from './cluster-cases.ts'
import { nodeCases } from './node-cases.ts'
import { toNftables } from './case.ts'

const file = (path: string): string => readFileSync(`${captures}/${path}`, 'utf8')

describe('checks of a mode', () => {
  for (const { code, fires, level, message, node, not } of [...nodeCases, ...clusterCases]) {
    it(`${code} finds: ${message.source.replaceAll('\\', '')}`, async () => {
      const check = await asked(fires)
      const one = check.findings.find((finding) => finding.code === code && message.test(finding.message))
      expect(one, JSON.stringify(check.findings.map((each) => [each.code, each.message]))).to.not.equal(undefined)
      expect(one?.node).to.equal(node)
      if (level !== undefined) expect(one?.level).to.equal(level)
      if (one?.level === 'error') expect(check).to.include({ ok: false, verdict: 'no' })
      for (const evidence of one?.evidence ?? []) {
        expect(evidence).to.include({ node })
        expect(evidence.text).to.not.equal('')
      }
      const { findings } = await asked(not)
      expect(findings.filter((each) => each.code === code && message.test(each.message))).to.deep.equal([])
    })
  }

  it('KPX4117 finds a firewall that iptables mode passes by, and none where it lets through what is forwarded', async () => {
    const dropping = (...rules: readonly string[]) =>
      toNftables({
        'nodes/node1/iptables-save.txt': (text) =>
          replaced(
            text,
            /(\*filter\n[^*]*?:FORWARD) ACCEPT(.*\n)([^*]*?)(?=-A FORWARD)/,
            `$1 DROP$2$3${rules.join('')}`,
          ),
      })
    const closed = await asked(dropping())
    expect(codesOf(closed)).to.include('KPX4117 node1').and.not.include('KPX4117 node2')
    expect(found(closed, 'KPX4117').message).to.match(
      /^a NodePort's packet to 10\.244\.\d\.\d+:\d+, which iptables mode accepts, would be dropped by the policy/,
    )
    expect(codesOf(await asked(dropping('-A FORWARD -d 10.244.0.0/16 -j ACCEPT\n')))).to.not.include('KPX4117 node1')
    expect(codesOf(await asked(toNftables()))).to.not.include('KPX4117 node1')
  })

  it('KPX4117 finds a health-check port that only iptables mode opens', async () => {
    const { findings } = await asked(
      toNftables({
        'nodes/node1/iptables-save.txt': (text) => replaced(text, /(\*filter\n[^*]*?:INPUT) ACCEPT/, '$1 DROP'),
      }),
    )
    const own = findings.find(({ code, node }) => code === 'KPX4117' && node === 'node1')
    expect(own?.message).to.match(/health-check port \d+, which iptables mode accepts, would be dropped/)
  })

  it('KPX4126 finds a kube-proxy of Windows with the same ConfigMap', async () => {
    const recorded = JSON.parse(file('k1.37-iptables/objects/pods.json')) as { items: { metadata: { name: string } }[] }
    const pod = recorded.items.find(({ metadata }) => metadata.name.startsWith('kube-proxy-'))
    const ofWindows = JSON.parse(JSON.stringify(pod).replaceAll(/"nodeName":"node\d"/g, '"nodeName":"win1"')) as object
    const node = { metadata: { name: 'win1', labels: { 'kubernetes.io/os': 'windows' } }, spec: {}, status: {} }
    const edits = { 'objects/nodes.json': withItem(node), 'objects/pods.json': withItem(ofWindows) }
    const check = await asked(toNftables(edits))
    expect(found(check, 'KPX4126').message).to.include('win1')
    expect(check.nodes.map((one) => one.node)).to.deep.equal(['node1', 'node2'])
    expect(codesOf(await asked(toNftables({ 'objects/nodes.json': withItem(node) })))).to.not.include('KPX4126 null')
  })

  it('does not begin on a node whose kube-proxy fails', async () => {
    const edits = {
      'objects/pods.json': items(
        ({ status }) => Object.assign((status['containerStatuses'] as object[])[0] ?? {}, { ready: false }),
        ({ metadata }) => metadata.name.startsWith('kube-proxy-'),
      ),
    }
    const check = await asked(toNftables(edits))
    expect(codesOf(check)).to.include('KPX3008 node1')
    expect(check.verdict).to.equal('no')
  })

  it('takes a mode that is configured and does not run yet for one that every change of the mode ends', async () => {
    const edits = {
      'objects/configmaps.json': items(({ data }) => {
        data['config.conf'] = replaced(data['config.conf'] ?? '', 'mode: "iptables"', 'mode: "nftables"')
      }),
    }
    const begun = await asked(toNftables(edits))
    expect(found(begun, 'KPX2102').level).to.equal('warning')
    expect(begun.verdict).to.equal('yes')
    const away = await asked({ ...toNftables(edits), mode: 'ipvs' })
    expect(found(away, 'KPX2102').level).to.equal('warning')
  })
})
