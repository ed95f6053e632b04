/** An ipvs node whose sets, virtual servers or addresses are not what kube-proxy wrote. */
import { expect } from 'chai'
import { brief, broken, gone, lines, replaced, without } from '../broken-capture.ts'
import type { Edit, Edits } from '../broken-capture.ts'

const recording = 'k1.37-ipvs'
const file = (name: string, edit: Edit): Edits => ({ [`nodes/node3/${name}`]: edit })
const web = 'service/shop/web'
const vip = '10.96.116.241'

describe('broken ipsets', () => {
  it('an empty KUBE-CLUSTER-IP: the filter refuses what comes in, and nothing is masqueraded', async () => {
    const ask = await broken(
      recording,
      file('ipset-save.txt', (text) => without(text, /^add KUBE-CLUSTER-IP /)),
    )
    for (const from of ['client', 'outside/node3']) {
      expect(brief(ask(from, web)), from).to.deep.equal(['1.000 reject'])
      expect(lines(ask(from, web))[0], from).to.match(/^-A KUBE-IPVS-FILTER .*KUBE-IPVS-IPS dst -j REJECT/)
    }
    // the node's own packets do not come to INPUT; IPVS takes them in OUTPUT
    const own = ask('node/node3', web)
    expect(own.map(({ masquerade, verdict }) => `${verdict} ${masquerade}`)).to.deep.equal(
      Array(4).fill('deliver false'),
    )
    // the source of a packet to an own address is that address
    expect(new Set(own.map(({ sourceSeen }) => sourceSeen))).to.deep.equal(new Set([vip]))
  })

  it('empty KUBE-CLUSTER-IP and KUBE-IPVS-IPS: IPVS delivers', async () => {
    const ask = await broken(
      recording,
      file('ipset-save.txt', (text) => without(text, /^add KUBE-(CLUSTER-IP|IPVS-IPS) /)),
    )
    expect(ask('outside/node3', web).map(({ masquerade, verdict }) => `${verdict} ${masquerade}`)).to.deep.equal(
      Array(4).fill('deliver false'),
    )
  })

  for (const [what, edit, why] of [
    ['KUBE-CLUSTER-IP', (text: string) => without(text, /^(add|create) KUBE-CLUSTER-IP /), 'does not exist'],
    ['the file', gone, 'not recorded'],
  ] as const) {
    it(`${what} missing: unknown, by the rule that asks`, async () => {
      const [outcome, ...more] = (await broken(recording, file('ipset-save.txt', edit)))('node/node3', web)
      expect(more).to.deep.equal([])
      expect(outcome?.verdict).to.equal('unknown')
      expect(outcome?.why).to.include(why)
      expect(outcome?.evidence[0]?.text).to.match(/^-A KUBE-\S+ .*--match-set KUBE-/)
    })
  }
})

const ofWeb = new RegExp(`^-a -t ${vip}:80 `)
const withWeights = (text: string, scheduler: string, weights: readonly number[]): string => {
  let server = 0
  const changed = text
    .replace(`-A -t ${vip}:80 -s rr`, `-A -t ${vip}:80 -s ${scheduler}`)
    .split('\n')
    .map((line) => (ofWeb.test(line) ? line.replace(/-w 1$/, `-w ${weights[server++]}`) : line))
  return replaced(text, /^[^]*$/, changed.join('\n'))
}

describe('altered virtual servers', () => {
  const equal = [0.25, 0.25, 0.25, 0.25]
  // net/netfilter/ipvs/ip_vs_{rr,lc}.c look at weights for being 0 only, the others share by them
  for (const [scheduler, weights, expected] of [
    ['rr', [1, 1, 0, 1], [1 / 3, 1 / 3, 0, 1 / 3]],
    ['rr', [1, 1, 2, 4], equal],
    ['lc', [1, 1, 2, 4], equal],
    ['wrr', [1, 1, 2, 4], [0.125, 0.125, 0.25, 0.5]],
    ['wlc', [1, 1, 2, 4], [0.125, 0.125, 0.25, 0.5]],
    // a server without weight keeps one bucket of sh, and its clients are refused
    ['sh', [1, 1, 0, 2], [0.2, 0.2, 0, 0.4]],
    ['mh', [1, 1, 0, 2], [0.25, 0.25, 0, 0.5]],
    ['wrr', [0, 0, 3, 0], [0, 0, 1, 0]],
  ] as const) {
    it(`${scheduler} with weights ${weights.join(', ')}`, async () => {
      const ask = await broken(
        recording,
        file('ipvsadm-save.txt', (text) => withWeights(text, scheduler, weights)),
      )
      const outcomes = ask('client', web)
      const servers = ['10.244.0.2', '10.244.1.2', '10.244.1.4', '10.244.2.4']
      for (const [i, ip] of servers.entries()) {
        const share = outcomes.find(({ endpoint }) => endpoint?.ip === ip)?.share ?? 0
        expect(share, ip).to.be.closeTo(expected[i] ?? 0, 1e-6)
      }
    })
  }

  for (const [what, edit] of [
    ['no real servers', (text: string) => without(text, ofWeb)],
    ['weights of 0', (text: string) => withWeights(text, 'rr', [0, 0, 0, 0])],
  ] as const) {
    it(`${what}: refused by the virtual server`, async () => {
      const ask = await broken(recording, file('ipvsadm-save.txt', edit))
      for (const from of ['client', 'node/node3', 'outside/node3']) {
        expect(brief(ask(from, web)), from).to.deep.equal(['1.000 reject'])
        expect(lines(ask(from, web)).at(-1), from).to.equal(`-A -t ${vip}:80 -s rr`)
      }
    })
  }

  it('a stale real server is delivered to, though no pod has its address', async () => {
    const ask = await broken(
      recording,
      file('ipvsadm-save.txt', (text) => replaced(text, `${vip}:80 -r 10.244.0.2`, `${vip}:80 -r 10.244.9.9`)),
    )
    const stale = ask('client', web).filter(({ endpoint }) => endpoint?.ip === '10.244.9.9')
    expect(stale.map(({ endpoint, share }) => [share, endpoint?.pod, endpoint?.node])).to.deep.equal([
      [0.25, null, null],
    ])
    expect(lines(stale)).to.deep.equal([`-a -t ${vip}:80 -r 10.244.9.9:8080 -m -w 1`])
  })

  it('an address without its virtual server is the node’s own', async () => {
    const ask = await broken(
      recording,
      file('ipvsadm-save.txt', (text) => without(text, new RegExp(`^-[aA] -t ${vip}:80 `))),
    )
    for (const from of ['client', 'node/node3', 'outside/node3'])
      expect(brief(ask(from, web)), from).to.deep.equal(['1.000 local'])
  })

  it('a virtual server without its address takes the node’s own packets only', async () => {
    const unbound = (text: string): string => {
      const entries = JSON.parse(text) as { ifname?: string; dev?: string }[]
      return JSON.stringify(entries.filter(({ dev, ifname }) => (dev ?? ifname) !== 'kube-ipvs0'))
    }
    const ask = await broken(recording, { ...file('ip-addr.json', unbound), ...file('ip-route.json', unbound) })
    // LOCAL_IN and LOCAL_OUT are where IPVS schedules; a packet that is forwarded comes to neither
    expect(brief(ask('client', web))).to.deep.equal(['1.000 forward'])
    expect(ask('node/node3', web).map(({ verdict }) => verdict)).to.deep.equal(Array(4).fill('deliver'))
  })

  const whole = ['10.244.0.2', '10.244.1.2', '10.244.1.4', '10.244.2.4'].map((ip) => `0.250 deliver ${ip}:8080`)
  for (const [missing, expected] of [
    [['ipvsadm-save.txt'], whole],
    [['ipvsadm-save.txt', 'ipvsadm-list.txt'], whole],
    [['ipvsadm-save.txt', 'ipvsadm-list.txt', 'proc-net-ip_vs.txt'], ['1.000 unknown']],
  ] as const) {
    it(`without ${missing.join(', ')}`, async () => {
      const ask = await broken(recording, Object.assign({}, ...missing.map((name) => file(name, gone))) as Edits)
      for (const from of ['client', 'node/node3']) expect(brief(ask(from, web)), from).to.deep.equal(expected)
    })
  }
})

describe('rules beside IPVS', () => {
  // what IPVS sends to another host goes from LOCAL_IN through LOCAL_OUT, never through FORWARD (ip_vs_xmit.c)
  for (const [rule, from, expected] of [
    [`-A INPUT -d ${vip}/32 -j DROP`, 'client', 'drop'],
    [`-A INPUT -d ${vip}/32 -j DROP`, 'node/node3', 'deliver'],
    ['-A FORWARD -j DROP', 'client', 'deliver'],
    ['-A OUTPUT -p tcp -m tcp --dport 8080 -j DROP', 'outside/node3', 'drop'],
    ['-A OUTPUT -p tcp -m tcp --dport 8080 -j DROP', 'node/node3', 'drop'],
    ['-A INPUT -m somethingnew --magic 7 -j DROP', 'client', 'unknown'],
    ['-A INPUT -p udp -m somethingnew --magic 7 -j DROP', 'client', 'deliver'],
  ] as const) {
    it(`${rule}: ${from} is ${expected}`, async () => {
      const [, chain = ''] = /^-A (\S+)/.exec(rule) ?? []
      const ask = await broken(
        recording,
        file('iptables-save.txt', (text) => replaced(text, `-A ${chain} `, `${rule}\n-A ${chain} `)),
      )
      const outcomes = ask(from, web)
      expect(new Set(outcomes.map(({ verdict }) => verdict))).to.deep.equal(new Set([expected]))
      if (expected !== 'deliver') for (const outcome of outcomes) expect(lines([outcome]).at(-1)).to.equal(rule)
    })
  }

  it('without KUBE-IPVS-FILTER’s REJECT a port that no Service has is the node’s own', async () => {
    const ask = await broken(recording, {})
    expect(brief(ask('client', `${vip}:81`))).to.deep.equal(['1.000 reject'])
    const edits = file('iptables-save.txt', (text) => without(text, /^-A KUBE-IPVS-FILTER .*-j REJECT/))
    expect(brief((await broken(recording, edits))('client', `${vip}:81`))).to.deep.equal(['1.000 local'])
  })
})
