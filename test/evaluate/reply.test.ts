/** Whether the answer comes back: to a pod that no list has, and to an address that every node has for itself. */
import { expect } from 'chai'
import { outcomesOn } from '../../src/answer/frontend-outcomes.ts'
import { sceneOf } from '../../src/answer/scene.ts'
import { frontendsOf } from '../../src/cluster/frontend.ts'
import { broken, brokenCapture, gone, replaced } from '../broken-capture.ts'

describe('the answer', () => {
  it('comes back to a pod of the node that is in no list', async () => {
    const scene = sceneOf(await brokenCapture('k1.37-iptables', { 'objects/pods.json': gone }))
    const service = scene.cluster.services.find(({ name }) => name === 'web')
    const port = service?.ports[0]
    if (!service || !port) throw new Error('no Service web')
    for (const node of ['node1', 'node2']) {
      const [frontend] = frontendsOf(service, port)
      const met = frontend && outcomesOn(node, { service, port, frontend }, ['pod'], scene)
      expect(met?.senders.pod).to.match(/^pod 10\.244\./)
      expect(met?.from.pod?.map(({ reply }) => reply)).to.deep.equal(['ok', 'ok', 'ok'])
    }
  })

  it("is lost where a node in ipvs mode sends from a Service's address to another node", async () => {
    const elsewhere = (text: string): string =>
      replaced(text, '-a -t 203.0.113.11:80 -r 10.244.2.3:9000', '-a -t 203.0.113.11:80 -r 10.244.0.2:8080')
    const from = (text: string): string => replaced(text, '0AF40203:2328', '0AF40002:1F90')
    const ask = await broken('k1.37-ipvs', {
      'nodes/node3/ipvsadm-save.txt': elsewhere,
      'nodes/node3/ipvsadm-list.txt': gone,
      'nodes/node3/proc-net-ip_vs.txt': (text) =>
        text.replace(/(CB00710B:0050 rr {2}\n.*?)0AF40203:2328/, (whole) => from(whole)),
    })
    const [outcome] = ask('node/node3', 'tcp/203.0.113.11:80')
    expect(outcome).to.deep.include({
      verdict: 'deliver',
      masquerade: false,
      sourceSeen: '203.0.113.11',
      reply: 'lost',
    })
    const [local] = (await broken('k1.37-ipvs', {}))('node/node3', 'tcp/203.0.113.11:80')
    expect(local?.reply).to.equal('ok')
  })
})
