import { expect } from 'chai'
import { parseNftRule } from '../../src/decode/nft/rule.ts'
import type { NftExpression, NftStatement } from '../../src/ruleset/nft.ts'
import type { TableFamily } from '../../src/ruleset/ruleset.ts'

function parse(text: string, family: TableFamily = 'ip'): readonly NftStatement[] {
  const rule = parseNftRule(text, family)
  if (rule.tool === 'unknown') throw new Error(`${text}: ${rule.why}`)
  return rule.statements
}

const saddr: NftExpression = { payload: { protocol: 'ip', field: 'saddr' } }
const daddr: NftExpression = { payload: { protocol: 'ip', field: 'daddr' } }
const dport: NftExpression = { payload: { protocol: 'th', field: 'dport' } }
const tcpFlags: NftExpression = { payload: { protocol: 'tcp', field: 'flags' } }
const l4proto: NftExpression = { meta: { key: 'l4proto' } }
const mark: NftExpression = { meta: { key: 'mark' } }
const ctState: NftExpression = { ct: { key: 'state' } }

const match = (left: NftExpression, right: NftExpression, op = '==') => ({ match: { op, left, right } })

describe('nft rule of kube-proxy', () => {
  it('services', () => {
    expect(parse('ip daddr . meta l4proto . th dport vmap @service-ips')).to.deep.equal([
      { vmap: { key: { concat: [daddr, l4proto, dport] }, data: '@service-ips' } },
    ])
    expect(
      parse('fib daddr type local ip daddr != 127.0.0.0/8 meta l4proto . th dport vmap @service-nodeports'),
    ).to.deep.equal([
      match({ fib: { result: 'type', flags: ['daddr'] } }, 'local'),
      match(daddr, { prefix: { addr: '127.0.0.0', len: 8 } }, '!='),
      { vmap: { key: { concat: [l4proto, dport] }, data: '@service-nodeports' } },
    ])
  })

  it('masquerade mark, set and tested', () => {
    const rule = parseNftRule(
      'ip daddr @cluster-ips meta mark set meta mark | 0x00004000 comment "all { traffic }"',
      'ip',
    )
    expect(rule).to.deep.equal({
      tool: 'nft',
      comment: 'all { traffic }',
      statements: [match(daddr, '@cluster-ips'), { mangle: { key: mark, value: { '|': [mark, 0x4000] } } }],
    })
    expect(parse('meta mark & 0x00004000 == 0x00000000 return')).to.deep.equal([
      match({ '&': [mark, 0x4000] }, 0),
      { return: null },
    ])
    expect(parse('masquerade fully-random')).to.deep.equal([{ masquerade: { flags: ['fully-random'] } }])
  })

  it('endpoints by vmap, by map, and alone', () => {
    const numgen = { numgen: { mode: 'random', mod: 2, offset: 0 } }
    expect(parse('numgen random mod 2 vmap { 0 : goto endpoint-A-ns/a/tcp/, 1 : goto b/c__fd00..1/80 }')).to.deep.equal(
      [
        {
          vmap: {
            key: numgen,
            data: {
              set: [
                [0, { goto: { target: 'endpoint-A-ns/a/tcp/' } }],
                [1, { goto: { target: 'b/c__fd00..1/80' } }],
              ],
            },
          },
        },
      ],
    )
    const data = {
      set: [
        [0, { concat: ['10.0.0.1', 80] }],
        [1, { concat: ['10.0.0.2', 80] }],
      ],
    }
    const map = { map: { key: numgen, data } }
    const rule = 'numgen random mod 2 map { 0 : 10.0.0.1 . 80, 1 : 10.0.0.2 . 80 }'
    expect(parse(`meta l4proto tcp dnat ip to ${rule}`)).to.deep.equal([
      match(l4proto, 'tcp'),
      { dnat: { family: 'ip', addr: map } },
    ])
    expect(parse(`dnat ip addr . port to ${rule}`)).to.deep.equal([{ dnat: { family: 'ip', addr: map } }])
    expect(parse('meta l4proto tcp dnat to 10.0.0.1:80')).to.deep.equal([
      match(l4proto, 'tcp'),
      { dnat: { addr: '10.0.0.1', port: 80 } },
    ])
    expect(parse('meta l4proto 132 dnat to [fd00::1]:80')[0]).to.deep.equal(match(l4proto, 'sctp'))
  })

  it('affinity', () => {
    expect(parse('update @affinity-A-ns/a/tcp/__10.0.0.1/80 { ip saddr }')).to.deep.equal([
      { set: { op: 'update', elem: saddr, set: '@affinity-A-ns/a/tcp/__10.0.0.1/80' } },
    ])
  })

  it('the firewall of a LoadBalancer', () => {
    expect(parse('ip saddr != { 10.200.0.12, 198.51.100.0/24 } drop')).to.deep.equal([
      match(saddr, { set: ['10.200.0.12', { prefix: { addr: '198.51.100.0', len: 24 } }] }, '!='),
      { drop: null },
    ])
  })
})

describe('nft rule', () => {
  it('a bare reject is the default of the family', () => {
    expect(parse('reject', 'ip')).to.deep.equal([{ reject: { type: 'icmp', expr: 'port-unreachable' } }])
    expect(parse('reject', 'ip6')).to.deep.equal([{ reject: { type: 'icmpv6', expr: 'port-unreachable' } }])
    expect(parse('reject', 'inet')).to.deep.equal([{ reject: { type: 'icmpx', expr: 'port-unreachable' } }])
    expect(parse('reject with icmp type host-unreachable')).to.deep.equal(parse('reject with icmp host-unreachable'))
    expect(parse('reject with tcp reset')).to.deep.equal([{ reject: { type: 'tcp reset' } }])
  })

  it('bits: any of them, none of them, exactly these, these under a mask', () => {
    expect(parse('ct state new')).to.deep.equal([match(ctState, 'new', 'in')])
    expect(parse('ct state related,established')).to.deep.equal([
      match(ctState, { set: ['related', 'established'] }, 'in'),
    ])
    expect(parse('ct state { related, established }')).to.deep.equal([
      match(ctState, { set: ['related', 'established'] }),
    ])
    expect(parse('ct state ! invalid')).to.deep.equal([match(ctState, 'invalid', '!')])
    expect(parse('ct state 0x2,0x4')).to.deep.equal([match(ctState, { set: ['established', 'related'] }, 'in')])
    expect(parse('tcp flags == syn')).to.deep.equal([match(tcpFlags, 'syn')])
    const masked = match({ '&': [tcpFlags, { '|': [{ '|': ['fin', 'syn'] }, 'rst'] }] }, 'syn')
    expect(parse('tcp flags syn / fin,syn,rst')).to.deep.equal([masked])
    expect(parse('tcp flags & (fin|syn|rst) == syn')).to.deep.equal([masked])
    expect(parse('tcp flags & (fin | syn | rst) == (syn)')).to.deep.equal([masked])
  })

  it('the spelling of iptables-translate', () => {
    expect(parse('counter packets 1 bytes 2 meta mark set mark or 0x4000')).to.deep.equal([
      { counter: { packets: 1, bytes: 2 } },
      { mangle: { key: mark, value: { '|': [mark, 0x4000] } } },
    ])
    expect(parse('meta mark set mark and 0xffff0fff xor 0x4000')).to.deep.equal([
      { mangle: { key: mark, value: { '^': [{ '&': [mark, 0xffff0fff] }, 0x4000] } } },
    ])
    expect(parse('ip ttl lt 5')).to.deep.equal([match({ payload: { protocol: 'ip', field: 'ttl' } }, 5, '<')])
    expect(parse('tcp dport { 80,443 }')).to.deep.equal([
      match({ payload: { protocol: 'tcp', field: 'dport' } }, { set: [80, 443] }),
    ])
  })

  it('blanks say nothing, but for the last: a target that nft could not print', () => {
    expect(parse(' counter packets 0 bytes 0  jump X')).to.deep.equal([
      { counter: { packets: 0, bytes: 0 } },
      { jump: { target: 'X' } },
    ])
    expect(parse(' xt match set counter packets 0 bytes 0 ')).to.deep.equal([
      { xt: { type: 'match', name: 'set' } },
      { counter: { packets: 0, bytes: 0 } },
      { other: '' },
    ])
  })

  it('what is carried as text swallows no verdict', () => {
    for (const other of [
      'queue num 1-3 bypass',
      'quota over 25 mbytes used 5 bytes',
      'tproxy ip6 to [::1]:50080',
      'last used never',
    ]) {
      expect(parse(`${other} drop`)).to.deep.equal([{ other }, { drop: null }])
    }
    expect(parse('meter foo size 10 { ip saddr limit rate 5/second } accept')).to.deep.equal([
      { other: 'meter foo size 10 { ip saddr limit rate 5/second }' },
      { accept: null },
    ])
    expect(parse('counter name tcp dport map { 80 : "a" } drop')).to.deep.equal([
      { other: 'counter name tcp dport map { 80 : "a" }' },
      { drop: null },
    ])
  })

  it('the remark of nft -a is no part of the rule', () => {
    expect(parse('ip saddr 10.0.0.1 accept # handle 4')).to.deep.equal([match(saddr, '10.0.0.1'), { accept: null }])
    expect(parseNftRule('accept comment "x # y" # handle 4', 'ip')).to.deep.include({ comment: 'x # y' })
  })

  it('original addresses carry direction and family', () => {
    expect(parse('ct original ip daddr 10.96.0.0/12 ct reply proto-src 80')).to.deep.equal([
      match({ ct: { key: 'daddr', dir: 'original', family: 'ip' } }, { prefix: { addr: '10.96.0.0', len: 12 } }),
      match({ ct: { key: 'proto-src', dir: 'reply' } }, 80),
    ])
  })

  it('addresses and ports to translate to', () => {
    const nat = (text: string) => parse(`dnat to ${text}`)[0]
    expect(nat(':80')).to.deep.equal({ dnat: { port: 80 } })
    expect(nat('fd00::1')).to.deep.equal({ dnat: { addr: 'fd00::1' } })
    expect(nat('[fd00::1]')).to.deep.equal({ dnat: { addr: 'fd00::1' } })
    expect(nat('[fd00::]/64')).to.deep.equal({ dnat: { addr: { prefix: { addr: 'fd00::', len: 64 } } } })
    expect(nat('[fd00::1]-[fd00::9]:80-90 random')).to.deep.equal({
      dnat: { addr: { range: ['fd00::1', 'fd00::9'] }, port: { range: [80, 90] }, flags: ['random'] },
    })
    expect(nat('10.0.0.1-10.0.0.9 persistent,fully-random')).to.deep.equal({
      dnat: { addr: { range: ['10.0.0.1', '10.0.0.9'] }, flags: ['fully-random', 'persistent'] },
    })
    expect(parse('snat ip prefix to ip saddr map { 10.0.0.0/24 : 10.1.0.0/24 }')[0]).to.have.nested.property(
      'snat.type_flags[0]',
      'prefix',
    )
  })

  it('ranges of dates, which have dashes of their own', () => {
    const range = ['2026-01-01 00:00:00', '2026-02-01 00:00:00']
    expect(parse(`meta time "${range.join('"-"')}"`)[0]).to.have.deep.nested.property('match.right', { range })
  })

  it('hashes, offsets and ports by map', () => {
    expect(parse('redirect to :tcp dport map { 80 : 8080 } random')[0]).to.have.nested.property(
      'redirect.port.map.data',
    )
    expect(parse('dnat ip to 10.0.0.1:tcp dport map { 80 : 90 } drop')).to.deep.include({ drop: null })
    expect(parse('jhash ip saddr . tcp sport mod 3 seed 0xff offset 2 vmap @m')).to.deep.equal([
      {
        vmap: {
          key: {
            jhash: {
              mod: 3,
              expr: { concat: [saddr, { payload: { protocol: 'tcp', field: 'sport' } }] },
              seed: 255,
              offset: 2,
            },
          },
          data: '@m',
        },
      },
    ])
  })
})
