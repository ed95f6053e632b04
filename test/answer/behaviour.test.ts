import { readdirSync } from 'node:fs'
import { expect } from 'chai'
import { explainService } from '../../src/answer/explain-service.ts'
import type { ServiceExplanation } from '../../src/answer/explain-service.ts'
import { sceneOf } from '../../src/answer/scene.ts'
import type { Scene } from '../../src/answer/scene.ts'
import { readCapture } from '../../src/capture/read.ts'
import type { Service } from '../../src/cluster/objects.ts'
import { brokenCapture, gone, replaced } from '../broken-capture.ts'
import type { Edits } from '../broken-capture.ts'
import { captures } from '../kpx.ts'

type Behaviour = ServiceExplanation['behaviour']

const recordings = readdirSync(captures).filter((file) => file.startsWith('k'))
const recording = 'k1.37-iptables'

/** What is said of a Service whose spec may ask for something else than the rules were made for. */
function said(name: string, scene: Scene, asked: Partial<Service> = {}): Behaviour {
  const service = scene.cluster.services.find((one) => one.name === name)
  if (!service) throw new Error(`no Service ${name}`)
  return explainService({ ...service, ...asked }, scene.capture.nodes, scene).behaviour
}

const about = (topic: Behaviour[number]['about'], behaviour: Behaviour): Behaviour =>
  behaviour.filter((one) => one.about === topic)

const broken = async (edits: Edits): Promise<Scene> => sceneOf(await brokenCapture(recording, edits))
const both = (edit: (text: string) => string): Edits => ({
  'nodes/node1/iptables-save.txt': edit,
  'nodes/node2/iptables-save.txt': edit,
})

describe('what a Service does', () => {
  let scene: Scene
  before(async () => (scene = sceneOf(await readCapture(`${captures}/${recording}`))))

  for (const name of recordings) {
    it(`is what it asks for everywhere in ${name}, and what the outcomes say`, async () => {
      const own = sceneOf(await readCapture(`${captures}/${name}`))
      for (const service of own.cluster.services) {
        const { behaviour, ports } = explainService(service, own.capture.nodes, own)
        expect(behaviour.filter(({ holds }) => holds !== true)).to.deep.equal([])
        const pods = ports.flatMap(({ frontends }) =>
          frontends.flatMap(({ nodes }) =>
            nodes.flatMap(({ from }) =>
              Object.values(from).flatMap((all) => all.flatMap(({ endpoint }) => endpoint ?? [])),
            ),
          ),
        )
        const count = new Set(pods.map(({ ip, pod }) => pod ?? ip)).size
        const text = about('endpoints', behaviour)[0]?.text
        if (count > 1) expect(text).to.match(new RegExp(`^Connections go to ${count} pods, \\d+(\\.\\d)?% to each\\.$`))
        else
          expect(text).to.match(
            count === 1 ? /^Connections go to \S+(?: on \S+)?\.$/ : /^No endpoint is ready|^kube-proxy does/,
          )
      }
    })
  }

  it('is told for policies, source ranges, affinity and masquerade', () => {
    expect(said('cart-local', scene).map(({ text }) => text)).to.deep.equal([
      'Connections go to shop/cart-6589c5886f-wb4jv on node1.',
      'External traffic policy Local: clients outside reach only pods of the node that they come in by; node2 has none ready, so their packets are dropped there.',
      "Pods see the client's own address, but the node's (masquerade) for clients outside at ClusterIP.",
    ])
    expect(about('loadBalancerSourceRanges', said('web-lb', scene))).to.deep.equal([
      {
        about: 'loadBalancerSourceRanges',
        text: "Source ranges 10.200.0.12/32 and 198.51.100.0/24: others, pods among them, are dropped at the load balancer's address.",
        holds: true,
      },
    ])
    expect(said('web-sticky', scene)[1]?.text).to.match(/^Session affinity ClientIP, 600 s asked for: a client keeps/)
    expect(said('idle', scene)).to.deep.equal([
      { about: 'endpoints', text: 'No endpoint is ready: connections are refused.', holds: true },
    ])
  })

  it('differs from what is asked for where the rules do not do it', () => {
    const asked = (name: string, spec: Partial<Service>) =>
      said(name, scene, spec).filter(({ holds }) => holds === false)
    expect(asked('web', { internalTrafficPolicy: 'Local' }).map(({ text }) => text)).to.deep.equal([
      'Internal traffic policy Local: clients reach only pods of their own node; but node1 and node2 send some of them to pods of other nodes.',
    ])
    const external = asked('web-np', { externalTrafficPolicy: 'Local' })
    expect(external.map((one) => one.about)).to.deep.equal(['externalTrafficPolicy', 'source'])
    expect(external[1]?.text).to.match(/though the external traffic policy Local should keep it\.$/)
    expect(asked('web', { affinitySeconds: 60 })[0]?.text).to.match(
      /but the rules of node1 and node2 do not all remember/,
    )
    expect(asked('web-sticky', { affinitySeconds: undefined })[0]?.text).to.match(
      /^Session affinity none, but on node1/,
    )
    const open = asked('web-lb', { loadBalancerSourceRanges: [] })
    expect(open.map((one) => one.about)).to.deep.equal(['refusals'])
    expect(open[0]?.text).to.match(/to LoadBalancer 203\.0\.113\.10:80: dropped by -A KUBE-PROXY-FIREWALL/)
  })

  it('says that source ranges are open where others get through, and that they close nothing without an address', async () => {
    const open = await broken(both((text) => replaced(text, /^(-A KUBE-FW-\S+) -s 198\.51\.100\.0\/24/gm, '$1')))
    expect(about('loadBalancerSourceRanges', said('web-lb', open))[0]).to.deep.include({ holds: false })
    expect(about('loadBalancerSourceRanges', said('web-lb', open))[0]?.text).to.match(
      /but others get through on node1 and node2\.$/,
    )
    const ranges = { loadBalancerSourceRanges: ['198.51.100.0/24'] }
    expect(about('loadBalancerSourceRanges', said('web', scene, ranges))[0]?.text).to.match(
      / close nothing on the nodes/,
    )
    expect(
      about('loadBalancerSourceRanges', said('web-lb', scene, { loadBalancerSourceRanges: ['0.0.0.0/0'] }))[0]?.text,
    ).to.match(/everyone is allowed/)
  })

  it('names endpoints that the API does not list, and ready ones that get nothing', async () => {
    const stale = await broken(both((text) => replaced(text, /10\.244\.0\.2:8080/g, '10.244.0.99:8080')))
    const [endpoints] = said('web', stale)
    expect(endpoints?.holds).to.equal(false)
    expect(endpoints?.text).to.include('but the API lists no such endpoint as 10.244.0.99:8080')
    expect(endpoints?.text).to.match(/but none to shop\/web-\S+ \(10\.244\.0\.2\), though ready\.$/)
  })

  it('explains what another rule drops, with the rule', async () => {
    const firewall = await broken({
      'nodes/node2/iptables-save.txt': (text) =>
        replaced(text, /^(-A FORWARD)/m, '-A FORWARD -d 10.244.0.2/32 -j DROP\n$1'),
    })
    const refusals = about('refusals', said('web', firewall))
    expect(about('endpoints', said('web', firewall))[0]?.text).to.equal('Connections go to 3 pods.')
    expect(refusals).to.have.length(1)
    expect(refusals[0]?.text).to.match(
      /on node2 to ClusterIP \S+: dropped by -A FORWARD -d 10\.244\.0\.2\/32 -j DROP\.$/,
    )
  })

  it('says what it cannot tell', async () => {
    const blind = await broken({
      'nodes/node1/iptables-save.txt': gone,
      'nodes/node1/ip6tables-save.txt': gone,
      'nodes/node1/nft-list-ruleset.txt': gone,
      'nodes/node1/nft-list-ruleset.json': gone,
    })
    const unseen = about('blind', said('web', blind))
    expect(unseen[0]).to.deep.include({ holds: null })
    expect(unseen[0]?.text).to.match(/^What happens on node1 and node2 cannot all be told: /)
    const unplaced = about('internalTrafficPolicy', said('legacy-db', scene, { internalTrafficPolicy: 'Local' }))
    expect(unplaced[0]).to.deep.include({ holds: null })
    expect(unplaced[0]?.text).to.match(/on which node some endpoints are is not recorded\.$/)
    const { capture } = scene
    const list = (name: string) => (name === 'endpointslices' ? undefined : capture.list(name))
    const unlisted = sceneOf({ ...capture, list })
    expect(about('externalTrafficPolicy', said('cart-local', unlisted))[0]).to.deep.include({ holds: null })
    expect(about('externalTrafficPolicy', said('cart-local', unlisted))[0]?.text).to.match(/are dropped on node2\.$/)
    expect(said('idle', unlisted)[0]?.text).to.match(
      /^No packet reaches an endpoint, and which there are is not recorded/,
    )
  })
})
