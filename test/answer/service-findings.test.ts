import { expect } from 'chai'
import { explainService } from '../../src/answer/explain-service.ts'
import { findService } from '../../src/answer/lookup.ts'
import { sceneOf } from '../../src/answer/scene.ts'
import { brokenCapture, replaced } from '../broken-capture.ts'
import type { Edits } from '../broken-capture.ts'

async function findings(service: string, edits: Edits) {
  const capture = await brokenCapture('k1.37-iptables', edits)
  const scene = sceneOf(capture)
  return explainService(findService('shop', service, scene), capture.nodes, scene).findings
}

const rules = 'nodes/node1/iptables-save.txt'

describe('findings of a Service', () => {
  it('are none where all is well, where an endpoint is no pod, and where packets are refused', async () => {
    for (const service of ['web', 'web-lb', 'legacy-db', 'idle']) expect(await findings(service, {})).to.deep.equal([])
  })

  it('KPX3001: an endpoint that no EndpointSlice has, with the rule', async () => {
    const [found, ...others] = await findings('web', {
      [rules]: (text) => replaced(text, /10\.244\.0\.2:8080/g, '10.244.0.99:8080'),
    })
    expect(others).to.deep.equal([])
    expect(found).to.include({ code: 'KPX3001', level: 'error', object: 'Service shop/web', node: 'node1' })
    expect(found?.message).to.match(
      /^from pod \S+ to 10\.96\.\S+:80\/TCP: translated to 10\.244\.0\.99:8080; no EndpointSlice/,
    )
    expect(found?.evidence[0]?.text).to.include('--to-destination 10.244.0.99:8080')
  })

  it('KPX3002: answers that do not come back through the node that translated', async () => {
    const found = await findings('web', {
      'nodes/node1/sysctl.txt': (text) =>
        replaced(text, 'net/bridge/bridge-nf-call-iptables = 1', 'net/bridge/bridge-nf-call-iptables = 0'),
    })
    expect(found.map(({ code, node }) => [code, node])).to.deep.equal([['KPX3002', 'node1']])
  })

  it('KPX3003: a packet of which nothing certain can be said, with the line', async () => {
    const found = await findings('web', {
      [rules]: (text) => replaced(text, /^(-A FORWARD .*)$/m, '-A FORWARD -m mystery -j DROP\n$1'),
    })
    expect(found[0]).to.include({ code: 'KPX3003', level: 'warning', node: 'node1' })
    expect(found[0]?.evidence.at(-1)?.text).to.equal('-A FORWARD -m mystery -j DROP')
  })
})
