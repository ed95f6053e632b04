import { expect } from 'chai'
import { parseIptablesRule } from '../../src/decode/iptables-rule.ts'
import type { IptablesRule } from '../../src/ruleset/iptables.ts'

function parse(text: string): IptablesRule {
  const rule = parseIptablesRule(text)
  if (rule.tool !== 'iptables') throw new Error(`${text}: ${rule.why}`)
  return rule
}

const why = (text: string): string | undefined => {
  const rule = parseIptablesRule(text)
  return rule.tool === 'unknown' ? rule.why : undefined
}

const option = (name: string, ...values: string[]) => ({ name, inverted: false, values })
const not = (name: string, ...values: string[]) => ({ name, inverted: true, values })

describe('iptables rule', () => {
  it('reads general options, matches and the target', () => {
    expect(
      parse('-A X ! -s 10.0.0.0/8 -p tcp -m comment --comment "a b" -m tcp --dport 80 -j REJECT --reject-with x'),
    ).to.deep.equal({
      tool: 'iptables',
      chain: 'X',
      general: [not('-s', '10.0.0.0/8'), option('-p', 'tcp')],
      matches: [
        { name: 'comment', options: [option('--comment', 'a b')] },
        { name: 'tcp', options: [option('--dport', '80')] },
      ],
      target: { name: 'REJECT', goto: false, options: [option('--reject-with', 'x')] },
    })
  })

  it('reads counters before the rule and those of iptables -S -v', () => {
    expect(parse('[12:3456] -A X').counters).to.deep.equal({ packets: '12', bytes: '3456' })
    expect(parse('-A X -c 12 3456 -j Y')).to.deep.include({ counters: { packets: '12', bytes: '3456' } })
  })

  it('a rule may have no target, or a goto', () => {
    expect(parse('-A X -m comment --comment y')).not.to.have.property('target')
    expect(parse('-A X -g Y').target).to.deep.equal({ name: 'Y', goto: true, options: [] })
  })

  it('matches of one name stay apart and in order', () => {
    const { matches } = parse('-A X -m set --match-set A dst,dst -m set ! --match-set B src -j Y')
    expect(matches.map(({ options }) => options)).to.deep.equal([
      [option('--match-set', 'A', 'dst,dst')],
      [not('--match-set', 'B', 'src')],
    ])
  })

  it('an option takes all words up to the next one', () => {
    expect(parse('-A X -p tcp -m tcp ! --tcp-flags SYN,RST SYN -j Y').matches[0]?.options).to.deep.equal([
      not('--tcp-flags', 'SYN,RST', 'SYN'),
    ])
    expect(parse('-A X -m connmark --mark -500').matches[0]?.options).to.deep.equal([option('--mark', '-500')])
  })

  it('free text may look like an option', () => {
    const { matches, target } = parse(
      '-A X -m comment --comment --foo -m comment --comment "!" -j LOG --log-prefix "-j"',
    )
    expect(matches.map(({ options }) => options[0]?.values)).to.deep.equal([['--foo'], ['!']])
    expect(target?.options).to.deep.equal([option('--log-prefix', '-j')])
  })

  it('reads ! where iptables before 1.4.3 printed it', () => {
    expect(parse('-A X -s ! 1.2.3.4 -p tcp -m tcp --dport ! 80 -j Y')).to.deep.include({
      general: [not('-s', '1.2.3.4'), option('-p', 'tcp')],
      matches: [{ name: 'tcp', options: [not('--dport', '80')] }],
    })
  })

  it('reads that ! at the end of a line', () => {
    expect(parse('-A X -s ! 1.2.3.4').general).to.deep.equal([not('-s', '1.2.3.4')])
  })

  it('general options may stand anywhere and have long names', () => {
    const written = parse('-A X -m comment --comment x -m tcp -p tcp --destination 10.0.0.1 --dport 80 --jump Y')
    expect(written).to.deep.include({ general: [option('-p', 'tcp'), option('-d', '10.0.0.1')] })
    expect(written.matches[1]).to.deep.equal({ name: 'tcp', options: [option('--dport', '80')] })
    expect(written.target?.name).to.equal('Y')
  })

  it('an option without -m belongs to the match of the protocol', () => {
    const tcp = { name: 'tcp', options: [option('--sport', '1'), option('--dport', '80')] }
    expect(parse('-A X -p tcp --sport 1 --dport 80 -j Y').matches).to.deep.equal([tcp])
    expect(parse('-A X -p 6 -m comment --comment c --sport 1 --dport 80').matches[1]).to.deep.equal(tcp)
    expect(parse('-A X -p ipv6-icmp --icmpv6-type 1').matches[0]?.name).to.equal('icmp6')
  })

  it('says why a line is none', () => {
    const lines = {
      '': 'no -A',
      '-D X': 'no -A',
      '-A': 'without a chain',
      '[1:2 -A X': 'counters',
      '[1:23 -A X': 'counters',
      '[a:2] -A X': 'counters',
      '-A X word': 'belongs to no option',
      '-A X -s': '-s without a value',
      '-A X -m': '-m without a name',
      '-A X -j': '-j without a name',
      '-A X -j Y -g Z': 'two targets',
      '-A X ! -j Y': '! before -j',
      '-A X !': '! without an option',
      '-A X -m tcp --dport 80 !': '! without an option',
      '-A X --dport 80': 'no match or target',
      '-A X ! -p tcp --dport 80': 'no match or target',
      '-A X -s 10.0.0.1 --dport 80': 'no match or target',
      '-A X -m comment --comment': 'without a value',
      '-A X -m comment --comment "a': 'does not end',
      '-A X -c 1 -j Y': '-c without',
    }
    for (const [line, part] of Object.entries(lines)) expect(why(line), line).to.include(part)
  })
})
