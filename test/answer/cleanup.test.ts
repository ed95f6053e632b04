/** Who takes away what a mode has left: facts by release, beside src/answer/status/cleanup.ts. */
import { expect } from 'chai'
import { remedyFor } from '../../src/answer/status/cleanup.ts'

describe('what a mode has left', () => {
  for (const [left, running, version, cleans] of [
    ['iptables', 'nftables', 'v1.29.0', true],
    ['ipvs', 'nftables', 'v1.37.1', true],
    ['iptables', 'nftables', 'v1.28.9', false],
    ['nftables', 'iptables', 'v1.31.0', true],
    ['nftables', 'ipvs', 'v1.31.0', true],
    // only with a feature gate
    ['nftables', 'iptables', 'v1.30.4', false],
    ['ipvs', 'iptables', 'v1.37.1', false],
    ['iptables', 'ipvs', 'v1.37.1', false],
    ['nftables', 'iptables', undefined, undefined],
  ] as const) {
    it(`is ${cleans === true ? '' : 'not '}taken away by kube-proxy ${version} as it starts: ${left} beside ${running}`, () => {
      const remedy = remedyFor(left, running, version)
      expect(remedy.includes('removes it when it starts')).to.equal(cleans === true)
      expect(remedy.includes('never removes it')).to.equal(cleans === false)
      expect(remedy).to.include('kpx cleanup')
    })
  }
})
