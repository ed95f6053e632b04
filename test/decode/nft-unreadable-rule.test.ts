import { expect } from 'chai'
import fc from 'fast-check'
import { parseNftRule } from '../../src/decode/nft/rule.ts'

const why = (text: string): string | undefined => {
  const rule = parseNftRule(text, 'ip')
  return rule.tool === 'unknown' ? rule.why : undefined
}

describe('nft rule that cannot be read', () => {
  it('an unreadable rule says why and is not guessed', () => {
    expect(why('frobnicate 5 accept')).to.equal('"frobnicate" begins no statement')
    expect(why('ip daddr { 10.0.0.1, ')).to.equal('the line ends too early')
    expect(why('ip daddr 10.0.0.1 comment "x" drop')).to.equal('"drop" follows the comment')
    expect(why('jump')).to.be.a('string')
    expect(why('ip daddr == accept } {')).to.be.a('string')
  })

  it('words of every kind of object are only words', () => {
    for (const word of ['constructor', 'toString', 'valueOf', '__proto__', 'hasOwnProperty']) {
      expect(why(word)).to.equal(`"${word}" begins no statement`)
      expect(why(`meta ${word} 5 ${word}`)).to.equal(`"${word}" begins no statement`)
    }
  })

  it('quotes, flags and questions to the fib that nft does not print are not guessed either', () => {
    expect(why('iifname a"b" accept')).to.equal(`the quotes of "a"b"" are not nft's`)
    expect(why('iifname ""eth0 accept" accept')).to.be.a('string')
    expect(why('accept comment "drop')).to.be.a('string')
    expect(why('jump "10:00"-"20:00"')).to.equal('""10:00"-"20:00"" is no single string')
    expect(why('accept comment "a"-"b"')).to.equal('""a"-"b"" is no single string')
    expect(why('fib saddr . frob iif oif missing drop')).to.equal('fib saddr . frob is no question that nft asks')
    expect(why('fib daddr frob local drop')).to.be.a('string')
    expect(why('log flags frob drop')).to.equal('"frob" is no flag of log')
    expect(why('log flags tcp sequence,options flags ip options drop')).to.equal(undefined)
    expect(why('meta hour "10:00"-"20:00" accept')).to.equal(undefined)
  })

  it('an address has no punctuation of lists', () => {
    for (const word of ['[fd00::1,2]:80', '10.0.0.1,:80', '10.0.0.1,@a', '"10.0.0.1"'])
      expect(why(`dnat to ${word}`)).to.equal(`"${word}" is no address or port`)
  })

  it('nor has any other value', () => {
    expect(why('ct state est((ablished,related accept')).to.equal('"est((ablished" is no value')
    expect(why('meta hour "@a:00"-"06:00" accept')).to.equal('""@a:00"-"06:00"" is no value')
  })

  it('flags without end are not nested without end', () => {
    const many = (n: number) => Array.from({ length: n }, () => 'syn')
    expect(why(`tcp flags == ${many(1000).join(',')} drop`)).to.equal('it is nested too deeply')
    expect(why(`tcp flags & (${many(1000).join(' | ')}) == syn drop`)).to.equal('it is nested too deeply')
    expect(why(`tcp flags == ${many(60).join(',')} drop`)).to.equal(undefined)
  })

  it('never throws', () => {
    expect(why('('.repeat(100_000))).to.be.a('string')
    expect(why(`${'('.repeat(100_000)}meta mark`)).to.equal('it is nested too deeply')
    const words = [
      'ip',
      'daddr',
      '{',
      '}',
      ',',
      ':',
      'vmap',
      'map',
      '10.0.0.1',
      '"',
      '(',
      ')',
      '.',
      'dnat',
      'to',
      '@s',
      '&',
      '-',
      '/',
      'set',
    ].concat([
      'ct',
      'fib',
      'numgen',
      'limit',
      'rate',
      'log',
      'update',
      'reject',
      'with',
      'comment',
      'meter',
      'queue',
      'rt',
      'tcp',
      'option',
    ])
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(fc.constantFrom(...words), { maxLength: 12 }).map((list) => list.join(' ')),
        ),
        (text) => {
          expect(parseNftRule(text, 'inet').tool).to.be.oneOf(['nft', 'unknown'])
        },
      ),
      { numRuns: 3000 },
    )
  })
})
