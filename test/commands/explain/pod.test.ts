import { readdirSync } from 'node:fs'
import { expect } from 'chai'
import type { PodExplanation } from '../../../src/answer/explain-pod.ts'
import { sceneOf } from '../../../src/answer/scene.ts'
import { listServices } from '../../../src/answer/services.ts'
import type { ServiceItem } from '../../../src/answer/services.ts'
import { readCapture } from '../../../src/capture/read.ts'
import { explainPodView } from '../../../src/view/explain-pod.ts'
import { style } from '../../../src/view/style.ts'
import { captures, kpx } from '../../kpx.ts'

const recordings = readdirSync(captures).filter((file) => file.startsWith('k'))
const explain = async (recording: string, ...argv: string[]) =>
  kpx<PodExplanation>('explain', 'pod', ...argv, '--from', `${captures}/${recording}`)

const cart = 'cart-6589c5886f-wb4jv'

/** `shop/web ClusterIP 10.96.1.2 80/TCP IPv4 node1 0.333333`, for what gets anything. */
const keyOf = (
  service: string,
  frontend: Pick<ServiceItem, 'family' | 'ip' | 'kind' | 'port' | 'protocol'>,
  node: string,
  share: number,
) =>
  [service, frontend.kind, frontend.ip, frontend.port, frontend.protocol, frontend.family, node, share.toFixed(6)].join(
    ' ',
  )

describe('kpx explain pod', () => {
  it('shows what the pod gets of every Service, the odd node first, within 100 columns', async () => {
    const { exit, stdout } = await explain('k1.37-iptables', cart, '-n', 'shop')
    expect(exit).to.equal(0)
    expect(stdout).to.match(
      /^Pod: {5}shop\/cart-6589c5886f-wb4jv\nNode: {4}node1\nIPs: {5}10\.244\.0\.3, fd00:10:244::3\nStatus: {2}Running, ready\n/,
    )
    expect(stdout).to.match(
      /^shop\/cart\n {2}ClusterIP 10\.96\.67\.157:9000\/TCP +10\.244\.0\.3:9000 {2}ready {2}all +100% {2}masqueraded$/m,
    )
    expect(stdout).to.match(
      /^shop\/cart-itp\n.* node1 +100% .*\n +node2 +0%\n {4}internalTrafficPolicy Local: it is on node1$/m,
    )
    expect(stdout.split('\n').filter((line) => line.length > 100)).to.deep.equal([])
    expect((await explain('k1.37-iptables', `shop/${cart}`, '-o', 'wide')).stdout).to.match(/ pod shop\/client-9lzwx$/m)
  })

  it('is one document with its fields, for one node', async () => {
    const { stdout } = await explain('k1.37-iptables', `pod/shop/${cart}`, '--node', 'node2', '-o', 'json')
    const document = JSON.parse(stdout) as PodExplanation
    expect(document).to.deep.include({
      apiVersion: 'kpx/v1',
      kind: 'PodExplanation',
      pod: `shop/${cart}`,
      node: 'node1',
      ips: ['10.244.0.3', 'fd00:10:244::3'],
      phase: 'Running',
      ready: true,
      terminating: false,
      hostNetwork: false,
      why: null,
      findings: [],
    })
    const [first, second] = document.services
    expect(first).to.include({ service: 'shop/cart', listed: true, selected: true, note: null })
    expect(second?.frontends[0]?.nodes).to.deep.equal([
      {
        node: 'node2',
        from: 'pod shop/client-5jnx5',
        share: 0,
        outcomes: [],
        verdict: 'drop',
        why: 'internalTrafficPolicy Local: it is on node1',
        missing: false,
        evidence: [],
      },
    ])
  })

  it('tells headless Services, pods of none, and pods in their node’s network', async () => {
    expect((await explain('k1.37-iptables', 'shop/web-7f654fc787-bjdlw')).stdout).to.match(
      /^shop\/headless {2}headless: kube-proxy does nothing for it$/m,
    )
    const client = await explain('k1.37-iptables', 'shop/client-9lzwx')
    expect(client.stdout).to.include('no traffic of a Service: no Service selects its labels')
    const proxy = await explain('k1.37-iptables', 'kube-system/kube-proxy-ffpml')
    expect(proxy.stdout).to.include("Network:  its node's (hostNetwork): it shares the node's addresses")
    expect([client.exit, proxy.exit]).to.deep.equal([0, 0])
  })

  it('prints the Services’ names', async () => {
    expect((await explain('k1.37-iptables', `shop/${cart}`, '-o', 'name')).stdout).to.equal(
      'service/shop/cart\nservice/shop/cart-itp\nservice/shop/cart-local\n',
    )
  })

  it('stays readable at 40 columns', async () => {
    const { result } = await explain('k1.37-iptables', `shop/${cart}`)
    const text = result ? explainPodView(result, { width: 40, wide: false, limit: 20, style: style(false) }) : ''
    expect(text).to.match(
      /^ {2}FRONTEND\n {4}ClusterIP 10\.96\.67\.157:9000\/TCP\n {2}ENDPOINT {6}10\.244\.0\.3:9000\n {2}STATE {9}ready\n/m,
    )
    expect(text.split('\n').filter((line) => line.length > 40)).to.deep.equal([])
  })

  it('exits 2 for names that lead nowhere, with a next step, and 3 where nothing was seen', async () => {
    for (const [argv, code, fix] of [
      [['10.244.0.3'], 'KPX1001', 'kpx explain address 10.244.0.3'],
      [['[fd00::1]:80'], 'KPX1001', 'kpx explain address [fd00::1]:80'],
      [['a/b/c'], 'KPX1001', 'write NAME or NAMESPACE/NAME'],
      [['web-1:80'], 'KPX1001', 'write NAME or NAMESPACE/NAME'],
      [[cart], 'KPX1005', 'it is in another namespace: -n shop'],
      [[`shop/${cart}x`], 'KPX1005', `did you mean shop/${cart}?`],
    ] as const) {
      const { exit, stderr } = await explain('k1.37-iptables', ...argv)
      expect([exit, stderr.includes(code), stderr.includes(fix)], stderr).to.deep.equal([2, true, true])
    }
    const unseen = await explain('k1.37-ipvs', 'shop/cart-77cb9ffb7f-rkxbh', '--node', 'node1')
    expect(unseen.exit).to.equal(3)
    const unrecorded = await kpx('explain', 'pod', 'a', '--from', `${captures}/k1.37-ipvs/nodes/node3`)
    expect([unrecorded.exit, unrecorded.stderr.includes('KPX1009')]).to.deep.equal([3, true])
  })

  for (const recording of recordings) {
    it(`agrees with kpx services about every pod of ${recording}, and finds nothing wrong`, async () => {
      const scene = sceneOf(await readCapture(`${captures}/${recording}`))
      const { items } = listServices(scene.cluster.services, [...scene.network.nodes.keys()], scene)
      let compared = 0
      for (const { name, namespace } of scene.cluster.pods) {
        const pod = `${namespace}/${name}`
        const { exit, result } = await explain(recording, pod)
        const told = result?.services.flatMap(({ frontends, service }) =>
          frontends.flatMap((frontend) =>
            frontend.nodes.flatMap(({ node, share }) => (share > 0 ? keyOf(service, frontend, node, share) : [])),
          ),
        )
        const expected = items.flatMap((item) =>
          item.endpoints.flatMap((endpoint) =>
            endpoint.pod === pod ? keyOf(item.service, item, item.node, endpoint.share) : [],
          ),
        )
        expect(told, pod).to.have.members(expected)
        expect([exit, result?.findings], pod).to.deep.equal([0, []])
        compared += expected.length
      }
      expect(compared).to.be.greaterThan(50)
    })
  }
})
