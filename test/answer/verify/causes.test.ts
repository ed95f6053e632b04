/** kpx verify names what makes a node's rules other than they should be, and what is only on its way it leaves out. */
import { expect } from 'chai'
import { settled } from '../../../src/answer/verify/settle.ts'
import { verificationOf } from '../../../src/answer/verify/verify.ts'
import { brokenCapture, every, gone, replaced } from '../../broken-capture.ts'
import type { Edit, Edits } from '../../broken-capture.ts'
import { found, iptables, observed, swap, toEvery, verified } from './verified.ts'

describe('verify', () => {
  /** A pod of web is replaced, and the rules still have the one before. */
  const moved: Edit = (text) => replaced(text, /"10\.244\.1\.2"/g, '"10.244.1.77"')
  const old: Edits = { 'objects/endpointslices.json': moved, 'objects/pods.json': moved }
  const onEveryNode = (code: string, services: string): string[] =>
    ['node1', 'node2'].map((node) => `${code} ${node} ${services}`)
  const ofWeb = 'shop/dns,shop/web,shop/web-lb,shop/web-np,shop/web-sticky'

  it('finds rules that are older than the endpoints, of all Services together', async () => {
    expect(found(await verified('k1.37-iptables', old))).to.deep.equal(onEveryNode('KPX3009', ofWeb))
  })

  it('names a kube-proxy that does not run as the cause', async () => {
    const stopped: Edit = (text) => {
      const { items } = JSON.parse(text) as { items: { spec: object; status: { containerStatuses?: object[] } }[] }
      const own = items.find((pod) => JSON.stringify(pod).includes('"k8s-app":"kube-proxy"') && isOn(pod.spec, 'node1'))
      Object.assign(own?.status.containerStatuses?.[0] ?? {}, {
        ready: false,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
      })
      return JSON.stringify({ items })
    }
    const isOn = (spec: object, node: string): boolean => JSON.stringify(spec).includes(`"nodeName":"${node}"`)
    const edits = { ...old, 'objects/pods.json': (text: string) => stopped(String(moved(text))) }
    const verification = await verified('k1.37-iptables', edits)
    expect(found(verification)).to.deep.equal([`KPX3008 node1 ${ofWeb}`, `KPX3009 node2 ${ofWeb}`])
    expect(verification.findings[0]?.message)
      .to.include('does not run: CrashLoopBackOff')
      .and.include('so shop/dns, shop/web')
  })

  it('names a kube-proxy that does not hear from the API server as the cause', async () => {
    const log: Edit = (text) =>
      `${text}E1123 19:58:10.000000       1 reflector.go:205] "Failed to watch" err="dial tcp 10.200.0.1:6443: connect: connection refused"\n`
    const verification = await verified('k1.37-iptables', { ...old, 'nodes/node1/kube-proxy.log': log })
    expect(found(verification)).to.deep.equal([`KPX3017 node1 ${ofWeb}`, `KPX3009 node2 ${ofWeb}`])
    expect(verification.findings[0]?.message).to.include('connection refused')
  })

  it('names a wrong hostnameOverride as the cause', async () => {
    const renamed: Edit = (text) =>
      replaced(text, /--hostname-override=\$\(NODE_NAME\)/g, '--hostname-override=another')
    const verification = await verified('k1.37-iptables', {
      'objects/daemonsets.json': renamed,
      'objects/pods.json': renamed,
      [iptables]: every(/-j KUBE-SVL-/),
    })
    expect(found(verification)).to.deep.equal(['KPX3018 node1 shop/cart-itp,shop/cart-local'])
    expect(verification.findings[0]?.message).to.include('takes itself for another')
  })

  it('names the configuration that is not in force as the cause', async () => {
    const verification = await verified('k1.37-iptables', {
      'objects/configmaps.json': swap('minSyncPeriod: 0s', String.raw`minSyncPeriod: 0s\n  masqueradeAll: true`),
    })
    expect(found(verification)).to.deep.equal([
      `KPX3015 node1 ${toEvery}`,
      `KPX3015 node2 ${toEvery.replace('shop/cart-itp,', '')}`,
    ])
  })

  it('finds what another mode has left, with the Services that it takes', async () => {
    const nftables = await brokenCapture('k1.37-nftables', {})
    const table = nftables.file('node1', 'nft-list-ruleset.txt')?.toString('utf8') ?? ''
    const services = (await brokenCapture('k1.37-iptables', {})).list('services') ?? []
    const text = [...services].map((one) => JSON.stringify(one)).find((one) => one.includes('"name":"web"')) ?? ''
    const [, address = ''] = /"clusterIP":"([^"]+)"/.exec(text) ?? []
    const left = replaced(
      replaced(table, /[\d.]+( \. tcp \. 80 : goto service-\w+-shop\/web\/tcp\/http)/, `${address}$1`),
      /priority dstnat/g,
      'priority dstnat - 5',
    )
    const verification = await verified('k1.37-iptables', {
      'nodes/node1/nft-list-ruleset.txt': () => left,
      'nodes/node1/nft-list-ruleset.json': gone,
    })
    expect(found(verification)).to.deep.equal([
      'KPX3007 node1 shop/cart-local,shop/idle,shop/web,shop/web-lb,shop/web-np',
    ])
    expect(verification.ok).to.equal(false)
  })

  it('takes what a later look does not show for something on its way', async () => {
    const [before, after] = [await observed('k1.37-iptables', old), await observed('k1.37-iptables')]
    expect(verificationOf(settled(after, before), 'error').findings).to.deep.equal([])
    expect(verificationOf(settled(before, after), 'error').findings).to.deep.equal([])
    expect(found(verificationOf(settled(before, before), 'error'))).to.deep.equal(onEveryNode('KPX3009', ofWeb))
  })

  it('says nothing of what cannot be known: which endpoints there should be, in which zone a node is', async () => {
    for (const list of ['endpointslices', 'nodes']) {
      const edits = { [`objects/${list}.json`]: gone }
      const failure = await observed('k1.37-iptables', edits).then(() => '', String)
      expect(failure).to.include(`no list of ${list}`)
    }
  })

  it('says what is not compared where the configuration was not seen', async () => {
    const { compared, findings, seen } = await verified('k1.37-iptables', { 'objects/configmaps.json': gone })
    expect(findings).to.deep.equal([])
    expect(compared.packets).to.be.below(177)
    expect(seen.blind.map(({ node, why }) => `${node}: ${why}`)).to.deep.equal(
      ['node1', 'node2'].map(
        (node) => `${node}: kube-proxy's configuration was not seen: NodePorts and masquerading are not compared`,
      ),
    )
  })

  it("does not take somebody else's rule for what another mode has left", async () => {
    const iptables37 = await brokenCapture('k1.37-iptables', {})
    const left = iptables37.file('node1', 'iptables-save.txt')?.toString('utf8') ?? ''
    const firewall = '-A FORWARD -s 10.244.0.0/24 -p tcp -m tcp --dport 8080 -j DROP\n'
    const verification = await verified('k1.37-nftables', {
      'nodes/node1/iptables-save.txt': () => left.replace(/^-A FORWARD/m, `${firewall}-A FORWARD`),
    })
    const codes = verification.findings.map(({ code }) => code)
    expect(codes).to.include('KPX3011')
    expect(verification.findings.find(({ code }) => code === 'KPX3011')?.message).to.include(firewall.trim())
  })

  it('says what it could not look for', async () => {
    expect((await verified('k1.37-iptables')).skipped).to.deep.equal([])
    const { passed, skipped } = await verified('k1.37-iptables', { 'nodes/node2/conntrack.txt': gone })
    expect(skipped.map(({ code, why }) => `${code}: ${why}`)).to.deep.equal([
      'KPX3019: conntrack was not seen on node2',
    ])
    expect(passed.map(({ code }) => code))
      .to.include('KPX3004')
      .and.not.include('KPX3019')
  })
})
