/** Connections as conntrack prints them. */
import { expect } from 'chai'
import { decodeConntrack } from '../../src/decode/conntrack.ts'
import { formatIpPort } from '../../src/ruleset/address.ts'

const decoded = (...lines: string[]): ReturnType<typeof decodeConntrack> =>
  decodeConntrack({ name: 'conntrack.txt', text: lines.map((line) => `${line}\n`).join('') })

describe('conntrack', () => {
  it('tells what a connection was for, and who answers', () => {
    const { connections } = decoded(
      'udp      17 28 src=10.244.1.4 dst=10.96.0.10 sport=4000 dport=53 [UNREPLIED] src=10.244.1.9 dst=10.244.1.4 sport=5353 dport=4000 mark=0 use=1',
      'tcp      6 431999 ESTABLISHED src=fd00::1 dst=fd00:96::a sport=4001 dport=80 src=fd00::9 dst=fd00::1 sport=8080 dport=4001 [ASSURED] mark=0 use=1',
      'ipv4     2 udp      17 5 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1 mark=0 use=1',
    )
    const texts = connections.map(({ answering, destination, expires, protocol, state, unreplied }) =>
      [
        protocol,
        state ?? '',
        expires,
        formatIpPort(destination.ip, destination.port),
        formatIpPort(answering.ip, answering.port),
        unreplied,
      ].join(' '),
    )
    expect(texts).to.deep.equal([
      'UDP  28 10.96.0.10:53 10.244.1.9:5353 true',
      'TCP ESTABLISHED 431999 [fd00:96::a]:80 [fd00::9]:8080 false',
      'UDP  5 10.0.0.2:2 10.0.0.2:2 false',
    ])
  })

  it('tells how old a connection is where the kernel does, and which are assured', () => {
    const { connections } = decoded(
      'udp      17 117 src=10.244.1.99 dst=10.96.0.10 sport=4000 dport=80 [UNREPLIED] src=10.244.1.250 dst=10.244.1.99 sport=8080 dport=4000 mark=0 delta-time=2 use=1',
      'udp      17 100 src=10.244.1.4 dst=10.96.0.10 sport=4000 dport=53 src=10.244.1.9 dst=10.244.1.4 sport=5353 dport=4000 [ASSURED] mark=0 use=1',
    )
    expect(connections.map(({ age, assured }) => [age, assured])).to.deep.equal([
      [2, false],
      [undefined, true],
    ])
  })

  it('leaves out what has no ports, and reports what is no connection', () => {
    const { connections, report } = decoded(
      'unknown  2 589 src=10.244.0.1 dst=224.0.0.22 [UNREPLIED] src=224.0.0.22 dst=10.244.0.1 mark=0 use=1',
      'icmp     1 29 src=10.0.0.1 dst=10.0.0.2 type=8 code=0 id=1 src=10.0.0.2 dst=10.0.0.1 type=0 code=0 id=1 mark=0 use=1',
      'conntrack v1.4.7 (conntrack-tools): 2 flow entries have been shown.',
      'what is this',
    )
    expect(connections).to.deep.equal([])
    const { ignored, unknown } = report()
    expect(ignored.map(({ line }) => line)).to.deep.equal([1, 2, 3])
    expect(unknown.map(({ line }) => line)).to.deep.equal([4])
  })
})
