/** Recordings that lack files, or have them cut or spoilt: what can still be told is told, and nothing else. */
import { expect } from 'chai'
import type { Outcome } from '../../src/answer/outcome.ts'
import { captures } from '../kpx.ts'
import { readFileSync } from 'node:fs'
import { brief, broken, gone, lines } from '../broken-capture.ts'
import type { Ask, Edit, Edits } from '../broken-capture.ts'

const web = 'service/shop/web'
const recordings = { 'k1.37-iptables': 'node1', 'k1.37-nftables': 'node1', 'k1.37-ipvs': 'node3' } as const
const dumps = ['iptables-save.txt', 'nft-list-ruleset.txt', 'nft-list-ruleset.json']
const network = ['ip-addr.json', 'ip-route.json', 'ip6-route.json']

const without = (node: string, names: readonly string[]): Edits =>
  Object.fromEntries(names.map((name) => [`nodes/${node}/${name}`, gone]))

for (const [recording, node] of Object.entries(recordings)) {
  describe(`files missing from ${recording}`, () => {
    it('without the rules nothing is known, whoever sends', async () => {
      const ask = await broken(recording, without(node, dumps))
      for (const from of ['client', `node/${node}`, `outside/${node}`]) {
        const [outcome, ...more] = ask(from, web)
        expect(more, from).to.deep.equal([])
        expect(outcome, from).to.include({ verdict: 'unknown', share: 1 })
        expect(outcome?.why, from).to.include(`the rules of ${node} are not recorded`)
      }
    })

    it('without sysctls the outcomes are the same', async () => {
      const [whole, ask] = [await broken(recording, {}), await broken(recording, without(node, ['sysctl.txt']))]
      for (const to of [web, 'service/shop/idle'])
        expect(brief(ask('client', to))).to.deep.equal(brief(whole('client', to)))
    })

    // in ipvs mode the addresses tell whether a packet comes to IPVS at all
    for (const names of [['ip-addr.json'], network.slice(1), ...(node === 'node1' ? [network] : [])]) {
      it(`without ${names.join(', ')} the rules still tell the endpoints, but not every source address`, async () => {
        const [whole, ask] = [await broken(recording, {}), await broken(recording, without(node, names))]
        for (const from of ['client', `node/${node}`])
          expect(brief(ask(from, web)), from).to.deep.equal(brief(whole(from, web)))
        expect(brief(ask('client', 'service/shop/idle'))).to.deep.equal(['1.000 reject'])
        const known = new Set(whole(`node/${node}`, web).map(({ sourceSeen }) => sourceSeen))
        const seen = ask(`node/${node}`, web)
        expect(seen.map(({ masquerade }) => masquerade)).to.deep.equal(seen.map(() => true))
        for (const { sourceSeen } of seen) expect([null, ...known]).to.include(sourceSeen)
        expect(seen.map(({ sourceSeen }) => sourceSeen)).to.include(null)
      })
    }

    it('without the API’s objects endpoints are addresses', async () => {
      const objects = ['pods', 'endpointslices', 'nodes', 'services'].map((name) => `objects/${name}.json`)
      const edits: Edits = Object.fromEntries(objects.map((name) => [name, gone]))
      const [whole, ask] = [await broken(recording, {}), await broken(recording, edits)]
      const nodePort = node === 'node1' ? '10.200.0.11:30517' : '10.200.0.13:30517'
      const from = `outside/${node}`
      expect(brief(ask(from, nodePort))).to.deep.equal(brief(whole(from, nodePort)))
      for (const { endpoint, masquerade } of ask(from, nodePort)) {
        expect(endpoint?.pod).to.equal(null)
        expect(masquerade).to.equal(true)
      }
    })
  })
}

describe('another node’s files missing', () => {
  for (const [recording, local] of [
    ['k1.37-iptables', 1 / 3],
    ['k1.37-nftables', 2 / 3],
  ] as const) {
    it(`${recording}: what stays on the node is told, the rest is unknown by the other node’s name`, async () => {
      const ask = await broken(recording, without('node2', [...dumps, ...network, 'sysctl.txt']))
      const outcomes = ask('client', web)
      const sumOf = (of: string) =>
        outcomes.filter(({ verdict }) => verdict === of).reduce((sum, { share }) => sum + share, 0)
      expect(sumOf('deliver')).to.be.closeTo(local, 1e-6)
      expect(sumOf('unknown')).to.be.closeTo(1 - local, 1e-6)
      const unknown = outcomes.filter(({ verdict }) => verdict === 'unknown')
      for (const { why } of unknown) expect(why).to.include('the rules of node2 are not recorded')
      // the translation on node1 is told all the same
      expect(lines(unknown)[0]).to.match(/DNAT --to-destination|dnat/)
      expect(brief(ask('client', 'node/node2:30517'))).to.deep.equal(['1.000 unknown'])
      expect(brief(ask('client', 'service/shop/cart'))[0]).to.match(/^1\.000 deliver 10\.244\.0\./)
    })
  }
})

const flows = (node: string): readonly (readonly [string, string])[] => [
  ['client', web],
  [`node/${node}`, web],
  ['client', 'service/shop/idle'],
  [`outside/${node}`, `node/${node}:30517`],
  [`outside/${node}`, '203.0.113.10:80'],
  [`node/${node}`, '10.96.77.77:80'],
]

const kind = ({ endpoint, masquerade, verdict }: Outcome): string =>
  [verdict, endpoint?.ip, endpoint?.port, masquerade].join(' ')

/** Nothing is likelier than in the whole recording but that it is not known. */
function expectNothingNew(ask: Ask, whole: Ask, node: string, what: string): void {
  for (const [from, to] of flows(node)) {
    const limits = new Map<string, number>()
    for (const outcome of whole(from, to)) limits.set(kind(outcome), (limits.get(kind(outcome)) ?? 0) + outcome.share)
    for (const outcome of ask(from, to)) {
      if (outcome.verdict === 'unknown') continue
      expect(outcome.share, `${what}: ${from} -> ${to}: ${outcome.why}`).to.be.at.most(
        (limits.get(kind(outcome)) ?? 0) + 1e-6,
      )
    }
  }
}

/** The file, whose other form is taken away with it, and the first line from which a cut shows. */
const cuts = [
  ['k1.23-iptables', 'node1', 'iptables-save.txt', '-A KUBE-EXTERNAL-SERVICES'],
  ['k1.37-iptables', 'node1', 'iptables-save.txt', '-A KUBE-EXTERNAL-SERVICES'],
  ['k1.33-nftables', 'node1', 'nft-list-ruleset.json', '{"nftables": ['],
  ['k1.37-nftables', 'node1', 'nft-list-ruleset.json', '{"nftables": ['],
  ['k1.37-ipvs', 'node3', 'ipset-save.txt', 'create'],
  ['k1.37-ipvs', 'node3', 'iptables-save.txt', '-A KUBE-IPVS-FILTER'],
  ['k1.37-ipvs', 'node3', 'ipvsadm-save.txt', '-A'],
  ['k1.33-nftables', 'node1', 'nft-list-ruleset.txt', 'table ip kube-proxy {'],
  ['k1.37-nftables', 'node1', 'nft-list-ruleset.txt', 'table ip kube-proxy {'],
  ['k1.37-iptables', 'node1', 'ip-route.json', '['],
  ['k1.37-ipvs', 'node3', 'ip-route.json', '['],
] as const

describe('files cut in the middle of a line', () => {
  for (const [recording, node, name, first] of cuts) {
    it(`${name} of ${recording}`, async () => {
      const path = `nodes/${node}/${name}`
      const bytes = readFileSync(`${captures}/${recording}/${path}`)
      const others = dumps.filter((dump) => dump !== name && (dump.startsWith('nft') || dump.startsWith('ipvsadm')))
      const whole = await broken(recording, without(node, others))
      const start = bytes.indexOf(first) + first.length
      const step = Math.ceil((bytes.length - start) / 25)
      for (let at = start; at < bytes.length - 1; at += step) {
        // rules only: where a line ends, or a table begins, nothing shows that there was more
        const line = bytes.toString('utf8', bytes.lastIndexOf(10, at - 1) + 1, at)
        if (!name.endsWith('.json') && !/^(?:-A|-a|add) .|^\s+\S\S/.test(line)) continue
        const ask = await broken(recording, { ...without(node, others), [path]: () => bytes.subarray(0, at) })
        expectNothingNew(ask, whole, node, `cut at ${at}`)
      }
    })
  }
})

/** What is written where a command fails, and what a disk makes of it. */
const junk: Readonly<Record<string, Edit>> = {
  binary: () => Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * 7919 + ((i * i) % 251)) % 256)),
  zeros: () => Buffer.alloc(100),
  'a shell’s error': () => 'bash: command not found\n',
}

describe('files of junk', () => {
  for (const [recording, node] of Object.entries(recordings)) {
    for (const names of [
      ['iptables-save.txt'],
      ['nft-list-ruleset.txt', 'nft-list-ruleset.json'],
      ['nft-list-ruleset.txt'],
      ['ip-addr.json'],
      ['sysctl.txt'],
      ['ipset-save.txt'],
    ]) {
      it(`${names.join(' and ')} of ${recording}`, async () => {
        const whole = await broken(recording, {})
        for (const [what, edit] of Object.entries(junk)) {
          const ask = await broken(recording, Object.fromEntries(names.map((name) => [`nodes/${node}/${name}`, edit])))
          expectNothingNew(ask, whole, node, what)
        }
      })
    }
  }

  for (const [name, edit] of [
    ['ip-route.json', 'junk'],
    ['ipvsadm-save.txt', 'junk'],
    ['iptables-save.txt', ''],
    ['nft-list-ruleset.txt', ''],
  ] as const) {
    it(`never stop an answer: ${name} ${edit === '' ? 'empty' : edit}`, async () => {
      for (const [recording, node] of Object.entries(recordings)) {
        const ask = await broken(recording, { [`nodes/${node}/${name}`]: () => edit })
        for (const [from, to] of flows(node)) expect(ask(from, to)).to.have.length.at.least(1)
      }
    })
  }
})
