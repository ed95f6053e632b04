/** What the kernel itself does to packets between the hooks. */
import { expect } from 'chai'
import type { Outcome } from '../../src/answer/outcome.ts'
import { outcomesOf } from './node-files.ts'
import type { Files } from './node-files.ts'

const sysctls = {
  'net/ipv4/ip_forward': '1',
  'net/ipv6/conf/all/forwarding': '1',
  'net/bridge/bridge-nf-call-iptables': '1',
}

const node = (changed: Partial<typeof sysctls> = {}): Files => ({
  'ip-addr.json': JSON.stringify([
    { ifname: 'lo', addr_info: [{ local: '::1', prefixlen: 128, scope: 'host' }] },
    {
      ifname: 'eth0',
      addr_info: [
        { local: '10.0.0.1', prefixlen: 24, scope: 'global' },
        { local: 'fd00::1', prefixlen: 64, scope: 'global' },
      ],
    },
    {
      ifname: 'cni0',
      addr_info: [
        { local: '10.244.0.1', prefixlen: 24, scope: 'global' },
        { local: 'fd00:244::1', prefixlen: 64, scope: 'global' },
      ],
    },
    { ifname: 'veth1', master: 'cni0', addr_info: [] },
  ]),
  'sysctl.txt': Object.entries({ ...sysctls, ...changed })
    .map(([name, value]) => `${name} = ${value}\n`)
    .join(''),
})

const nat = (...rules: readonly string[]): string =>
  `*nat\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n${rules.map((rule) => `-A ${rule}\n`).join('')}COMMIT\n`

const toPod = '-p tcp -m tcp --dport 30080 -j DNAT --to-destination [fd00:244::9]:8080'

const told = ({ sourceSeen, verdict, why }: Outcome): string => `${verdict} ${sourceSeen}: ${why}`

describe('::1', () => {
  it('from outside is dropped before a rule could translate it', () => {
    const files = { ...node(), 'ip6tables-save.txt': nat(`PREROUTING ${toPod}`) }
    expect(outcomesOf(files, '2001:db8::7', '[fd00::1]:30080').map(told)).to.deep.equal([
      'deliver 2001:db8::7: translated to [fd00:244::9]:8080',
    ])
    expect(outcomesOf(files, '2001:db8::7', '[::1]:30080').map(told)).to.deep.equal([
      'drop null: a packet from or to ::1 came in from outside: the kernel drops it',
    ])
  })

  it('may not be what others see as the source, but may be masqueraded', () => {
    const files = (...rules: readonly string[]): Files => ({
      ...node(),
      'ip6tables-save.txt': nat(`OUTPUT ${toPod}`, ...rules),
    })
    expect(outcomesOf(files(), 'node', '[::1]:30080').map(told)).to.deep.equal([
      'drop null: whoever gets a packet from ::1 drops it',
    ])
    expect(outcomesOf(files('POSTROUTING -j MASQUERADE'), 'node', '[::1]:30080').map(told)).to.deep.equal([
      'deliver fd00:244::1: translated to [fd00:244::9]:8080, masqueraded as fd00:244::1',
    ])
  })
})

describe('what stays on a bridge', () => {
  const files = (bridged: string): Files => ({
    ...node({ 'net/bridge/bridge-nf-call-iptables': bridged }),
    'iptables-save.txt': nat(
      'PREROUTING -d 10.96.0.1/32 -p tcp -j DNAT --to-destination 10.244.0.9:8080',
      'POSTROUTING -i cni0 -j ACCEPT',
      'POSTROUTING -j MASQUERADE',
    ),
  })
  const masqueraded = (bridged: string, to: string) =>
    outcomesOf(files(bridged), '10.244.0.7', to).map(({ masquerade }) => masquerade)

  it('has no incoming device any more in POSTROUTING', () => {
    expect(masqueraded('1', '10.96.0.1:80')).to.deep.equal([true])
    expect(masqueraded('0', '10.96.0.1:80')).to.deep.equal([false])
    expect(masqueraded('1', '10.0.0.9:80')).to.deep.equal([false])
  })
})

describe('a node that does not forward', () => {
  const without = node({ 'net/ipv4/ip_forward': '0', 'net/ipv6/conf/all/forwarding': '0' })
  const ipv4 = (...rules: readonly string[]): Files => ({ ...without, 'iptables-save.txt': nat(...rules) })
  const verdicts = (files: Files, from: string, to: string) => outcomesOf(files, from, to).map(({ verdict }) => verdict)

  it('drops what is for others, but not what stays on a bridge', () => {
    const rule = 'PREROUTING -d 10.96.0.1/32 -j ACCEPT'
    expect(verdicts(ipv4(rule), '192.0.2.1', '10.244.0.9:80')).to.deep.equal(['drop'])
    expect(verdicts(ipv4(rule), '10.244.0.7', '10.244.0.9:80')).to.deep.equal(['forward'])
  })

  it('hands on to neighbours at a bridge what it translated to them in IPv6 alone', () => {
    const rule = 'PREROUTING -d 10.96.0.1/32 -p tcp -j DNAT --to-destination 10.244.0.9:8080'
    expect(verdicts(ipv4(rule), '10.244.0.7', '10.96.0.1:80')).to.deep.equal(['drop'])
    const files = { ...without, 'ip6tables-save.txt': nat(`PREROUTING ${toPod}`) }
    expect(verdicts(files, 'fd00:244::7', '[fd00:96::1]:30080')).to.deep.equal(['deliver'])
    const unbridged = {
      ...files,
      ...node({ 'net/ipv6/conf/all/forwarding': '0', 'net/bridge/bridge-nf-call-iptables': '0' }),
    }
    expect(verdicts(unbridged, 'fd00:244::7', '[fd00:96::1]:30080')).to.deep.equal(['drop'])
  })
})

describe('a process’s packet', () => {
  const files: Files = {
    ...node(),
    'sysctl.txt': 'net/ipv4/conf/all/route_localnet = 0\n',
    'iptables-save.txt': `${nat('OUTPUT -d 127.0.0.1/32 -p tcp -j DNAT --to-destination 10.244.0.9:8080')}*filter\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -j REJECT\nCOMMIT\n`,
  }

  it('is routed again as soon as it is translated, before other rules see it', () => {
    expect(outcomesOf(files, 'node', '127.0.0.1:80').map(told)).to.deep.equal([
      'drop null: packets from 127.0.0.0/8 may not leave the node (route_localnet = 0)',
    ])
  })

  it('is routed again before a chain right behind nat sees it', () => {
    const chain = 'chain c {\n\t\ttype filter hook output priority -99; policy accept;\n\t\tdrop\n\t}'
    const rules = `table ip t {\n\t${chain}\n}\n`
    expect(outcomesOf({ ...files, 'nft-list-ruleset.txt': rules }, 'node', '127.0.0.1:80').map(told)).to.deep.equal(
      outcomesOf(files, 'node', '127.0.0.1:80').map(told),
    )
  })
})
