import { isIPv6 } from 'node:net'
import { expect } from 'chai'
import fc from 'fast-check'
import {
  type Ip,
  contains,
  familyOf,
  formatIp,
  formatIpPort,
  formatPrefix,
  parseIp,
  parseIpPort,
  parsePort,
  parsePrefix,
  width,
} from '../../src/ruleset/address.ts'

const ipv4 = fc.nat(0xffffffff)
const ipv6 = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n })
const ips: fc.Arbitrary<Ip> = fc.oneof(ipv4, ipv6)
const prefixes = ips.chain((address) => fc.nat(width(address)).map((length) => ({ address, length })))

const bitsOf = (ip: Ip): string => ip.toString(2).padStart(width(ip), '0')

describe('address', () => {
  it('reads and writes IPv4', () => {
    expect(parseIp('10.96.0.1')).to.equal(0x0a600001)
    expect(parseIp('255.255.255.255')).to.equal(0xffffffff)
    expect(formatIp(0xc0000201)).to.equal('192.0.2.1')
  })

  it('writes IPv6 as RFC 5952 says', () => {
    const spellings: Record<string, string> = {
      'fd00:0096:0000:0000:0000:0000:0000:0003': 'fd00:96::3',
      '0:0:0:0:0:0:0:0': '::',
      '::0001': '::1',
      '2001:DB8::A': '2001:db8::a',
      '2001:db8:0:1:1:1:1:1': '2001:db8:0:1:1:1:1:1',
      '2001:0:0:1:0:0:0:1': '2001:0:0:1::1',
      '2001:db8:0:0:1:0:0:1': '2001:db8::1:0:0:1',
    }
    for (const [text, canonical] of Object.entries(spellings)) expect(formatIp(parseIp(text) ?? 0)).to.equal(canonical)
    expect(parseIp('::ffff:10.0.0.1')).to.equal(0xffff0a000001n)
  })

  it('takes for IPv6 what Node takes for it', () => {
    const group = fc.constantFrom('', '0', '1', 'ffff', 'aB', '10000', 'g', '1.2.3.4', '1.2.3')
    const text = fc.array(group, { minLength: 2, maxLength: 10 }).map((groups) => groups.join(':'))
    fc.assert(
      fc.property(text, (one) => {
        expect(parseIp(one) !== undefined, one).to.equal(isIPv6(one))
      }),
      { numRuns: 3000 },
    )
  })

  it('refuses what is no address', () => {
    const junk = [
      '',
      '1.2.3',
      '1.2.3.4.5',
      '1.2.3.256',
      '1..2.3',
      '.1.2.3',
      '1.2.3.4.',
      '1.2.3.4 ',
      '1.2.3.4/32',
      'a.b.c.d',
      '-1.2.3.4',
    ]
    const junk6 = [
      ':',
      ':::',
      '1::2::3',
      'fd00',
      'fd00::g',
      'fe80::1%eth0',
      '[::1]',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      '::12345',
    ]
    for (const text of [...junk, ...junk6]) expect(parseIp(text), text).to.equal(undefined)
  })

  it('gives every address again', () => {
    fc.assert(
      fc.property(ips, (ip) => {
        expect(parseIp(formatIp(ip))).to.equal(ip)
        expect(familyOf(ip)).to.equal(typeof ip === 'number' ? 'IPv4' : 'IPv6')
      }),
    )
  })

  it('gives every address with its port again', () => {
    fc.assert(
      fc.property(ips, fc.nat(65535), (ip, port) => {
        expect(parseIpPort(formatIpPort(ip, port))).to.deep.equal({ ip, port })
      }),
    )
    expect(formatIpPort(1n, 80)).to.equal('[::1]:80')
  })

  it('refuses ports and address-port pairs that are none', () => {
    for (const text of ['', '65536', '-1', '1.5', '1e3', '0x10', ' 1', '+1', '123456'])
      expect(parsePort(text), text).to.equal(undefined)
    for (const text of [
      '',
      '10.0.0.1',
      '10.0.0.1:',
      ':80',
      'fd00::1:80',
      '[10.0.0.1',
      'host:80',
      '[::1]',
      '10.0.0.1:http',
    ]) {
      expect(parseIpPort(text), text).to.equal(undefined)
    }
  })

  it('reads prefixes with a length, a mask, or neither', () => {
    expect(parsePrefix('10.0.0.0/8')).to.deep.equal({ address: 0x0a000000, length: 8 })
    expect(parsePrefix('10.0.0.0/255.240.0.0')).to.deep.equal({ address: 0x0a000000, length: 12 })
    expect(parsePrefix('0.0.0.0/0.0.0.0')).to.deep.equal({ address: 0, length: 0 })
    expect(parsePrefix('10.0.0.1')).to.deep.equal({ address: 0x0a000001, length: 32 })
    expect(parsePrefix('fd00::/ffff::')).to.deep.equal({ address: 0xfd00n << 112n, length: 16 })
    expect(parsePrefix('fd00::1')).to.deep.equal({ address: (0xfd00n << 112n) | 1n, length: 128 })
    for (const text of [
      '',
      '/8',
      '10.0.0.0/33',
      '::/129',
      '10.0.0.0/255.0.255.0',
      '10.0.0.0/',
      '10.0.0.0/-1',
      '10.0.0.0/a',
      '10.0.0.0/ffff::',
    ]) {
      expect(parsePrefix(text), text).to.equal(undefined)
    }
  })

  it('gives every prefix again', () => {
    fc.assert(
      fc.property(prefixes, (prefix) => {
        expect(parsePrefix(formatPrefix(prefix))).to.deep.equal(prefix)
      }),
    )
  })

  it('contains what shares the first bits', () => {
    fc.assert(
      fc.property(prefixes, ips, fc.nat(128), (prefix, other, flipped) => {
        const { address, length } = prefix
        expect(contains(prefix, address)).to.equal(true)
        const same =
          familyOf(other) === familyOf(address) && bitsOf(other).slice(0, length) === bitsOf(address).slice(0, length)
        expect(contains(prefix, other)).to.equal(same)
        const bit = flipped % width(address)
        const near =
          typeof address === 'number' ? (address ^ (2 ** (31 - bit))) >>> 0 : address ^ (1n << BigInt(127 - bit))
        expect(contains(prefix, near)).to.equal(bit >= length)
      }),
    )
  })
})
