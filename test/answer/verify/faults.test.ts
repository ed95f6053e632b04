/** kpx verify finds nothing on healthy nodes, and each fault of the rules with its node and its Services. */
import { expect } from 'chai'
import { faults } from './faults.ts'
import { found, verified } from './verified.ts'

describe('verify', () => {
  for (const recording of [
    'k1.23-iptables',
    'k1.33-iptables',
    'k1.33-nftables',
    'k1.37-iptables',
    'k1.37-ipvs',
    'k1.37-nftables',
  ]) {
    it(`finds nothing in ${recording}`, async () => {
      const { compared, findings, ok } = await verified(recording)
      expect(findings).to.deep.equal([])
      expect(ok).to.equal(true)
      expect(compared.packets).to.be.at.least(80)
    })
  }

  for (const { edits, found: expected, recording, says, what } of faults) {
    it(`finds ${what} in ${recording}`, async () => {
      const verification = await verified(recording, edits)
      expect(found(verification)).to.deep.equal(expected)
      expect(verification.findings[0]?.message ?? '').to.include(says)
    })
  }
})
