/** What each match says of a new TCP connection from 192.0.2.1, which comes in by eth0 and leaves by cni0. */
import { expect } from 'chai'
import { outcomesOf } from './node-files.ts'
import type { Files } from './node-files.ts'

const node: Files = {
  'ip-addr.json': JSON.stringify([
    { ifname: 'eth0', addr_info: [{ family: 'inet', local: '10.0.0.1', prefixlen: 24, scope: 'global' }] },
    { ifname: 'cni0', addr_info: [{ family: 'inet', local: '10.244.0.1', prefixlen: 24, scope: 'global' }] },
    { ifname: 'veth1', master: 'cni0', addr_info: [] },
  ]),
  'ip-route.json': JSON.stringify([
    { type: 'local', dst: '10.0.0.1', dev: 'eth0', table: 'local' },
    { type: 'local', dst: '10.244.0.1', dev: 'cni0', table: 'local' },
    { dst: 'default', gateway: '10.0.0.254', dev: 'eth0' },
    { dst: '10.244.0.0/24', dev: 'cni0' },
  ]),
  'sysctl.txt': 'net/ipv4/ip_forward = 1\nnet/bridge/bridge-nf-call-iptables = 1\n',
}

type Says = 'chance' | 'no' | 'unknown' | 'yes'

function says(files: Files, from: string, to: string): Says {
  const outcomes = outcomesOf({ ...node, ...files }, from, to)
  if (outcomes.length > 1) return 'chance'
  const verdict = outcomes[0]?.verdict
  return verdict === 'drop' ? 'yes' : verdict === 'unknown' ? 'unknown' : 'no'
}

const iptables = (chain: string, match: string): Files => ({
  'iptables-save.txt': `*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A ${chain} ${match} -j DROP\nCOMMIT\n`,
})

const nft = (match: string): Files => ({
  'proxyMode.txt': 'nftables\n',
  'nft-list-ruleset.txt': `table inet t {\n\tchain c {\n\t\ttype filter hook forward priority filter; policy accept;\n\t\t${match} drop\n\t}\n}\n`,
})

const client = '192.0.2.1'
const pod = '10.244.0.7'
const web = '10.244.0.9:80'

const ofIptables: readonly (readonly [match: string, answer: Says, from?: string])[] = [
  ['-i eth+ -o cni0', 'yes'],
  ['! -i eth0', 'no'],
  ['-s 192.0.2.0/24 ! -d 10.244.0.0/24', 'no'],
  ['-p tcp -m tcp --dport 80 --tcp-flags FIN,SYN,RST,ACK SYN', 'yes'],
  ['-p tcp -m tcp --sport 1024:65535', 'yes'],
  ['-p tcp -m tcp --sport 40000', 'unknown'],
  ['-p udp -m udp --dport 80', 'no'],
  ['-p tcp -m multiport --dports 79,80:90', 'yes'],
  ['-m iprange --src-range 192.0.2.0-192.0.2.9', 'yes'],
  ['-m conntrack --ctstate NEW', 'yes'],
  ['-m conntrack --ctstate RELATED,ESTABLISHED', 'no'],
  ['-m conntrack --ctstatus NONE', 'no'],
  ['-m conntrack ! --ctstatus CONFIRMED', 'yes'],
  ['-m mark --mark 0x0/0x4000', 'yes'],
  ['-m addrtype --src-type LOCAL', 'no'],
  ['-m addrtype ! --dst-type LOCAL --limit-iface-in', 'yes'],
  ['-m rpfilter --invert', 'no'],
  ['-m rpfilter --loose --validmark', 'yes'],
  ['-m socket --transparent', 'no'],
  ['-m socket --nowildcard', 'unknown'],
  ['-m socket', 'unknown'],
  ['-m owner --uid-owner 0', 'no'],
  ['-m physdev --physdev-is-in', 'no'],
  ['-m physdev --physdev-is-in', 'yes', pod],
  ['-m physdev --physdev-is-bridged', 'yes', pod],
  ['-m pkttype --pkt-type broadcast', 'no'],
  ['-m policy --dir in --pol none', 'yes'],
  ['-m rt --rt-type 0', 'no'],
  ['-m comment --comment "x"', 'yes'],
  ['-m recent --rcheck --seconds 60 --name scan --rsource', 'no'],
  ['-m statistic --mode random --probability 0.50000000000', 'chance'],
  ['-m statistic --mode nth --every 3 --packet 0', 'chance'],
  ['-m limit --limit 5/min', 'unknown'],
  ['-m mystery --thing 1', 'unknown'],
  ['-m mystery --thing 1 -p udp', 'no'],
  ['-m mystery --thing 1 -s 10.9.0.0/16', 'no'],
]

const ofNft: readonly (readonly [match: string, answer: Says])[] = [
  ['iifname "eth*" oifname "cni0"', 'yes'],
  ['iifname { "eth0", "lo" }', 'yes'],
  ['ip saddr 192.0.2.0/24 ip daddr != 10.244.0.0/24', 'no'],
  ['ip saddr . tcp dport { 192.0.2.1 . 80, 192.0.2.2 . 80 }', 'yes'],
  ['ip6 saddr != fd00::1', 'no'],
  ['udp dport != 53', 'no'],
  ['tcp flags & (fin | syn | rst | ack) == syn', 'yes'],
  ['tcp dport 79-90', 'yes'],
  ['meta l4proto { tcp, udp } th dport 80', 'yes'],
  ['ct state new', 'yes'],
  ['ct state established,related', 'no'],
  ['ct original ip daddr 10.244.0.9', 'yes'],
  ['ct protocol tcp', 'yes'],
  ['meta mark & 0x00004000 == 0x00000000', 'yes'],
  ['fib daddr type local', 'no'],
  ['fib saddr . iif oif missing', 'no'],
  ['fib saddr . mark . iif oif exists', 'yes'],
  ['meta skuid 0', 'no'],
  ['meta pkttype broadcast', 'no'],
  ['socket transparent 1', 'no'],
  ['numgen random mod 4 < 1', 'chance'],
  ['numgen inc mod 4 < 1', 'chance'],
  ['meta random & 2147483647 < 1073741824', 'chance'],
  ['meta random & 2147483647 < 2147483648', 'yes'],
  ['meta random & 2147483647 < 3000000000', 'yes'],
  ['meta random & 2147483647 < 0', 'no'],
  ['meta cpu 1', 'unknown'],
  ['meta cpu 1 udp dport 53', 'no'],
]

describe('iptables matches', () => {
  for (const [match, answer, from = client] of ofIptables) {
    it(`${match}: ${answer}`, () => {
      expect(says(iptables('FORWARD', match), from, web)).to.equal(answer)
    })
  }

  it('of the sender’s process are unknown for the node’s own packets', () => {
    expect(says(iptables('OUTPUT', '-m owner --uid-owner 0'), 'node', web)).to.equal('unknown')
  })

  it('of devices are unknown where none is recorded, and false where the hook has none', () => {
    const [outcome] = outcomesOf(iptables('FORWARD', '-i cni0'), client, web)
    expect(outcome?.why).to.equal('the device is not recorded')
    expect(says(iptables('OUTPUT', '-i cni0'), 'node', web)).to.equal('no')
  })
})

describe('nft matches', () => {
  for (const [match, answer] of ofNft) {
    it(`${match}: ${answer}`, () => {
      expect(says(nft(match), client, web)).to.equal(answer)
    })
  }

  it('that meet again make shares of 1 at most', () => {
    const ninths = Array.from({ length: 9 }, (_, i) => `${i} : drop`).join(', ')
    const outcomes = outcomesOf({ ...node, ...nft(`numgen random mod 9 vmap { ${ninths} } counter`) }, client, web)
    expect(outcomes.map(({ share, verdict }) => [verdict, share])).to.deep.equal([['drop', 1]])
  })
})

describe('before conntrack has seen a packet', () => {
  const raw = (match: string): Files => ({
    'iptables-save.txt': `*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING ${match} -j DROP\nCOMMIT\n`,
  })
  for (const [match, answer] of [
    ['-m conntrack --ctstate NEW', 'no'],
    ['-m conntrack --ctstate INVALID', 'yes'],
    ['-m conntrack --ctorigdst 10.244.0.9/32', 'no'],
    ['-m conntrack ! --ctorigdst 10.9.9.9/32', 'no'],
    ['-m connmark --mark 0x0', 'no'],
    ['-m connmark ! --mark 0x1', 'no'],
  ] as const) {
    it(`${match}: ${answer}`, () => {
      expect(says(raw(match), client, web)).to.equal(answer)
    })
  }
})

describe('what rules on the way have written to', () => {
  const saved = (...rules: readonly string[]): Files => ({
    'ipset-save.txt': 'create seen hash:ip family inet hashsize 1024 maxelem 65536\n',
    'iptables-save.txt': `*filter\n:FORWARD ACCEPT [0:0]\n${rules.map((rule) => `-A FORWARD ${rule}\n`).join('')}COMMIT\n`,
  })
  const listed = (...rules: readonly string[]): Files => ({
    'proxyMode.txt': 'nftables\n',
    'nft-list-ruleset.txt': `table inet t {\n\tset seen {\n\t\ttype ipv4_addr\n\t\tsize 65535\n\t\tflags dynamic,timeout\n\t\ttimeout 1m\n\t}\n\tchain c {\n\t\ttype filter hook forward priority filter; policy accept;\n${rules.map((rule) => `\t\t${rule}\n`).join('')}\t}\n}\n`,
  })

  it('is unknown, and before that what the dump says', () => {
    const inSet = '-m set --match-set seen src -j DROP'
    expect(says(saved(inSet, '-j SET --add-set seen src'), client, web)).to.equal('no')
    expect(says(saved('-j SET --add-set seen src', inSet), client, web)).to.equal('unknown')
    const inList = '-m recent --rcheck --name a --rsource -j DROP'
    expect(says(saved(inList, '-m recent --set --name a --rsource'), client, web)).to.equal('no')
    expect(says(saved('-m recent --set --name a --rsource', inList), client, web)).to.equal('unknown')
    expect(says(saved('-m recent --set --name b --rsource', inList), client, web)).to.equal('no')
    expect(says(listed('ip saddr @seen drop', 'add @seen { ip saddr }'), client, web)).to.equal('no')
    expect(says(listed('add @seen { ip saddr }', 'ip saddr @seen drop'), client, web)).to.equal('unknown')
    // which source port the client chose is not known, so the first rule may have been met
    const perhaps = listed('tcp sport >= 40000 add @seen { ip saddr }', 'ip saddr @seen drop')
    expect(says(perhaps, client, web)).to.equal('unknown')
    expect(says(listed('tcp dport 81 add @seen { ip saddr }', 'ip saddr @seen drop'), client, web)).to.equal('no')
  })

  it('is what a second counter of packets depends on', () => {
    const verdicts = (files: Files): string[] =>
      outcomesOf({ ...node, ...files }, client, web)
        .map(({ share, verdict }) => `${verdict} ${share}`)
        .sort()
    const nth = '-m statistic --mode nth --every 2 --packet 0 -j DROP'
    const chance = '-m statistic --mode random --probability 0.5 -j DROP'
    expect(verdicts(saved(nth, nth))).to.deep.equal(['drop 0.5', 'unknown 0.5'])
    expect(verdicts(saved(nth, chance))).to.deep.equal(['drop 0.25', 'drop 0.5', 'forward 0.25'])
    const counted = 'numgen inc mod 2 0 drop'
    expect(verdicts(listed(counted, counted))).to.deep.equal(['drop 0.5', 'unknown 0.5'])
    expect(verdicts(listed(counted, 'numgen random mod 2 0 drop'))).to.deep.equal([
      'drop 0.25',
      'drop 0.5',
      'forward 0.25',
    ])
  })

  it('may set the mark by what a set says: unknown', () => {
    expect(says(saved('-j SET --map-set seen src --map-mark'), client, web)).to.equal('unknown')
  })
})

describe('without an entry of conntrack', () => {
  const marked = (rule: string): Files => ({
    'proxyMode.txt': 'nftables\n',
    'nft-list-ruleset.txt': `table inet t {\n\tchain raw {\n\t\ttype filter hook prerouting priority raw; policy accept;\n\t\t${rule}\n\t}\n\tchain c {\n\t\ttype filter hook forward priority filter; policy accept;\n\t\tct mark 0x5 drop\n\t}\n}\n`,
  })
  const saved: Files = {
    'iptables-save.txt':
      '*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -j CONNMARK --set-xmark 0x5/0xffffffff\nCOMMIT\n*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -m connmark --mark 0x5 -j DROP\nCOMMIT\n',
  }

  it('its mark is not set', () => {
    expect(says(saved, client, web)).to.equal('no')
    expect(says(marked('ct mark set 0x5'), client, web)).to.equal('no')
  })

  it('its mark is compared with nothing', () => {
    expect(says(marked('ct mark & 0x1 == 0x0 drop'), client, web)).to.equal('no')
    expect(says(marked('ct mark != 0x1 drop'), client, web)).to.equal('no')
  })
})

describe('before the bridge has decided', () => {
  const mangle = (match: string): Files => ({
    'iptables-save.txt': `*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING ${match} -j DROP\nCOMMIT\n`,
  })

  it('it is known by which port a packet came, and of none that it is bridged', () => {
    expect(says(mangle('-m physdev --physdev-is-in'), pod, web)).to.equal('yes')
    expect(says(mangle('-m physdev --physdev-is-bridged'), pod, web)).to.equal('no')
  })
})

describe('what comes back by lo', () => {
  const fib = (hook: string): Files => ({
    'proxyMode.txt': 'nftables\n',
    'nft-list-ruleset.txt': `table inet t {\n\tchain c {\n\t\ttype filter hook ${hook} priority filter; policy accept;\n\t\tfib saddr . iif oif exists drop\n\t}\n}\n`,
  })

  it('fib finds to be of lo', () => {
    expect(says(fib('prerouting'), 'node', '10.0.0.1:80')).to.equal('yes')
  })

  it('fib may look up or not in input, as the kernel’s version has it', () => {
    expect(says(fib('input'), 'node', '10.0.0.1:80')).to.equal('unknown')
  })
})

describe('nft rejects', () => {
  const ruleset = (how: string): Files => ({
    'proxyMode.txt': 'nftables\n',
    'nft-list-ruleset.txt': `table inet t {\n\tchain c {\n\t\ttype filter hook forward priority filter; policy accept;\n\t\treject with ${how}\n\t}\n}\n`,
  })
  const verdict = (how: string) => outcomesOf({ ...node, ...ruleset(how) }, client, web)[0]?.verdict

  it('answer only what their kind of answer can answer', () => {
    expect(verdict('tcp reset')).to.equal('reject')
    expect(verdict('icmp port-unreachable')).to.equal('reject')
    expect(verdict('icmpx port-unreachable')).to.equal('reject')
    expect(verdict('icmpv6 port-unreachable')).to.equal('forward')
  })
})

describe('iptables targets', () => {
  const nat = (target: string): Files => ({
    'iptables-save.txt': `*nat\n:PREROUTING ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n-A PREROUTING ${target}\nCOMMIT\n`,
  })
  const told = (target: string) => {
    const [outcome] = outcomesOf({ ...node, ...nat(target) }, client, '10.96.0.1:80')
    return outcome && `${outcome.verdict} ${outcome.why}`
  }

  it('translate, whatever picks the port', () => {
    expect(told('-j DNAT --to-destination 10.244.0.9:8080 --random --persistent')).to.match(
      /^deliver translated to 10\.244\.0\.9:8080/,
    )
    expect(told('-j REDIRECT')).to.match(/^deliver translated to 10\.0\.0\.1:80/)
  })

  it('with an option that kpx does not know are unknown, with the option', () => {
    expect(told('-j DNAT --to-destination 10.244.0.9 --magic')).to.match(
      /^unknown -j DNAT --to-destination 10\.244\.0\.9 --magic is not/,
    )
    expect(told('-j DNAT --to-destination 10.0.0.1-10.0.0.9')).to.match(
      /^unknown -j DNAT --to-destination 10\.0\.0\.1-10\.0\.0\.9 is not/,
    )
    expect(told('-j WHATEVER')).to.match(/^unknown WHATEVER is neither a chain of the dump nor a target known to kpx/)
  })
})

describe('packets to 127.0.0.0/8 from outside', () => {
  const verdict = (sysctl: string) =>
    outcomesOf(
      { ...node, ...iptables('INPUT', '-p udp'), ...(sysctl && { 'sysctl.txt': sysctl }) },
      client,
      '127.0.0.1:80',
    )[0]?.verdict

  it('depend on route_localnet, which may not be recorded', () => {
    expect(verdict('')).to.equal('unknown')
    expect(verdict('net/ipv4/conf/all/route_localnet = 0\n')).to.equal('drop')
    expect(verdict('net/ipv4/conf/all/route_localnet = 1\n')).to.not.equal('unknown')
  })
})
