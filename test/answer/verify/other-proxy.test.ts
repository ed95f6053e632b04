/** kpx verify names another program that serves the Services beside kube-proxy, where it is why, and where it may be. */
import { expect } from 'chai'
import { deleted } from '../../broken-capture.ts'
import type { Edit, Edits } from '../../broken-capture.ts'
import { found, iptables, swap, verified } from './verified.ts'

const added =
  (object: object): Edit =>
  (text) =>
    JSON.stringify({ items: [...(JSON.parse(text) as { items: object[] }).items, object] })

/** As Cilium's chart writes it with kubeProxyReplacement. */
const cilium: Edits = {
  'objects/configmaps.json': added({
    metadata: { name: 'cilium-config', namespace: 'kube-system' },
    data: { 'kube-proxy-replacement': 'true' },
  }),
}

/** The addresses of shop/web and shop/idle in the recording. */
const [web, idle] = ['10.96.152.143', '10.96.82.89']

const diverted: Edit = swap(
  /^(:KUBE-SERVICES [^]*?)^-A PREROUTING/m,
  `:CILIUM_PRE_nat - [0:0]\n$1-A PREROUTING -j CILIUM_PRE_nat\n-A CILIUM_PRE_nat -d ${web}/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.244.0.99:8080\n-A PREROUTING`,
)

/** kube-router's virtual server for a Service without endpoints, at an address that makes its packets those of the node. */
const kubeRouter: Edits = {
  'nodes/node1/ip-addr.json': (text) =>
    JSON.stringify([
      ...(JSON.parse(text) as object[]),
      {
        ifname: 'kube-dummy-if',
        flags: ['UP'],
        addr_info: [{ family: 'inet', local: idle, prefixlen: 32, scope: 'link' }],
      },
    ]),
  'nodes/node1/ip-route.json': (text) =>
    JSON.stringify([
      ...(JSON.parse(text) as object[]),
      { type: 'local', dst: idle, dev: 'kube-dummy-if', table: 'local', prefsrc: idle, flags: [] },
    ]),
}

const servers = `-A -t ${idle}:80 -s rr\n-a -t ${idle}:80 -r 10.244.0.2:8080 -m -w 1\n`

describe('verify', () => {
  it('says nothing of another proxy where nothing differs', async () => {
    expect(found(await verified('k1.37-iptables', cilium))).to.deep.equal([])
  })

  it('names Cilium as the cause where its rules take a Service', async () => {
    const verification = await verified('k1.37-iptables', { ...cilium, [iptables]: diverted })
    expect(found(verification)).to.deep.equal(['KPX4004 node1 shop/web'])
    expect(verification.findings[0]?.level).to.equal('error')
    expect(verification.findings[0]?.message)
      .to.match(
        /^Cilium serves the Services \(key kube-proxy-replacement: true of ConfigMap kube-system\/cilium-config\)/,
      )
      .and.include('; so shop/web: from')
    expect(verification.findings[0]?.evidence.map(({ text }) => text).join()).to.include('CILIUM_PRE_nat')
  })

  it("takes a chain of Cilium's for somebody's rule where Cilium leaves Services to kube-proxy", async () => {
    expect(found(await verified('k1.37-iptables', { [iptables]: diverted }))).to.deep.equal(['KPX3001 node1 shop/web'])
  })

  it('names it as what may be the cause where rules of kube-proxy are wrong', async () => {
    const edits = { ...cilium, [iptables]: deleted(/^-A KUBE-SERVICES .*"shop\/web:http cluster IP"/) }
    const verification = await verified('k1.37-iptables', edits)
    expect(found(verification)).to.deep.equal(['KPX4004 node1 shop/web', 'KPX3005 node1 shop/web'])
    const [other] = verification.findings
    expect(other?.level).to.equal('warning')
    expect(other?.message).to.include('; which of them acts on shop/web is not told')
  })

  it('says nothing of it where a firewall is why', async () => {
    const firewall: Edit = swap(/^-A FORWARD/m, '-A FORWARD -p tcp -m tcp --dport 8080 -j DROP\n-A FORWARD')
    const verification = await verified('k1.37-iptables', { ...cilium, [iptables]: firewall })
    expect(verification.findings.map(({ code }) => code)).to.deep.equal(['KPX3011'])
  })

  it('names kube-router as the cause where its virtual servers take a Service', async () => {
    const verification = await verified('k1.37-iptables', {
      ...kubeRouter,
      'nodes/node1/ipvsadm-save.txt': () => servers,
    })
    expect(found(verification)).to.deep.equal(['KPX4004 node1 shop/idle'])
    expect(verification.findings[0]?.message).to.include("kube-router's device kube-dummy-if is here beside kube-proxy")
  })

  it('names kube-router as the cause where its device has an address without a virtual server', async () => {
    expect(found(await verified('k1.37-iptables', kubeRouter))).to.deep.equal(['KPX4004 node1 shop/idle'])
  })
})
