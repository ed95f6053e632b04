/** Rulesets that were made to take forever, or that no kernel would take: the answer is unknown, and comes. */
import { expect } from 'chai'
import { outcomesOf } from './node-files.ts'
import type { Files } from './node-files.ts'

const many = (n: number, one: (i: number) => string): string => Array.from({ length: n }, (_, i) => one(i)).join('')

const iptables = (tables: string): Files => ({ 'iptables-save.txt': tables, 'sysctl.txt': 'net/ipv4/ip_forward = 1\n' })

const nft = (tables: string): Files => ({ 'proxyMode.txt': 'nftables\n', 'nft-list-ruleset.txt': tables })

const natRule = (rule: string): Files =>
  nft(`table ip t {\n\tchain c {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n\t\t${rule}\n\t}\n}\n`)

function told(files: Files): readonly string[] {
  const outcomes = outcomesOf(files, '192.0.2.1', '10.96.0.1:80')
  expect(outcomes.reduce((sum, { share }) => sum + share, 0)).to.be.closeTo(1, 1e-6)
  return outcomes.map(({ verdict, why }) => `${verdict}: ${why}`)
}

const coins = (chain: string): string =>
  many(20, (i) => `-A ${chain} -m statistic --mode random --probability 0.50000000000 -j MARK --or-mark ${2 ** i}\n`)

describe('endless rulesets', () => {
  it('that branch in one table after the other are given up', () => {
    const files = iptables(
      `*raw\n:PREROUTING ACCEPT [0:0]\n${coins('PREROUTING')}COMMIT\n*filter\n:FORWARD ACCEPT [0:0]\n${coins('FORWARD')}COMMIT\n`,
    )
    expect(told(files)).to.include('unknown: the rules branch too often')
  })

  it('that jump to each chain twice are given up', () => {
    const chains = many(40, (i) => `-A C${i} -j C${i + 1}\n-A C${i} -j C${i + 1}\n`)
    const files = iptables(`*nat\n:PREROUTING ACCEPT [0:0]\n:C40 - [0:0]\n-A PREROUTING -j C0\n${chains}COMMIT\n`)
    expect(told(files)).to.deep.equal(['unknown: the rules jump too often'])
  })

  for (const jump of ['-j', '-g']) {
    it(`that ${jump} from chain to chain to chain are given up`, () => {
      const chains = many(50_000, (i) => `-A C${i} ${jump} C${i + 1}\n`)
      const files = iptables(`*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING ${jump} C0\n${chains}COMMIT\n`)
      expect(told(files)).to.deep.equal(['unknown: the rules jump too deep'])
    })
  }

  it('of a thousand chains of one priority do not try a thousand orders', () => {
    const tables = many(
      1000,
      (i) =>
        `table ip t${i} {\n\tchain c {\n\t\ttype filter hook forward priority filter; policy accept;\n\t\tmeta mark set ${i}\n\t}\n}\n`,
    )
    const [answer = ''] = told(nft(tables))
    expect(answer).to.match(/^unknown: nft's ip t999 c and .* and 988 more have the same priority/)
  })

  it('with random numbers of any size are unknown where no Service has so many endpoints', () => {
    expect(
      told(natRule('dnat to numgen random mod 3 map { 0 : 10.0.0.1, 1 : 10.0.0.2, 2 : 10.0.0.3 }')),
    ).to.have.length(3)
    for (const expression of ['numgen random mod 4294967295', 'numgen inc mod 0']) {
      expect(told(natRule(`${expression} vmap { 0 : drop }`))[0]).to.match(/^unknown: numgen mod \d+ is not known/)
    }
    const twice = 'numgen random mod 5000 . numgen random mod 5000'
    expect(told(natRule(`${twice} vmap { 0 . 0 : drop }`))[0]).to.match(/^unknown: several random numbers/)
    expect(told(natRule('numgen random mod 4 & 1 == 0 drop'))[0]).to.match(/^unknown: a random number with &/)
  })

  it('with addresses, ports and prefixes that are none are unknown', () => {
    expect(told(natRule('dnat to fd00::1'))).to.deep.equal(['unknown: the address of dnat cannot be told'])
    expect(told(natRule('dnat to 10.0.0.1:99999'))).to.deep.equal(['unknown: the port of dnat cannot be told'])
    expect(told(natRule('dnat to ip daddr map { 10.96.0.1 : 10.0.0.1 . x }'))).to.deep.equal([
      'unknown: the port of dnat cannot be told',
    ])
    expect(told(natRule('redirect to :99999'))).to.deep.equal(['unknown: the port of redirect cannot be told'])
    for (const length of ['33', '129', '9'.repeat(400)]) {
      expect(told(natRule(`ip daddr 10.96.0.0/${length} drop`))[0]).to.match(/^unknown: the prefix 10\.96\.0\.0\//)
    }
  })
})
