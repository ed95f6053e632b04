import { expect } from 'chai'
import { outcomesOf } from './node-files.ts'

const client = '192.0.2.1'
const service = '10.96.0.1:80'

const nft = (name: string, to: string): string => `table ip ${name} {
\tchain nat-prerouting {
\t\ttype nat hook prerouting priority dstnat; policy accept;
\t\tip daddr 10.96.0.1 tcp dport 80 dnat to ${to}:8080
\t}
}
`
const legacy = (to: string): string => `*nat
:PREROUTING ACCEPT [0:0]
-A PREROUTING -d 10.96.0.1/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination ${to}:8080
COMMIT
`

const reached = (files: Readonly<Record<string, string>>) =>
  outcomesOf({ 'proxyMode.txt': 'nftables', ...files }, client, service).map(({ verdict, why }) => `${verdict}: ${why}`)

describe('nat chains of equal priority', () => {
  it('run in the order of the tables’ making, the last one first, where nft lists them', () => {
    const [a, b] = [nft('a', '10.1.0.1'), nft('b', '10.1.0.2')]
    const assumed = (names: string) => `it assumes that ${names} were made in the order of nft’s list`
    expect(reached({ 'nft-list-ruleset.txt': a + b })).to.deep.equal([
      `deliver: translated to 10.1.0.2:8080; ${assumed('nft’s ip b nat-prerouting and nft’s ip a nat-prerouting')}`,
    ])
    expect(reached({ 'nft-list-ruleset.txt': b + a })).to.deep.equal([
      `deliver: translated to 10.1.0.1:8080; ${assumed('nft’s ip a nat-prerouting and nft’s ip b nat-prerouting')}`,
    ])
  })

  it('of another tool run in an order that nothing tells: unknown where it matters', () => {
    const both = (to: string) =>
      reached({ 'iptables-legacy-save.txt': legacy('10.1.0.1'), 'nft-list-ruleset.txt': nft('b', to) })
    expect(both('10.1.0.1')).to.deep.equal(['deliver: translated to 10.1.0.1:8080'])
    expect(both('10.1.0.2')[0]).to.match(/^unknown: .* have the same priority and different effects/)
  })
})

describe('filter chains of equal priority', () => {
  const filter = (name: string, rule: string): string =>
    `table ip ${name} {\n\tchain c {\n\t\ttype filter hook forward priority 0; policy accept;\n\t\t${rule}\n\t}\n}\n`
  const both = (first: string, second: string) =>
    reached({ 'nft-list-ruleset.txt': filter('a', first) + filter('b', second) })

  it('drop in any order', () => {
    expect(both('drop', 'accept')).to.deep.equal(['drop: dropped by drop'])
    expect(both('accept', 'drop')).to.deep.equal(['drop: dropped by drop'])
  })

  it('rest on the order where one reads the mark that the other sets', () => {
    expect(both('meta mark 5 drop', 'meta mark set 5')[0]).to.match(
      /^drop: dropped by meta mark 5 drop; it assumes that/,
    )
    expect(both('meta mark set 5', 'meta mark 5 drop')[0]).to.match(/^forward: .*; it assumes that/)
  })
})

describe('chains that hang on a device', () => {
  const netdev = (hook: string, rule: string): string => `table netdev t {
\tchain c {
\t\ttype filter hook ${hook} device "eth0" priority filter; policy accept;
\t\t${rule}
\t}
}
`
  const reachedPast = (hook: string, rule: string) =>
    reached({ 'nft-list-ruleset.txt': netdev(hook, rule) + nft('a', '10.1.0.1') })

  for (const hook of ['ingress', 'egress']) {
    it(`make unknown what ${hook} may drop, and nothing else`, () => {
      expect(reachedPast(hook, 'udp dport 53 drop')).to.deep.equal(['deliver: translated to 10.1.0.1:8080'])
      expect(reachedPast(hook, 'meta l4proto tcp drop')).to.deep.equal([
        'unknown: c of table netdev t may stop it, if the packet passes its device',
      ])
    })
  }
})
