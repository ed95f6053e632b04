import { expect } from 'chai'
import { describeDestination, parseDestination } from '../../src/answer/destination.ts'
import { chooseOne, findService } from '../../src/answer/lookup.ts'
import { sceneOf } from '../../src/answer/scene.ts'
import type { Scene } from '../../src/answer/scene.ts'
import { parseSource } from '../../src/answer/source.ts'
import { readCapture } from '../../src/capture/read.ts'
import { captures } from '../kpx.ts'

describe('names', () => {
  let scene: Scene
  before(async () => (scene = sceneOf(await readCapture(`${captures}/k1.37-iptables`))))

  const sources = (text: string, namespace = 'default') =>
    parseSource(text, namespace, scene, ['node1', 'node2']).map(({ label }) => label)
  const destinations = (text: string, namespace = 'default') =>
    parseDestination(text, namespace, scene).map(describeDestination)

  it('of sources, in full and short', () => {
    const client = 'pod shop/client-9lzwx'
    for (const [text, labels, namespace] of [
      ['pod/shop/client-9lzwx', [client]],
      ['shop/client-9lzwx', [client]],
      ['pod/client-9lzwx', [client], 'shop'],
      ['client-9lzwx', [client], 'shop'],
      ['10.244.0.4', [client]],
      ['fd00:10:244::4', [client]],
      ['node/node1', ['node node1']],
      ['node1', ['node node1']],
      ['10.200.0.11', ['node node1']],
      ['outside/node2', ['outside node2']],
      ['outside/node2/198.51.100.7', ['outside node2/198.51.100.7']],
      ['outside', ['outside node1', 'outside node2']],
      ['198.51.100.7', ['outside node1/198.51.100.7', 'outside node2/198.51.100.7']],
    ] as const) {
      expect(sources(text, namespace), text).to.deep.equal(labels)
    }
  })

  it('near to one that is not there are offered, the nearest first and no more than three', () => {
    for (const [name, fix] of [
      ['wbe', 'did you mean shop/web?'],
      ['web-stick', 'did you mean shop/web-sticky?'],
      ['web-', /^did you mean shop\/web or shop\/web-(?:lb|np)/],
      ['nothing-like-it', 'check the name and the namespace (-n NAMESPACE)'],
      ['x'.repeat(100_000), 'check the name and the namespace (-n NAMESPACE)'],
    ] as const) {
      try {
        findService('shop', name, scene)
        throw new Error(`${name} is there`)
      } catch (error) {
        expect(error)
          .to.have.property('fix')
          .that.matches(typeof fix === 'string' ? /^/ : fix)
        if (typeof fix === 'string') expect(error).to.include({ code: 'KPX1005', fix })
        expect((error as Error).message.length).to.be.lessThan(300)
      }
    }
  })

  it('of many nodes are not all offered', () => {
    expect(chooseOne(['a', 'b'])).to.equal('choose one of a, b')
    const many = Array.from({ length: 5000 }, (_, i) => `node${i}`)
    expect(chooseOne(many)).to.match(/^choose one of node0, .*node9 or 4990 more$/)
  })

  it('a pod in its node’s network sends as the node', () => {
    const [sender] = parseSource('pod/kube-system/kube-proxy-ffpml', 'default', scene, [])
    expect(sender).to.deep.equal({ label: 'pod kube-system/kube-proxy-ffpml', source: { kind: 'node', node: 'node1' } })
  })

  it('of destinations, in full and short', () => {
    const web = ['TCP 10.96.152.143:80', 'TCP [fd00:10:96::1c56]:80']
    for (const [text, addresses, namespace] of [
      ['10.96.0.1:443', ['TCP 10.96.0.1:443']],
      ['tcp/10.96.0.1:443', ['TCP 10.96.0.1:443']],
      ['UDP/[fd00::a]:53', ['UDP [fd00::a]:53']],
      ['10.0.0.1:53/udp', ['UDP 10.0.0.1:53']],
      ['sctp 10.0.0.1:9', ['SCTP 10.0.0.1:9']],
      ['service/shop/web', web],
      ['shop/web:80', web],
      ['web:http', web, 'shop'],
      ['svc/shop/dns:dns', ['UDP 10.96.14.30:53', 'UDP [fd00:10:96::afaf]:53']],
      ['tcp/shop/dns:53', ['TCP 10.96.14.30:53', 'TCP [fd00:10:96::afaf]:53']],
      ['node/node2:30517', ['TCP 10.200.0.12:30517', 'TCP [fd00:200::12]:30517']],
      ['node2:9', ['TCP 10.200.0.12:9', 'TCP [fd00:200::12]:9']],
      ['pod/shop/client-9lzwx:8080', ['TCP 10.244.0.4:8080', 'TCP [fd00:10:244::4]:8080']],
    ] as const) {
      expect(destinations(text, namespace), text).to.deep.equal(addresses)
    }
  })

  it('that lead nowhere say what there is', () => {
    for (const [run, message] of [
      [() => sources('pod/shop/nobody'), /no pod nobody in namespace shop/],
      [() => sources('node/node3'), /no node node3$/],
      [() => sources('outside/node1/here'), /"here" is not an IP address/],
      [() => sources('nobody'), /no pod or node nobody in namespace default/],
      [() => destinations('shop/web/extra:80'), /is not a destination/],
      [() => destinations('icmp/10.0.0.1:1'), /is not a destination/],
      [() => destinations('10.0.0.1:99999'), /is not a destination/],
      [() => sources('a/b/c'), /"a\/b\/c" is not a source/],
      [() => sources(''), /"" is not a source/],
      [() => destinations(''), /"" is not a destination/],
      [() => destinations('10.0.0.1'), /"10\.0\.0\.1" is not a destination/],
      [() => destinations('[fd00::1]'), /is not a destination/],
      [() => destinations('node/node1'), /"node\/node1" is not a destination/],
      [() => destinations('node1:70000'), /is not a destination/],
      [() => destinations('shop/headless'), /has no ClusterIP/],
      [() => destinations('shop/web:81'), /has no port 81$/],
      [() => destinations('shop/webb'), /no Service webb in namespace shop/],
    ] as const) {
      expect(run).to.throw(message)
    }
  })
})
