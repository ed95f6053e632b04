import { expect } from 'chai'
import { decodeRuleset } from '../../src/decode/ruleset.ts'
import { textFile } from './recordings.ts'

const moded = (text: string) => {
  const { blind, mode } = decodeRuleset((name) => (name === 'proxyMode.txt' ? { ...textFile(text), name } : undefined))
  return { mode, blind: blind.map(({ file, why }) => `${file}: ${why}`) }
}

describe('the mode that kube-proxy names', () => {
  it('is one of kube-proxy’s', () => {
    for (const mode of ['iptables', 'ipvs', 'kernelspace']) {
      expect(moded(`${mode}\n`)).to.deep.equal({ mode, blind: [] })
    }
    expect(moded('nftables').mode).to.equal('nftables')
    expect(moded('')).to.deep.equal({ mode: undefined, blind: [] })
  })

  it('is not the page of another server, however long it is', () => {
    for (const text of ['404 page not found\n', 'iptab', '\u001b[2Jipvs', '<html>'.repeat(1_000_000)]) {
      expect(moded(text)).to.deep.equal({
        mode: undefined,
        blind: ['proxyMode.txt: it names no mode of kube-proxy'],
      })
    }
  })
})
