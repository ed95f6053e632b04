import { expect } from 'chai'
import { decodeProcNetIpVs } from '../../src/decode/proc-net-ip-vs.ts'
import { parseIp } from '../../src/ruleset/address.ts'
import { fileOf } from './recordings.ts'

const servers = (...lines: string[]) => decodeProcNetIpVs(fileOf(...lines)).virtualServers
const persistent = (...jiffies: number[]) =>
  servers(...jiffies.map((value, i) => `TCP  0A6014${10 + i}:2328 rr  persistent ${value} FFFFFFFF`)).map(
    (server) => server.persistent,
  )

describe('/proc/net/ip_vs', () => {
  it('reads addresses and ports in hexadecimal, in the order of the text', () => {
    const [server] = servers('SCTP 0A601401:2328 sh  ', '  -> 0AF40115:1F90      Tunnel  0      2          1         ')
    expect(server).to.deep.include({ protocol: 'SCTP', ip: 0x0a601401, port: 9000, scheduler: 'sh', onePacket: false })
    expect(server?.servers[0]).to.deep.include({ ip: 0x0af40115, port: 8080, forward: 'Tunnel', weight: 0 })
  })

  it('reads IPv6 with its mask in either byte order', () => {
    const service = 'UDP  [fd00:0096:0000:0000:0000:0000:0000:0003]:0035 rr persistent 2700000'
    const [full] = servers(`${service} 80000000`)
    expect(full).to.deep.include({ ip: parseIp('fd00:96::3'), port: 53 })
    expect(full).not.to.have.property('mask')
    expect(servers(`${service} 00000080`)[0]).not.to.have.property('mask')
    expect(servers(`${service} 40000000`)[0]?.mask).to.equal(64)
    expect(servers(`${service} 00000040`)[0]?.mask).to.equal(64)
  })

  it('reads ops and masks of IPv4', () => {
    expect(servers('UDP  0A601401:0035 rr ops ')[0]).to.deep.include({ onePacket: true })
    expect(servers('UDP  0A601401:0035 rr ops persistent 250 FFFFFF00')[0]).to.deep.include({
      onePacket: true,
      mask: 24,
      persistent: 1,
    })
    expect(servers('UDP  0A601401:0035 rr  persistent 250 00000000')[0]?.mask).to.equal(0)
  })

  describe('jiffies', () => {
    it("are of the rate that gives some server Kubernetes' default", () => {
      expect(persistent(2700000)).to.deep.equal([10800])
      expect(persistent(10800000, 600000)).to.deep.equal([10800, 600])
      expect(persistent(1080000)).to.deep.equal([10800])
      expect(persistent(3240000, 30000)).to.deep.equal([10800, 100])
    })

    it('otherwise of 250 in a second', () => {
      expect(persistent(150000)).to.deep.equal([600])
    })

    it('unless that gives parts of seconds or more than a day', () => {
      expect(persistent(100)).to.deep.equal([1])
      expect(persistent(86400000)).to.deep.equal([86400])
      expect(persistent(2700000, 86400000)).to.deep.equal([2700, 86400])
      expect(persistent(1)).to.deep.equal([0])
    })
  })

  it('what is not that is unknown', () => {
    const lines = [
      'TCP  10.0.0.1:80 rr',
      'TCP  0A601401:0050',
      'TCP  0A60140G:0050 rr',
      'TCP  0A601401:50 rr',
      'TCP  0A601401:0050 rr persistent',
      'TCP  0A601401:0050 rr persistent x FFFFFFFF',
      'TCP  0A601401:0050 rr persistent 5 FFFFFF0F',
      'TCP  [fd00:0096:0000:0000:0000:0000:0000:0003]:0050 rr persistent 5 FFFFFFFF',
      'FWM  00000001 rr ',
      'junk',
    ]
    const decoded = decodeProcNetIpVs(fileOf(...lines))
    expect(decoded.report().unknown.map(({ line }) => line)).to.deep.equal(lines.map((_, i) => i + 1))
  })
})
