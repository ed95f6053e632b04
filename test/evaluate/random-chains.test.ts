/** Whatever the rules, every packet gets an answer, and shares are of one whole. */
import { expect } from 'chai'
import fc from 'fast-check'
import { outcomesOf } from './node-files.ts'

const chains = ['A', 'B', 'C', 'D', 'E']
const target = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...chains).map((name) => `-j ${name}`) },
  { weight: 1, arbitrary: fc.constantFrom(...chains).map((name) => `-g ${name}`) },
  fc.constantFrom('-j RETURN', '-j ACCEPT', '-j MARK --set-xmark 0x4000/0x4000', '-j MISSING', ''),
  fc.integer({ min: 2, max: 9 }).map((host) => `-j DNAT --to-destination 10.244.0.${host}:80`),
)
const match = fc.constantFrom(
  '',
  '-p tcp -m tcp --dport 80',
  '-p udp',
  '-m statistic --mode random --probability 0.33333333349',
  '-m statistic --mode random --probability 0.50000000000',
  '-m mark --mark 0x4000/0x4000',
  '-m mystery --thing 1',
  '! -s 10.244.0.0/16',
)
const rules = fc.array(fc.tuple(fc.constantFrom('PREROUTING', ...chains), match, target), { maxLength: 24 })

const saved = (lines: readonly (readonly [string, string, string])[]): string =>
  [
    '*nat',
    ':PREROUTING ACCEPT [0:0]',
    ...chains.map((name) => `:${name} - [0:0]`),
    ...lines.map(([chain, test, to]) => ['-A', chain, test, to].filter((word) => word !== '').join(' ')),
    'COMMIT\n',
  ].join('\n')

const answered = (text: string) => outcomesOf({ 'iptables-save.txt': text }, '192.0.2.1', '10.96.0.1:80')

describe('random chains', () => {
  it('end, with shares that add up to 1 and a line for what is unknown', () => {
    fc.assert(
      fc.property(rules, (lines) => {
        const outcomes = answered(saved(lines))
        expect(outcomes.reduce((sum, { share }) => sum + share, 0)).to.be.closeTo(1, 1e-6)
        expect(
          outcomes.filter(({ evidence, verdict }) => verdict === 'unknown' && evidence.length === 0),
        ).to.deep.equal([])
      }),
      { numRuns: 500 },
    )
  })

  it('that jump in circles are answered with the line that closes the circle', () => {
    const [outcome] = answered(
      saved([
        ['PREROUTING', '', '-j A'],
        ['A', '', '-j B'],
        ['B', '', '-g A'],
      ]),
    )
    expect(outcome).to.include({ verdict: 'unknown', why: 'the rules jump in circles: A is entered again' })
    expect(outcome?.evidence.map(({ text }) => text)).to.deep.equal(['-A B -g A'])
  })

  it('of n equal endpoints give each 1/n, whatever n', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), (n) => {
        const lines = Array.from({ length: n }, (_, i): [string, string, string] => [
          'PREROUTING',
          i === n - 1 ? '' : `-m statistic --mode random --probability ${(1 / (n - i)).toFixed(11)}`,
          `-j DNAT --to-destination 10.1.0.${i}:80`,
        ])
        const shares = answered(saved(lines)).map(({ share }) => share)
        expect(shares).to.have.length(n)
        for (const share of shares) expect(share).to.be.closeTo(1 / n, 1e-9)
      }),
    )
  })

  it('of any length give the packet to the first rule that matches', () => {
    // what the packet to 10.96.0.1:80 by TCP must match, and what it does not
    const matching = [
      '-d 10.96.0.1/32',
      '-p tcp -m tcp --dport 80',
      '-d 10.96.0.0/16',
      '-d 10.96.0.1/32 -p tcp -m tcp --dport 80',
    ]
    const others = [
      '-d 10.96.0.2/32',
      '-p tcp -m tcp --dport 81',
      '-d 10.97.0.0/16',
      '-d 10.96.0.1/32 -p udp',
      '! -d 10.96.0.1/32',
    ]
    const at = fc.nat(79)
    const lines = fc
      .subarray(others, { minLength: 1 })
      .chain((some) => fc.array(fc.constantFrom(...some), { minLength: 80, maxLength: 80 }))
    fc.assert(
      fc.property(
        lines,
        fc.dictionary(at.map(String), fc.constantFrom(...matching), { minKeys: 1, maxKeys: 5 }),
        (misses, hits) => {
          const first = Math.min(...Object.keys(hits).map(Number))
          const all = misses.map((miss, i): [string, string, string] => [
            'PREROUTING',
            hits[i] ?? miss,
            `-j DNAT --to-destination 10.1.0.${i}:80`,
          ])
          expect(answered(saved(all)).map(({ endpoint }) => endpoint?.ip)).to.deep.equal([`10.1.0.${first}`])
        },
      ),
    )
  })

  it('of many branches end in something unknown rather than never', () => {
    const coin = '-m statistic --mode random --probability 0.50000000000'
    const lines = Array.from({ length: 40 }, (_, i): [string, string, string] => [
      'PREROUTING',
      coin,
      `-j MARK --or-mark ${2 ** (i % 30)}`,
    ])
    const outcomes = answered(saved(lines))
    expect(outcomes.reduce((sum, { share }) => sum + share, 0)).to.be.closeTo(1, 1e-6)
    expect(outcomes.some(({ why }) => why === 'the rules branch too often')).to.equal(true)
  })
})
