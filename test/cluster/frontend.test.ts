import { expect } from 'chai'
import { frontendsOf } from '../../src/cluster/frontend.ts'
import { sceneOf } from '../../src/answer/scene.ts'
import { brokenCapture, replaced } from '../broken-capture.ts'

describe('frontends', () => {
  it('have canonical addresses, however the API’s object writes them', async () => {
    const capture = await brokenCapture('k1.37-iptables', {
      'objects/services.json': (text) => replaced(text, '"192.0.2.44"', '"2001:DB8:0::44"'),
    })
    const service = sceneOf(capture).cluster.services.find(({ name }) => name === 'web-lb')
    const [port] = service?.ports ?? []
    const external = service && port ? frontendsOf(service, port).filter(({ kind }) => kind === 'ExternalIP') : []
    expect(external).to.deep.equal([{ kind: 'ExternalIP', ip: '2001:db8::44', port: 80, family: 'IPv6' }])
  })
})
