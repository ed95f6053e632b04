import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { captures } from '../kpx.ts'
import { dispatchRule, serviceChains } from './iptables-save.ts'
import type { BenchService } from './services.ts'

/** Plain Services of the recording, of which kube-proxy wrote what the generator writes. */
const recorded: readonly BenchService[] = [
  {
    namespace: 'shop',
    name: 'web',
    portName: 'http',
    clusterIP: '10.96.152.143',
    port: 80,
    endpoints: ['10.244.0.2:8080', '10.244.1.2:8080', '10.244.1.3:8080'],
  },
  {
    namespace: 'shop',
    name: 'cart',
    portName: '',
    clusterIP: '10.96.67.157',
    port: 9000,
    endpoints: ['10.244.0.3:9000'],
  },
]

describe('the generated dump', () => {
  it('has the chains and rules that kube-proxy wrote for the same Services, in iptables-save’s order', () => {
    const lines = readFileSync(`${captures}/k1.37-iptables/nodes/node1/iptables-save.txt`, 'utf8').split('\n')
    const { chains, rules } = serviceChains(recorded, '10.244.0.0/16')
    const wanted = new Set([...chains, ...rules])
    expect(lines.filter((line) => wanted.has(line))).to.deep.equal([...chains, ...rules])
    for (const service of recorded) expect(lines).to.include(dispatchRule(service))
  })
})
