import { expect } from 'chai'
import fc from 'fast-check'
import { decodeIpSetSave } from '../../src/decode/ipset-save.ts'
import { adds, fileOf, recordings, textFile } from './recordings.ts'

const parts = (...lines: string[]): string[][] =>
  [...decodeIpSetSave(fileOf(...lines)).ipsets.values()].flatMap(({ entries }) =>
    entries.map((entry) => [...entry.parts]),
  )

const ports = 'create P bitmap:port range 0-65535'
const pairs = 'create A hash:ip,port family inet hashsize 1024 maxelem 65536'

describe('ipset-save', () => {
  for (const source of recordings('ipset-save')) {
    it(`knows every line of ${source.name}`, () => {
      const decoded = decodeIpSetSave(source)
      const report = decoded.report()
      expect(report.unknown).to.deep.equal([])
      expect(report.recognised).to.equal(report.lines)
      expect([...decoded.ipsets.values()].filter(({ cut }) => cut)).to.deep.equal([])
      expect(decoded).not.to.have.property('cut')
    })
  }

  it('reads sets with their options and entries with theirs', () => {
    const { ipsets } = decodeIpSetSave(
      fileOf(pairs, ports, 'add A 10.0.0.1,tcp:80 timeout 30 comment "a b"', 'add P 30517'),
    )
    expect(ipsets.get('A')).to.deep.include({ type: 'hash:ip,port', at: { file: 'file', line: 1 } })
    expect(ipsets.get('A')?.options).to.deep.equal(['family', 'inet', 'hashsize', '1024', 'maxelem', '65536'])
    expect(ipsets.get('A')?.entries).to.deep.equal([
      { at: { file: 'file', line: 3 }, parts: ['10.0.0.1', 'tcp:80'], options: ['timeout', '30', 'comment', 'a b'] },
    ])
    expect(ipsets.get('P')?.entries[0]?.parts).to.deep.equal(['30517'])
    expect(ipsets.get('A')?.entries).to.equal(ipsets.get('A')?.entries)
  })

  it('reads the entries of every type', () => {
    const entries: Record<string, string> = {
      'hash:ip,port,net': '203.0.113.10,tcp:80,198.51.100.0/24',
      'hash:ip,port,ip': 'fd00::1,udp:53,fd00::2',
      'hash:ip,mark': '10.0.0.1,0x00000010',
      'hash:net,iface': '10.0.0.0/8,physdev:eth0',
      'hash:net,port,net': '10.0.0.0/8,icmp:echo-request,0.0.0.0/0',
      'hash:mac': '00:11:22:33:44:55',
      'bitmap:ip,mac': '10.0.0.1',
      'list:set': 'A',
    }
    for (const [type, entry] of Object.entries(entries))
      expect(parts(`create X ${type}`, `add X ${entry}`), type).to.deep.equal([entry.split(',')])
  })

  it('an entry that does not fit its type is unknown and makes the set incomplete', () => {
    const bad = [
      '10.0.0.1',
      '10.0.0.1,tcp:99999',
      '10.0.0,tcp:80',
      '10.0.0.1,tcp:80,1.1.1.1',
      '10.0.0.1,80:',
      '10.0.0.1,icmp:',
      '10.0.0.1,tcp:80 comment "x',
      '',
    ]
    for (const entry of bad) {
      const decoded = decodeIpSetSave(fileOf(pairs, `add A ${entry}`, 'add A 10.0.0.2,tcp:80'))
      expect(
        decoded.report().unknown.map(({ line }) => line),
        entry,
      ).to.deep.equal([2])
      expect(decoded.ipsets.get('A')?.entries).to.have.length(1)
      expect(decoded.ipsets.get('A')?.cut).to.deep.equal({ file: 'file', line: 2 })
    }
  })

  it('junk, an add to no set and a second create are unknown', () => {
    const decoded = decodeIpSetSave(
      fileOf('add B 1.1.1.1', ports, 'ad P 1', 'create P hash:ip', 'create Q', '# note', '', 'add B 1', 'add P 7'),
    )
    expect(decoded.report().unknown.map(({ line }) => line)).to.deep.equal([1, 3, 4, 5, 8])
    expect(decoded.report().ignored.map(({ line }) => line)).to.deep.equal([6, 7])
    expect(decoded.ipsets.get('P')?.entries.map((entry) => entry.parts)).to.deep.equal([['7']])
    expect(decoded.ipsets.get('P')?.cut).to.deep.equal({ file: 'file', line: 3 })
  })

  it('a last line without its end is cut, not read', () => {
    const decoded = decodeIpSetSave(textFile(`${pairs}\nadd A 10.0.0.1,tcp:80\nadd A 10.0.0.2,tcp:8`))
    expect(decoded.cut).to.deep.include({ line: 3 })
    expect(decoded.ipsets.get('A')?.entries).to.have.length(1)
    expect(decoded.ipsets.get('A')?.cut).to.deep.equal({ file: 'file', line: 3 })
    expect(adds(decoded.report())).to.equal(true)
  })

  it('reads CRLF', () => {
    expect(decodeIpSetSave(textFile(`${ports}\r\nadd P 80\r\n`)).ipsets.get('P')?.entries[0]?.parts).to.deep.equal([
      '80',
    ])
  })

  it('survives any bytes', () => {
    const piece = fc.constantFrom('create ', 'A ', 'hash:ip', ' ', '\n', 'add ', '10.0.0.1', ',', '"', '\0', '\r\n')
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const decoded = decodeIpSetSave(textFile(pieces.join('')))
        for (const set of decoded.ipsets.values()) expect(set.entries).to.be.an('array')
        expect(adds(decoded.report())).to.equal(true)
      }),
    )
  })
})
