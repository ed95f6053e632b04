/** Rules that another mode, or another tool, left on the node: they act together with kube-proxy's. */
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { brief, broken, lines, replaced } from '../broken-capture.ts'
import type { Edit, Edits } from '../broken-capture.ts'
import { captures } from '../kpx.ts'

const file = (name: string, edit: Edit): Edits => ({ [`nodes/node1/${name}`]: edit })
const web = 'service/shop/web'

describe('iptables rules that were left behind on an nftables node', () => {
  const recording = 'k1.37-nftables'
  const iptablesRules = readFileSync(`${captures}/k1.37-iptables/nodes/node1/iptables-save.txt`, 'utf8')
  /** Addresses of shop/web and shop/idle in the cluster that the rules are from. */
  const [formerWeb, formerIdle] = ['10.96.152.143:80', '10.96.82.89:80']

  it('translate what kube-proxy’s own rules do not know', async () => {
    const before = await broken(recording, {})
    const ask = await broken(
      recording,
      file('iptables-save.txt', () => iptablesRules),
    )
    expect(brief(before('client', formerWeb))).to.deep.equal(['1.000 drop'])
    const outcomes = ask('client', formerWeb)
    expect(brief(outcomes)).to.deep.equal(
      ['10.244.0.2', '10.244.1.2', '10.244.1.3'].map((ip) => `0.333 deliver ${ip}:8080`),
    )
    expect(outcomes.map(({ evidence }) => evidence[0]?.file)).to.deep.equal(Array(3).fill('iptables-save.txt'))
    // two chains of FORWARD and one priority: one rejects, the other drops, and nothing is delivered
    expect(['reject', 'drop', 'unknown']).to.include(ask('client', formerIdle)[0]?.verdict)
    expect(brief(ask('client', web))).to.deep.equal(brief(before('client', web)))
  })

  // nf_hook_entries_grow(), net/netfilter/core.c: of equal priorities the last one that was registered runs first
  const stale = '-A PREROUTING -d 10.96.248.104/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.244.9.9:8080'
  const hook = '\tchain PREROUTING {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n\t}\n'
  const edits = (move: boolean): Edits => ({
    ...file('iptables-save.txt', (text) => replaced(text, /(\*nat\n(?::.*\n)*)/, `$1${stale}\n`)),
    ...file('nft-list-ruleset.txt', (text) => {
      const table = /^table ip nat \{\n[^]*?^\}\n/m.exec(text)?.[0] ?? ''
      const hooked = replaced(table, '{\n', `{\n${hook}`)
      return move ? replaced(text, table, '') + hooked : replaced(text, table, hooked)
    }),
  })

  it('come second where their table is older than kube-proxy’s', async () => {
    const ask = await broken(recording, edits(false))
    expect(brief(ask('client', web))).to.deep.equal(brief((await broken(recording, {}))('client', web)))
  })

  it('come first where their table is younger', async () => {
    const outcomes = (await broken(recording, edits(true)))('client', web)
    expect(brief(outcomes)).to.deep.equal(['1.000 deliver 10.244.9.9:8080'])
    expect(lines(outcomes)).to.deep.equal([stale])
    expect(outcomes[0]?.endpoint?.pod).to.equal(null)
  })
})

describe('a virtual server that was left behind on an iptables node', () => {
  const recording = 'k1.37-iptables'
  const [webVip, idleVip] = ['10.96.152.143', '10.96.82.89']
  const real = (vip: string): string => `-a -t ${vip}:80 -r 10.244.9.9:8080 -m -w 1`
  const virtualServers = file('ipvsadm-save.txt', () =>
    [webVip, idleVip]
      .flatMap((vip) => [`-A -t ${vip}:80 -s rr`, real(vip), ''])
      .join('\n')
      .replaceAll('\n\n', '\n'),
  )
  const bound = (text: string, entry: (vip: string) => object): string =>
    JSON.stringify([...(JSON.parse(text) as object[]), ...[webVip, idleVip].map(entry)])
  const addresses: Edits = {
    ...file('ip-addr.json', (text) =>
      bound(text, (local) => ({
        ifname: 'kube-ipvs0',
        addr_info: [{ family: 'inet', local, prefixlen: 32, scope: 'global' }],
      })),
    ),
    ...file('ip-route.json', (text) =>
      bound(text, (dst) => ({
        type: 'local',
        dst,
        dev: 'kube-ipvs0',
        table: 'local',
        protocol: 'kernel',
        scope: 'host',
        prefsrc: dst,
        flags: [],
      })),
    ),
  }

  for (const from of ['client', 'node/node1', 'outside/node1'])
    it(`${from}: the nat rules come first, and IPVS does not know the endpoints`, async () => {
      const whole = (await broken(recording, {}))(from, web)
      const ask = await broken(recording, { ...virtualServers, ...addresses })
      expect(brief(ask(from, web))).to.deep.equal(brief(whole))
    })

  it('takes what no rule translates, before filter OUTPUT and FORWARD could refuse it', async () => {
    const ask = await broken(recording, { ...virtualServers, ...addresses })
    for (const from of ['client', 'node/node1', 'outside/node1']) {
      const outcomes = ask(from, 'service/shop/idle')
      expect(brief(outcomes), from).to.deep.equal(['1.000 deliver 10.244.9.9:8080'])
      expect(lines(outcomes)[0], from).to.equal(real(idleVip))
    }
  })

  it('takes the node’s own packets only, where its address is not bound', async () => {
    const ask = await broken(recording, virtualServers)
    expect(brief(ask('client', 'service/shop/idle'))).to.deep.equal(['1.000 reject'])
    expect(brief(ask('node/node1', 'service/shop/idle'))).to.deep.equal(['1.000 deliver 10.244.9.9:8080'])
  })
})

describe('rules of iptables-legacy beside those of iptables-nft', () => {
  const recording = 'k1.37-iptables'
  const legacy = (table: string, ...rules: string[]): Edits => {
    const chains = table === 'nat' ? ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'] : ['INPUT', 'FORWARD', 'OUTPUT']
    const lines = [
      '# Generated by iptables-save v1.8.9 on Mon Nov 23 19:57:55 2026',
      `*${table}`,
      ...chains.map((chain) => `:${chain} ACCEPT [0:0]`),
      ...rules,
      'COMMIT',
      '# Completed on Mon Nov 23 19:57:55 2026\n',
    ]
    return file('iptables-legacy-save.txt', () => lines.join('\n'))
  }

  it('a DROP in one of them drops, whatever the other accepts', async () => {
    const rule = '-A FORWARD -p tcp -m tcp --dport 8080 -j DROP'
    const ask = await broken(recording, legacy('filter', rule))
    for (const from of ['client', 'outside/node1']) {
      const [outcome, ...more] = ask(from, web)
      expect(more, from).to.deep.equal([])
      expect(outcome?.verdict, from).to.equal('drop')
      expect(outcome?.evidence.at(-1), from).to.include({ file: 'iptables-legacy-save.txt', text: rule })
    }
    expect(ask('node/node1', web)).to.have.length(3)
  })

  const dnat = (vip: string, to: string): string =>
    `-A PREROUTING -d ${vip}/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination ${to}:8080`

  it('a translation of an address that only one knows is done', async () => {
    const outcomes = (await broken(recording, legacy('nat', dnat('10.96.99.99', '10.244.0.2'))))(
      'client',
      '10.96.99.99:80',
    )
    expect(brief(outcomes)).to.deep.equal(['1.000 deliver 10.244.0.2:8080'])
    expect(outcomes[0]?.evidence[0]).to.include({ file: 'iptables-legacy-save.txt' })
  })

  it('which of two translations is done depends on what was registered first: unknown', async () => {
    const outcomes = (await broken(recording, legacy('nat', dnat('10.96.152.143', '10.244.9.9'))))('client', web)
    expect(brief(outcomes)).to.deep.equal(['1.000 unknown'])
    expect(outcomes[0]?.why).to.include('same priority')
  })
})
