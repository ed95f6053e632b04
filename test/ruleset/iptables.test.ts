import { expect } from 'chai'
import fc from 'fast-check'
import { decodeIptablesSave } from '../../src/decode/iptables-save.ts'
import { parseIptablesRule } from '../../src/decode/iptables-rule.ts'
import { type IptablesRule, formatIptablesRule } from '../../src/ruleset/iptables.ts'
import { recordings } from '../decode/recordings.ts'

const again = (line: string): string => {
  const rule = parseIptablesRule(line)
  return rule.tool === 'iptables' ? formatIptablesRule(rule) : rule.why
}

/** Printed by iptables-save and ip6tables-save 1.8.9, both variants. */
const printed = String.raw`
-A INPUT -p tcp -m comment --comment --foo -m tcp --dport 80 -j ACCEPT
-A INPUT -m comment --comment "a\"b\'c\\d" -j LOG --log-prefix "x: "
-A INPUT -m comment --comment "" -j LOG --log-prefix -x
-A INPUT -m comment --comment "!" -m recent --set --name it's-a --mask 255.255.255.255 --rsource
-A INPUT -p tcp ! -f -m multiport ! --dports 80,443:450 -j X
-A INPUT -m string --string "GET /" --algo bm
-A INPUT -m string --string "it's \"q\"" --algo kmp
-A INPUT -m string --hex-string "|0d0a|" --algo bm
-A INPUT -m u32 --u32 "0x6&0xff=0x1"
-A INPUT -m limit --limit 5/min -g X
-A INPUT -s 10.0.0.0/255.0.255.0 -m time --timestart 08:00:00 --timestop 10:00:00 --weekdays Mon,Tue --datestop 2038-01-19T03:14:07 -j NFLOG --nflog-prefix "a b" --nflog-group 3
-A INPUT -m iprange ! --src-range 10.0.0.1-10.0.0.9 -m mac --mac-source 00:11:22:33:44:55 -j DROP
-A INPUT -p icmp -m icmp --icmp-type 8 -m ttl --ttl-gt 3 -m helper --helper ftp-21 -j ACCEPT
-A INPUT -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -m connbytes --connbytes 10:20 --connbytes-mode packets --connbytes-dir both -j ACCEPT
-A CNI-DN-1 -p tcp -m comment --comment "dnat name: \"cbr0\" id: \"ab\"" -m multiport --dports 80,81 -j CNI-HOSTPORT-DNAT
-A KUBE-NODE-PORT -p sctp -m comment --comment "with type \'hash ip:port\'" -m set --match-set KUBE-NODE-PORT-SCTP-HASH dst,dst -j KUBE-MARK-MASQ
-A KUBE-FORWARD -m conntrack --ctstate INVALID -m nfacct --nfacct-name  ct_state_invalid_dropped_pkts -j DROP
-A KUBE-FW-67NZLRHBNDSAWJRO -m comment --comment "other traffic to shop/web:http will be dropped by KUBE-PROXY-FIREWALL"
-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP
-A KUBE-SEP-YMYUN5BJFHYXTDGZ -p tcp -m recent --set --name KUBE-SEP-YMYUN5BJFHYXTDGZ --mask 255.255.255.255 --rsource -m tcp -j DNAT --to-destination [fd00:10:244:1::b]:9000
[12:720] -A POSTROUTING -p tcp -j MASQUERADE --to-ports 1024-65535 --random-fully
`

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,20}$/)
const bare = fc.stringMatching(/^[a-z0-9.,/:[\]]{1,12}$/)
const flags = (options: fc.Arbitrary<string>) =>
  fc.record({ name: options, inverted: fc.boolean(), values: fc.array(bare, { maxLength: 2 }) })
const longOption = fc.stringMatching(/^--x[a-z-]{0,9}$/)
const comment = fc.record({
  name: fc.constant('--comment'),
  inverted: fc.constant(false),
  values: fc.tuple(fc.string({ unit: fc.constantFrom(...Array.from(String.raw`-!ajé \"'`)) })),
})
const general = fc.record({
  name: fc.constantFrom('-s', '-d', '-i', '-o', '-p'),
  inverted: fc.boolean(),
  values: fc.tuple(bare),
})
const match = fc.oneof(
  fc.record({ name, options: fc.array(flags(longOption), { maxLength: 3 }) }),
  fc.record({ name: fc.constant('comment'), options: fc.tuple(comment) }),
)
const rules: fc.Arbitrary<IptablesRule> = fc.record(
  {
    tool: fc.constant('iptables' as const),
    chain: name,
    general: fc.array(general, { maxLength: 3 }),
    matches: fc.array(match, { maxLength: 3 }),
    counters: fc.record({ packets: fc.nat().map(String), bytes: fc.nat().map(String) }),
    target: fc.record({ name, goto: fc.boolean(), options: fc.array(flags(longOption), { maxLength: 2 }) }),
  },
  { requiredKeys: ['tool', 'chain', 'general', 'matches'] },
)

describe('formatIptablesRule', () => {
  for (const line of printed.trim().split('\n')) it(line, () => expect(again(line)).to.equal(line))

  it('quotes what would not be one word', () => {
    const line = String.raw`-A X -m recent --name "a b" --x "" --y "c\"d"`
    expect(again(line)).to.equal(line)
    const strange = '-A X -m comment --comment a "-j" Y'
    expect(again(strange)).to.equal(strange)
  })

  for (const source of recordings('tables-save')) {
    it(`gives every line of ${source.name} again, with counters too`, () => {
      const lines = source.text.split('\n')
      for (const line of lines.filter((text) => text.startsWith('-A'))) {
        expect(again(line)).to.equal(line)
        expect(again(`[7:420] ${line}`)).to.equal(`[7:420] ${line}`)
      }
      const decoded = decodeIptablesSave(source, 'ip', 'unknown')
      const count = decoded.tables.flatMap(({ chains }) => [...chains.values()].flatMap((chain) => chain.rules)).length
      expect(count).to.equal(lines.filter((text) => text.startsWith('-A')).length)
    })
  }

  it('is the inverse of parsing', () => {
    fc.assert(
      fc.property(rules, (rule) => {
        expect(parseIptablesRule(formatIptablesRule(rule))).to.deep.equal(rule)
      }),
    )
  })
})
