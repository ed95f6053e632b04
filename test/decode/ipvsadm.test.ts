import { expect } from 'chai'
import fc from 'fast-check'
import { decodeIpvsadmList, decodeIpvsadmSave } from '../../src/decode/ipvsadm.ts'
import { decodeProcNetIpVs } from '../../src/decode/proc-net-ip-vs.ts'
import type { DecodedIpvs } from '../../src/decode/virtual-servers.ts'
import { formatIpPort, parseIp } from '../../src/ruleset/address.ts'
import { adds, fileOf, recordings, textFile } from './recordings.ts'

const save = (...lines: string[]): DecodedIpvs => decodeIpvsadmSave(fileOf(...lines))
const list = (...lines: string[]): DecodedIpvs => decodeIpvsadmList(fileOf(...lines))
const unknownLines = (decoded: DecodedIpvs): number[] => decoded.report().unknown.map(({ line }) => line)

/** By address, without where each line stood. */
function facts({ virtualServers }: DecodedIpvs): Map<string, object> {
  const told = new Map<string, object>()
  for (const { at: _at, servers, text: _text, ...rest } of virtualServers) {
    const reals = servers.map(({ forward, ip, port, weight }) => `${formatIpPort(ip, port)} ${forward} ${weight}`)
    told.set(`${rest.protocol} ${formatIpPort(rest.ip, rest.port)}`, { ...rest, servers: reals.toSorted() })
  }
  return told
}

describe('ipvsadm', () => {
  const [saved = textFile(''), listed = textFile(''), proc = textFile('')] = [
    ...recordings('ipvsadm-save'),
    ...recordings('ipvsadm-list'),
    ...recordings('proc-net-ip_vs'),
  ]

  it('-Sn, -Ln and /proc/net/ip_vs of one node tell the same', () => {
    const decoded = [decodeIpvsadmSave(saved), decodeIpvsadmList(listed), decodeProcNetIpVs(proc)]
    for (const one of decoded) {
      expect(one.report().unknown).to.deep.equal([])
      expect(adds(one.report())).to.equal(true)
      expect(one).not.to.have.property('cut')
    }
    const [first = new Map<string, object>(), ...others] = decoded.map(facts)
    expect(first.size).to.equal(30)
    for (const other of others) expect(other).to.deep.equal(first)
  })

  it('reads virtual and real servers with their places', () => {
    const { virtualServers } = save('-A -t 10.0.0.1:80 -s rr', '-a -t 10.0.0.1:80 -r 10.1.0.1:8080 -m -w 0')
    expect(virtualServers).to.deep.equal([
      {
        at: { file: 'file', line: 1 },
        text: '-A -t 10.0.0.1:80 -s rr',
        protocol: 'TCP',
        ip: 0x0a000001,
        port: 80,
        scheduler: 'rr',
        flags: [],
        onePacket: false,
        servers: [
          {
            at: { file: 'file', line: 2 },
            text: '-a -t 10.0.0.1:80 -r 10.1.0.1:8080 -m -w 0',
            ip: 0x0a010001,
            port: 8080,
            forward: 'Masq',
            weight: 0,
          },
        ],
      },
    ])
  })

  it('reads every option in both spellings', () => {
    const want = {
      protocol: 'SCTP',
      scheduler: 'mh',
      persistent: 600,
      mask: 24,
      persistenceEngine: 'sip',
      onePacket: true,
    }
    const lines = [
      save('-A --sctp-service 10.0.0.1:80 -s mh -p 600 -M 255.255.255.0 --pe sip -o -b mh-port,mh-fallback'),
      save('-A --sctp-service 10.0.0.1:80 -s mh -p 600 -M 255.255.255.0 pe sip ops -b mh-port,mh-fallback'),
      list('SCTP 10.0.0.1:80 mh (mh-port,mh-fallback) persistent 600 mask 255.255.255.0 pe sip ops'),
    ]
    for (const { virtualServers } of lines) {
      expect(virtualServers[0]).to.deep.include({ ...want, flags: ['mh-port', 'mh-fallback'] })
    }
  })

  it('reads IPv6, and a mask of IPv6 as a prefix length', () => {
    const ip = parseIp('fd00:96::3')
    expect(save('-A -u [fd00:96::3]:53 -s rr -p 5 -M 64').virtualServers[0]).to.deep.include({ ip, port: 53, mask: 64 })
    const [server] = list(
      'UDP  [fd00:96::3]:53 rr persistent 5 mask 64',
      '  -> [fd00:10:244:1:aaaa:bbbb:cccc:dddd]:53 Masq    1      0          0         ',
    ).virtualServers
    expect(server).to.deep.include({ ip, mask: 64 })
    expect(server?.servers[0]).to.deep.include({ ip: parseIp('fd00:10:244:1:aaaa:bbbb:cccc:dddd'), weight: 1 })
    expect(save('-A -u [fd00::1]:53 -s rr -p 5 -M 128').virtualServers[0]).not.to.have.property('mask')
  })

  it('reads how packets are forwarded', () => {
    const service = 'TCP  10.0.0.1:80 wrr'
    const real = (forward: string) => `  -> 10.1.0.1:80                  ${forward} 3      0          0`
    const forwards = ['Masq', 'Route', 'Tunnel', 'Local']
    expect(
      forwards.map((forward) => list(service, real(forward)).virtualServers[0]?.servers[0]?.forward),
    ).to.deep.equal(forwards)
    const option = (word: string) => save('-A -t 1.1.1.1:1 -s rr', `-a -t 1.1.1.1:1 -r 2.2.2.2:1 ${word} -w 1`)
    expect(['-m', '-g', '-i'].map((word) => option(word).virtualServers[0]?.servers[0]?.forward)).to.deep.equal([
      'Masq',
      'Route',
      'Tunnel',
    ])
  })

  it('finds the weight beside other columns', () => {
    const tunnel = list('TCP  1.1.1.1:1 rr', '  -> 2.2.2.2:1    Tunnel  gue:6080:nocsum   7      0          0')
    expect(tunnel.virtualServers[0]?.servers[0]).to.deep.include({ forward: 'Tunnel', weight: 7 })
    const saved = save(
      '-A -t 1.1.1.1:1 -s rr',
      '-a -t 1.1.1.1:1 -r 2.2.2.2:1 -i -w 7 --tun-type gue --tun-port 6080 --tun-nocsum',
    )
    expect(saved.virtualServers[0]?.servers[0]).to.deep.include({ forward: 'Tunnel', weight: 7 })
  })

  it('fills in what ipvsadm does when an option is left out', () => {
    const { virtualServers } = save('-A -t 1.1.1.1:1 -p', '-a -t 1.1.1.1:1 -r 2.2.2.2:1')
    expect(virtualServers[0]).to.deep.include({ scheduler: 'wlc', persistent: 300 })
    expect(virtualServers[0]?.servers[0]).to.deep.include({ forward: 'Route', weight: 1 })
  })

  it('firewall marks are unknown, with their real servers', () => {
    const why = 'firewall-mark virtual server'
    const saved = save('-A -f 1 -s rr', '-a -f 1 -r 2.2.2.2:0 -m -w 1')
    expect(saved.report().unknown.map((line) => line.why.includes(why))).to.deep.equal([true, true])
    const listed = list('FWM  1 rr', '  -> 2.2.2.2:0    Masq    1      0          0         ')
    expect(unknownLines(listed)).to.deep.equal([1, 2])
    expect(listed.report().unknown[0]?.why).to.include(why)
    expect(listed.virtualServers).to.deep.equal([])
  })

  it('asks for -n where names are printed', () => {
    for (const decoded of [list('TCP  kubernetes:https rr'), save('-A -t kubernetes:https -s rr')]) {
      expect(decoded.report().unknown[0]?.why).to.include('with -n')
    }
  })

  it('refuses the columns of --stats', () => {
    for (const source of recordings('ipvsadm-stats')) {
      const decoded = decodeIpvsadmList(source)
      expect(decoded.virtualServers).to.deep.equal([])
      expect(decoded.report().unknown[0]?.why).to.include('--stats')
      expect(adds(decoded.report())).to.equal(true)
    }
  })

  it('a real server after a line that cannot be read belongs to nobody', () => {
    const real = '  -> 2.2.2.2:1    Masq    1      0          0         '
    const decoded = list('TCP  1.1.1.1:1 rr', real, 'TC? 1.1.1.2:1 rr', real, 'TCP  1.1.1.3:1 rr', real)
    expect(unknownLines(decoded)).to.deep.equal([3, 4])
    expect(decoded.virtualServers.map(({ cut, servers }) => [servers.length, cut?.line])).to.deep.equal([
      [1, 3],
      [1, undefined],
    ])
  })

  it('what cannot be read is unknown', () => {
    const lines = [
      '-X',
      '-A -t 1.1.1.1:1 -s rr -p x',
      '-A -t 1.1.1.1:1 -s rr -M 255.0.255.0',
      '-A -t 1.1.1.1:1 --frob',
      '-A -t 1.1.1.1:1 -s',
      '-a -t 1.1.1.1:1 -r 2.2.2.2:1 -w 1',
      '-A -t 1.1.1.2:1 -s rr',
      '-A -t 1.1.1.2:1 -s rr',
      '-a -t 1.1.1.2:1 -r 2.2.2.2:1 -w x',
      '-a -t 1.1.1.2:1 -r here:1 -w 1',
    ]
    expect(unknownLines(save(...lines))).to.deep.equal([1, 2, 3, 4, 5, 6, 8, 9, 10])
    expect(
      unknownLines(
        list(
          'TCP  1.1.1.1:1',
          'TCP  1.1.1.1:1 rr persistent',
          'TCP  1.1.1.1:1 rr frob',
          'TCP  1.1.1.1:1 rr',
          '-> 2.2.2.2:1 Masq 1',
          'TCP  1.1.1.2:1 rr',
          '-> 2.2.2.2:1 Frob 1 0 0',
        ),
      ),
    ).to.deep.equal([1, 2, 3, 5, 7])
  })

  it('a last line without its end is cut, not read', () => {
    const decoded = decodeIpvsadmSave(textFile('-A -t 1.1.1.1:1 -s rr\n-a -t 1.1.1.1:1 -r 2.2.2.2:1 -m -w 1'))
    expect(decoded.cut).to.deep.include({ line: 2 })
    expect(decoded.virtualServers[0]).to.deep.include({ servers: [], cut: { file: 'file', line: 2 } })
    expect(unknownLines(decoded)).to.deep.equal([2])
  })

  it('headings without servers are an empty table', () => {
    const decoded = list(
      'IP Virtual Server version 1.2.1 (size=4096)',
      'Prot LocalAddress:Port Scheduler Flags',
      '  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn',
    )
    expect(decoded.report()).to.deep.include({ recognised: 0, unknown: [] })
    expect(decoded.virtualServers).to.deep.equal([])
  })

  it('survives any bytes', () => {
    const pieces = [
      '-A ',
      '-a ',
      '-t ',
      '1.1.1.1:1 ',
      '-s rr',
      '-p ',
      '\n',
      'TCP ',
      '-> ',
      'Masq 1 0 0',
      '"',
      '\0',
      '0A000001:0050 ',
      'rr ',
      'persistent 5 ',
      'FFFFFFFF',
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces)), (words) => {
        const source = textFile(words.join(''))
        for (const decode of [decodeIpvsadmSave, decodeIpvsadmList, decodeProcNetIpVs])
          expect(adds(decode(source).report())).to.equal(true)
      }),
    )
  })
})
