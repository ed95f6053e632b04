/** A table's chains are found as in a Map of their names. */
import { expect } from 'chai'
import fc from 'fast-check'
import { IptablesChains } from '../../src/decode/iptables-chains.ts'

const source = { at: (line: number) => ({ file: 'dump', line }), rulesOf: () => [] }

function chainsOf(names: readonly string[]): { chains: IptablesChains; first: Map<string, number> } {
  const chains = new IptablesChains(names.join(' '), source)
  const first = new Map<string, number>()
  let start = 0
  for (const [i, name] of names.entries()) {
    const number = chains.add(start, start + name.length, i + 1)
    expect(number, name).to.equal(first.has(name) ? -1 : first.size)
    if (!first.has(name)) first.set(name, i + 1)
    start += name.length + 1
  }
  return { chains, first }
}

describe('the chains of a table', () => {
  it('are those of a Map of their names, in the order of their declarations', () => {
    const name = fc.oneof(fc.stringMatching(/^[A-C]{1,3}$/), fc.stringMatching(/^KUBE-SEP-[A-Z2-7]{16}$/), fc.string())
    fc.assert(
      fc.property(fc.array(name, { maxLength: 200 }), name, (names, other) => {
        const { chains, first } = chainsOf(names)
        expect([...chains.keys()]).to.deep.equal([...first.keys()])
        expect([...chains].map(([key, chain]) => [key, chain.name, chain.at.line])).to.deep.equal(
          [...first].map(([key, line]) => [key, key, line]),
        )
        for (const one of [...names, other]) {
          expect(chains.has(one), one).to.equal(first.has(one))
          expect(chains.get(one)?.at.line, one).to.equal(first.get(one))
          expect(chains.get(one), one).to.equal(chains.get(one))
        }
      }),
    )
  })

  it('tell their base chains without the others', () => {
    const chains = new IptablesChains('A INPUT', source)
    chains.add(0, 1, 1)
    const hook = { type: 'filter', hook: 'input', priority: 0, policy: 'drop' } as const
    chains.add(2, 7, 2, { hook })
    expect(chains.bases.map(({ base, name }) => [name, base])).to.deep.equal([['INPUT', hook]])
  })
})
