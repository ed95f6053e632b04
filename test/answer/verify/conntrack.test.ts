/** kpx verify finds connections whose endpoint is gone, and tells how old they are as far as the kernel does. */
import { expect } from 'chai'
import type { Finding } from '../../../src/answer/finding.ts'
import { brokenCapture } from '../../broken-capture.ts'
import { found, verified } from './verified.ts'

/** `udp 17 28` to shop/dns, or `to`, that `by` has answered. */
type Entry = readonly [begin: string, by: string, more?: string, to?: string]

describe('verify', () => {
  let dns: string

  before('finds the address of shop/dns', async () => {
    const list = (await brokenCapture('k1.37-iptables', {})).list('services') ?? []
    const text = JSON.stringify([...list].find((one) => JSON.stringify(one).includes('"name":"dns"')))
    dns = /"clusterIP":"([^"]+)"/.exec(text)?.[1] ?? ''
  })

  const textOf = ([begin, by, more = 'mark=0', to = dns]: Entry): string =>
    `${begin} src=10.244.0.9 dst=${to} sport=4000 dport=53 src=${by} dst=10.244.0.9 sport=5353 dport=4000 ${more} use=1\n`

  const verifiedWith = (entries: readonly Entry[], sysctls = '') =>
    verified('k1.37-iptables', {
      'nodes/node1/conntrack.txt': () => entries.map(textOf).join(''),
      'nodes/node1/sysctl.txt': (text) => text + sysctls,
    })

  it('finds connections that conntrack keeps with an address that is no endpoint, UDP first, and how to delete them', async () => {
    const verification = await verifiedWith([
      ['tcp      6 100 TIME_WAIT', '10.244.1.99'],
      ['tcp      6 100 ESTABLISHED', '10.244.1.98'],
      ['udp      17 28', '10.244.1.99'],
      ['udp      17 170', '10.244.1.99'],
      ['udp      17 170', '10.244.1.2'],
      ['udp      17 170', '10.244.1.99', 'mark=0', '10.0.0.9'],
    ])
    expect(found(verification)).to.deep.equal(['KPX3019 node1 shop/dns', 'KPX3019 node1 shop/dns'])
    const [udp, tcp] = verification.findings
    expect([udp?.level, tcp?.level]).to.deep.equal(['error', 'info'])
    expect(tcp?.message).to.include('1 TCP connection goes on')
    expect(udp?.message).to.match(
      /^2 UDP connections go on .* shop\/dns; without a packet the last is forgotten in 170 s$/,
    )
    expect(udp?.fix).to.match(
      new RegExp(
        `kubectl exec -n kube-system kube-proxy-\\w+ -- conntrack -D -p udp --orig-dst ${dns} --reply-src 10.244.1.99$`,
      ),
    )
  })

  const timeouts = 'net/netfilter/nf_conntrack_udp_timeout = 30\nnet/netfilter/nf_conntrack_udp_timeout_stream = 120\n'

  async function agesOf(...entries: Entry[]): Promise<string> {
    const [finding] = (await verifiedWith(entries, timeouts)).findings as [Finding?]
    return /endpoint of shop\/dns(?:; (.*))?; without a packet/.exec(finding?.message ?? 'no finding')?.[1] ?? ''
  }

  const by = '10.244.1.99'

  it('tells how old they are where the kernel keeps timestamps', async () => {
    const old: Entry = ['udp      17 117', by, '[ASSURED] mark=0 delta-time=500']
    expect(await agesOf(old)).to.equal('it was made 500 s ago; the last packet came 3 s ago')
    expect(await agesOf(['udp      17 21', by, 'mark=0 delta-time=9'], old)).to.equal(
      'the oldest was made 500 s ago; the last packet came 3 s ago',
    )
  })

  it('tells how old they are at least by the time since their last packet', async () => {
    expect(await agesOf(['udp      17 18', by])).to.equal(
      'it was made 12 s ago or before; the last packet came 12 s ago',
    )
    expect(await agesOf(['udp      17 20', by, '[ASSURED] mark=0'], ['udp      17 25', by])).to.equal(
      'the oldest was made 100 s ago or before; the last packet came 5 s ago',
    )
  })

  it('tells no age by a timeout that is not the one that is set', async () => {
    expect(await agesOf(['udp      17 86', by])).to.equal('')
  })
})
