import { expect } from 'chai'
import { decodeSysctl } from '../../src/decode/sysctl.ts'
import { adds, fileOf, recordings, textFile } from './recordings.ts'

describe('sysctl', () => {
  for (const source of recordings('sysctl')) {
    it(`knows every line of ${source.name}`, () => {
      const { report, sysctls } = decodeSysctl(source)
      expect(report().unknown).to.deep.equal([])
      expect(sysctls.get('net/ipv4/ip_forward')).to.equal('1')
    })
  }

  it('names are in slashes, and interfaces keep their dots', () => {
    const lines = [
      'net.ipv4.ip_forward = 1',
      'net/ipv4/conf/eth0.100/rp_filter = 2',
      'net.ipv4.conf.eth0/200.rp_filter = 0',
      'net.ipv4.tcp_rmem=4096\t131072 6291456',
      'net.ipv4.empty =',
    ]
    expect([...decodeSysctl(fileOf(...lines)).sysctls]).to.deep.equal([
      ['net/ipv4/ip_forward', '1'],
      ['net/ipv4/conf/eth0.100/rp_filter', '2'],
      ['net/ipv4/conf/eth0.200/rp_filter', '0'],
      ['net/ipv4/tcp_rmem', '4096\t131072 6291456'],
      ['net/ipv4/empty', ''],
    ])
  })

  it('ignores comments and what sysctl says of keys that it cannot read', () => {
    const { report } = decodeSysctl(
      textFile('# a\n; b\n\nsysctl: cannot stat /proc/sys/net/x: No such file\r\nx = 1\r\n'),
    )
    expect(report()).to.deep.include({ lines: 5, recognised: 1, unknown: [] })
    expect(adds(report())).to.equal(true)
  })

  it('other lines are unknown', () => {
    const { report, sysctls } = decodeSysctl(fileOf('junk', '= 1', 'two words = 1'))
    expect(report().unknown.map(({ line }) => line)).to.deep.equal([1, 2, 3])
    expect(sysctls.size).to.equal(0)
  })
})
