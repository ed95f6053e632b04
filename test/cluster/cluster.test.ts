import { expect } from 'chai'
import type { Capture } from '../../src/capture/capture.ts'
import { Cluster } from '../../src/cluster/cluster.ts'
import { KpxError } from '../../src/error.ts'
import { explainService } from '../../src/answer/explain-service.ts'
import { sceneOf } from '../../src/answer/scene.ts'
import { explainServiceView } from '../../src/view/explain-service.ts'
import { style } from '../../src/view/style.ts'

const service = (name: string | undefined, clusterIP: string) => ({
  metadata: { namespace: 'shop', name },
  spec: { clusterIP, ports: [{ port: 80 }] },
})

const captureOf = (objects: Readonly<Record<string, readonly unknown[]>>): Capture => ({
  name: 'test',
  path: 'test',
  flags: '--from test',
  nodes: [],
  file: () => undefined,
  files: () => [],
  list: (name) => objects[name],
  blind: () => [],
  reached: () => undefined,
})

describe('a cluster whose lists', () => {
  it('have an object twice uses the first, and says so in every answer', () => {
    const capture = captureOf({ services: [service('web', '10.0.0.1'), service('web', '10.0.0.2'), service('a', '')] })
    const scene = sceneOf(capture)
    const [, web] = scene.cluster.services
    expect(scene.cluster.services.map(({ name }) => name)).to.deep.equal(['a', 'web'])
    expect(web?.clusterIPs).to.deep.equal(['10.0.0.1'])
    if (!web) throw new Error('no Service web')
    const explanation = explainService(web, [], scene)
    const notes = ['objects/services.json has Service shop/web more than once; kpx uses the first']
    expect(explanation.seen).to.deep.equal({ nodes: [], of: 0, blind: [], notes })
    const view = explainServiceView(explanation, { width: 100, wide: false, limit: 20, style: style(false) })
    expect(view).to.match(/\nnote: objects\/services\.json has Service shop\/web more than once; kpx uses the first\n$/)
  })

  it('have what is no object of the API leaves it out, and counts it', () => {
    const strange = [
      null,
      7,
      'x',
      [],
      {},
      { metadata: null },
      service(undefined, '10.0.0.9'),
      service('web', '10.0.0.1'),
    ]
    const cluster = new Cluster(captureOf({ services: strange, nodes: strange, pods: strange }))
    expect(cluster.services.map(({ name }) => name)).to.deep.equal(['web'])
    expect(cluster.notes).to.deep.equal(['objects/services.json has 7 entries without a name, which kpx leaves out'])
    expect([cluster.nodes.length, cluster.pods.length, cluster.endedPods.length]).to.deep.equal([1, 1, 0])
    expect(cluster.notes).to.have.length(3)
  })

  it('are under each other’s names are refused, and among others only their own kind counts', () => {
    const pod = { kind: 'Pod', metadata: { name: 'p' } }
    const web = { kind: 'Service', ...service('web', '10.0.0.1') }
    const named = (...services: readonly unknown[]) =>
      new Cluster(captureOf({ services })).services.map(({ name }) => name)
    expect(named(pod, web, service('old', '10.0.0.2'))).to.deep.equal(['old', 'web'])
    expect(() => named(pod, pod)).to.throw(KpxError, 'test/objects/services.json holds objects of kind Pod')
  })

  it('are whole need no note', () => {
    const cluster = new Cluster(captureOf({ services: [service('a', '10.0.0.1'), service('b', '10.0.0.2')] }))
    expect([cluster.services.length, cluster.notes]).to.deep.equal([2, []])
  })
})
