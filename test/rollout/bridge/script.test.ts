/** The bridge in place of kube-proxy's rules, and beside them, on the nodes of the recordings. */
import { readdirSync } from 'node:fs'
import { expect } from 'chai'
import { bridgesIn, sceneWithoutBridge } from '../../../src/answer/bridge.ts'
import { sceneOf } from '../../../src/answer/scene.ts'
import type { Scene } from '../../../src/answer/scene.ts'
import { seenNodes, statusOf } from '../../../src/answer/status/status.ts'
import { nodeProxyOf } from '../../../src/answer/verify/node-proxy.ts'
import { packetsOn } from '../../../src/answer/verify/packets.ts'
import type { Packet } from '../../../src/answer/verify/packets.ts'
import type { NodeProxy, ProxySettings } from '../../../src/cluster/expected/node-proxy.ts'
import { bridgeScript } from '../../../src/rollout/bridge/script.ts'
import { brokenCapture, every, gone } from '../../broken-capture.ts'
import type { Edits } from '../../broken-capture.ts'
import { captures } from '../../kpx.ts'

const recordings = readdirSync(captures).filter((name) => name.startsWith('k1.'))

function proxyOn(node: string, scene: Scene): NodeProxy {
  const { all, server } = seenNodes(scene, [node])
  const proxy = all[0] && nodeProxyOf(all[0], server, scene).proxy
  if (!proxy) throw new Error(`nothing is known of kube-proxy on ${node}`)
  return proxy
}

const bridgeOn = (proxy: NodeProxy, { cluster }: Scene): string =>
  bridgeScript(
    proxy,
    cluster.services.map((service) => ({ service, endpoints: cluster.endpointsOf(service) })),
    60,
  )

/** As nft lists what such a script makes. */
const listed = (script: string): string => script.replaceAll(/^(?:add|delete) table .*\n/gm, '')

const saves = ['iptables-save.txt', 'ip6tables-save.txt']
const others = ['ipset-save.txt', 'ipvsadm-list.txt', 'proc-net-ip_vs.txt', 'nft-list-ruleset.json']

/** A node's files without kube-proxy's rules, and with those of the bridge. */
function bridged(node: string, bridge: string): Edits {
  const file = (name: string): string => `nodes/${node}/${name}`
  return {
    ...Object.fromEntries(others.map((name) => [file(name), gone])),
    ...Object.fromEntries(saves.map((name) => [file(name), every(/KUBE-/)])),
    [file('ipvsadm-save.txt')]: () => '',
    [file('nft-list-ruleset.txt')]: () => listed(bridge),
  }
}

const beside = (node: string, bridge: string): Edits => ({
  [`nodes/${node}/nft-list-ruleset.json`]: gone,
  [`nodes/${node}/nft-list-ruleset.txt`]: (text) => `${text}${listed(bridge)}`,
})

/** What becomes of packets otherwise than it should, but for affinity. */
const differences = (packets: readonly Packet[]): string[] =>
  packets.flatMap(({ differences: all, label }) =>
    all.filter(({ kind }) => kind !== 'affinity').map(({ kind, what }) => `${kind} ${label}: ${what}`),
  )

/** What is refused it leaves alone. */
const isDone = ({ expected }: Packet): boolean => expected.verdict === 'deliver' || expected.verdict === 'drop'

for (const recording of recordings) {
  describe(`the bridge on the nodes of ${recording}`, () => {
    let whole: Scene
    const nodes = (): readonly string[] => whole.capture.nodes

    before(async () => {
      whole = sceneOf(await brokenCapture(recording, {}))
    })

    it("does what kube-proxy's rules should, but for affinity", async () => {
      for (const node of nodes()) {
        const proxy = proxyOn(node, whole)
        const capture = await brokenCapture(recording, bridged(node, bridgeOn(proxy, whole)))
        const scene = sceneOf(capture)
        const packets = packetsOn(proxy, scene.cluster.services, scene).filter(isDone)
        expect(packets.length).to.be.greaterThan(20)
        expect(differences(packets)).to.deep.equal([])
      }
    })

    it("changes nothing beside kube-proxy's rules", async () => {
      for (const node of nodes()) {
        const proxy = proxyOn(node, whole)
        const scene = sceneOf(await brokenCapture(recording, beside(node, bridgeOn(proxy, whole))))
        const [before, after] = [whole, scene].map((one) => packetsOn(proxy, one.cluster.services, one))
        expect(after && differences(after)).to.deep.equal(before && differences(before))
      }
    })

    it('is not seen by who asks without it', async () => {
      for (const node of nodes()) {
        const bridge = bridgeOn(proxyOn(node, whole), whole)
        const capture = await brokenCapture(recording, beside(node, bridge))
        const [seen, unseen] = [sceneOf(capture), sceneWithoutBridge(capture)].map(
          ({ network }) => network.nodes.get(node)?.ruleset,
        )
        expect(seen && bridgesIn(seen).map(({ family }) => family)).to.include('ip')
        const { findings } = statusOf(sceneOf(capture), [node])
        const { message = '' } = findings.find(({ code }) => code === 'KPX3020') ?? {}
        expect(message).to.match(/^nft has ip kpx-bridge .*translates/)
        expect(unseen && bridgesIn(unseen)).to.deep.equal([])
      }
    })
  })
}

describe('the bridge of a kube-proxy that is set otherwise', () => {
  const recording = 'k1.37-iptables'
  let scene: Scene
  let proxy: NodeProxy

  before(async () => {
    scene = sceneOf(await brokenCapture(recording, {}))
    proxy = proxyOn('node1', scene)
  })

  const bridgeWith = (settings: Partial<ProxySettings>): string =>
    proxy.settings ? bridgeOn({ ...proxy, settings: { ...proxy.settings, ...settings } }, scene) : ''

  it('has NodePorts where that one has them', () => {
    const here = bridgeWith({ nodePortAddresses: ['10.200.0.0/24', '10.0.0.0/8', 'fd00:200::/64'] })
    expect(here).to.include('ip daddr { 10.0.0.0/8 } fib daddr type local meta l4proto . th dport vmap @node-ports')
    expect(here).to.include('ip6 daddr { fd00:200::/64 } fib daddr type local')
    const primary = bridgeWith({ nodePortAddresses: ['primary'] })
    expect(primary).to.include('ip daddr { 10.200.0.11/32 } fib daddr type local')
    expect(bridgeWith({ nodePortAddresses: ['localhost'] })).to.not.include('vmap @node-ports')
  })

  it('knows pods as that one does', () => {
    expect(bridgeWith({ detector: { by: 'device', device: 'veth*' } })).to.match(/iifname "veth\*" goto to-\d+\n/)
    const nobody = bridgeWith({ detector: { by: 'nothing' } })
    expect(nobody).to.match(/10\.96\.0\.1 \. tcp \. 443 : goto to-/)
  })

  it('masquerades as that one does', () => {
    expect(bridgeWith({ masqueradeBit: 31 })).to.include('meta mark & 0x80000000 != 0')
    expect(bridgeWith({ masqueradeAll: true })).to.match(/10\.96\.0\.1 \. tcp \. 443 : goto masqueraded-/)
  })

  it('is there in the families of the node that have something to do', () => {
    const tables = (of: NodeProxy): string[] => bridgeOn(of, scene).match(/^table \S+/gm) ?? []
    expect(tables(proxy)).to.deep.equal(['table ip', 'table ip6'])
    expect(tables({ ...proxy, addresses: proxy.addresses.filter((one) => typeof one === 'number') })).to.deep.equal([
      'table ip',
    ])
    expect(bridgeScript(proxy, [], 60)).to.equal('')
  })
})
