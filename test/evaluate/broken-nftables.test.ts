/** Nodes whose nftables rules are not what kube-proxy wrote, as nft prints them and as its JSON: both give the same answer. */
import { expect } from 'chai'
import { brief, broken, gone, lines, replaced } from '../broken-capture.ts'
import type { Ask } from '../broken-capture.ts'

const web = 'service/shop/web'
const idle = 'service/shop/idle'
/** The hash is of the Service's name, so it is the same in every cluster. */
const webChain = 'service-KHN6ECMT-shop/web/tcp/http'

type Json = Record<string, Record<string, unknown>>

/** The same change to both dumps of the table `ip kube-proxy`. */
interface Change {
  readonly text: (table: string) => string
  readonly json: (objects: readonly Json[]) => readonly Json[]
}

const chainBlock = (name: string): RegExp =>
  new RegExp(`(\tchain ${name.replaceAll(/[.*/]/g, '\\$&')} \\{\n)((?:\t\t.*\n)*)\t\\}\n`)

const isIn = (chain: string) => (object: Json) => object['rule']?.['chain'] === chain

const withoutChain = (chain: string): Change => ({
  text: (table) => replaced(table, chainBlock(chain), ''),
  json: (objects) => objects.filter((object) => !isIn(chain)(object) && object['chain']?.['name'] !== chain),
})

/** A rule above all others of a chain. */
const above = (chain: string, rule: string, expr: readonly unknown[]): Change => ({
  text: (table) =>
    replaced(table, new RegExp(`(\tchain ${chain} \\{\n(?:\t\t(?:type|comment) .*\n)*)`), `$1\t\t${rule}\n`),
  json: (objects) => {
    const at = objects.findIndex(isIn(chain))
    const added = { rule: { family: 'ip', table: 'kube-proxy', chain, handle: 9999, expr } }
    return [...objects.slice(0, at), added, ...objects.slice(at)]
  },
})

/** Other text in one object: a chain with its rules, a set, a map. */
const within = (
  name: string,
  [from, to]: [RegExp | string, string],
  [jsonFrom, jsonTo]: [RegExp | string, string],
): Change => ({
  text: (table) => {
    const [block = ''] = new RegExp(`\t(chain|set|map) ${name} \\{\n(?:\t\t.*\n)*\t\\}\n`).exec(table) ?? []
    return replaced(table, block, replaced(block, from, to))
  },
  json: (objects) =>
    objects.map((object) => {
      const text = JSON.stringify(object)
      const its = isIn(name)(object) || Object.values(object).some((value) => value['name'] === name)
      return its ? (JSON.parse(text.replace(jsonFrom, jsonTo)) as Json) : object
    }),
})

const isKubeProxy = (object: Json): boolean =>
  Object.entries(object).some(
    ([kind, value]) => (kind === 'table' ? value['name'] : value['table']) === 'kube-proxy' && value['family'] === 'ip',
  )

const kubeProxyTable = /^table ip kube-proxy \{\n[^]*?^\}\n/m

const dumps: Readonly<Record<string, (recording: string, change: Change) => Promise<Ask>>> = {
  'nft list ruleset': (recording, { text }) =>
    broken(recording, {
      'nodes/node1/nft-list-ruleset.json': gone,
      'nodes/node1/nft-list-ruleset.txt': (dump) =>
        replaced(dump, kubeProxyTable, text(kubeProxyTable.exec(dump)?.[0] ?? '').replaceAll('$', '$$$$')),
    }),
  'nft -j list ruleset': (recording, { json }) =>
    broken(recording, {
      'nodes/node1/nft-list-ruleset.txt': gone,
      'nodes/node1/nft-list-ruleset.json': (dump) => {
        const { nftables } = JSON.parse(dump) as { nftables: Json[] }
        const others = nftables.filter((object) => !isKubeProxy(object))
        const changed = JSON.stringify({ nftables: [...others, ...json(nftables.filter(isKubeProxy))] })
        return replaced(JSON.stringify({ nftables }), /^[^]*$/, changed.replaceAll('$', '$$$$'))
      },
    }),
}

const match = (left: unknown, right: unknown, op = '=='): unknown => ({ match: { op, left, right } })
const payload = (protocol: string, field: string): unknown => ({ payload: { protocol, field } })
const prefix = (addr: string, len: number): unknown => ({ prefix: { addr, len } })
const fromPods = match(payload('ip', 'saddr'), prefix('10.244.0.0', 16))
const toServices = match(payload('ip', 'daddr'), prefix('10.96.0.0', 16))
const drop = { drop: null }
const toPort = (protocol: string, port: number): unknown => match(payload(protocol, 'dport'), port)
const ofCpu = match({ meta: { key: 'cpu' } }, 0)

/** Where a rule is put, the rule, who sends to whom, and what happens. */
const rules: readonly (readonly [string, string, readonly unknown[], string, string, string])[] = [
  ['filter-forward', 'ip saddr 10.244.0.0/16 drop', [fromPods, drop], 'client', web, 'drop'],
  ['filter-forward', 'ip saddr 10.244.0.0/16 drop', [fromPods, drop], 'node/node1', web, 'deliver'],
  // FORWARD and the filter of OUTPUT come after nat: they see the endpoint's address
  ['filter-forward', 'ip daddr 10.96.0.0/16 drop', [toServices, drop], 'client', web, 'deliver'],
  ['filter-forward', 'ip daddr 10.96.0.0/16 drop', [toServices, drop], 'client', idle, 'drop'],
  ['filter-output', 'tcp dport 8080 drop', [toPort('tcp', 8080), drop], 'node/node1', web, 'drop'],
  ['filter-output', 'tcp dport 80 drop', [toPort('tcp', 80), drop], 'node/node1', web, 'deliver'],
  ['filter-prerouting-pre-dnat', 'ip daddr 10.96.0.0/16 drop', [toServices, drop], 'client', web, 'drop'],
  ['filter-prerouting-pre-dnat', 'ip daddr 10.96.0.0/16 drop', [toServices, drop], 'node/node1', web, 'deliver'],
  // nft lets nat chains drop, which iptables does not
  ['nat-prerouting', 'ip daddr 10.96.0.0/16 drop', [toServices, drop], 'client', web, 'drop'],
  // at priority -110 the packet has its entry already
  ['filter-prerouting-pre-dnat', 'notrack', [{ notrack: null }], 'client', web, 'deliver'],
  ['filter-forward', 'meta cpu 0 drop', [ofCpu, drop], 'client', web, 'unknown'],
  ['filter-forward', 'meta cpu 0 udp dport 53 drop', [ofCpu, toPort('udp', 53), drop], 'client', web, 'deliver'],
  ['filter-forward', 'udp dport 53 meta cpu 0 drop', [toPort('udp', 53), ofCpu, drop], 'client', web, 'deliver'],
  [
    'filter-forward',
    'meta cpu 0 counter packets 0 bytes 0',
    [ofCpu, { counter: { packets: 0, bytes: 0 } }],
    'client',
    web,
    'deliver',
  ],
  ['filter-forward', 'queue to 7', [{ queue: { num: 7 } }], 'client', web, 'unknown'],
  ['filter-forward', 'udp dport 53 queue to 7', [toPort('udp', 53), { queue: { num: 7 } }], 'client', web, 'deliver'],
]

for (const [dump, breaking] of Object.entries(dumps)) {
  for (const recording of ['k1.33-nftables', 'k1.37-nftables']) {
    describe(`broken rules in ${dump} of ${recording}`, () => {
      it('a missing chain is unknown, by the map that leads to it', async () => {
        const [outcome, ...more] = (await breaking(recording, withoutChain(webChain)))('client', web)
        expect(more).to.deep.equal([])
        expect(outcome).to.include({ verdict: 'unknown', why: `the dump has no chain ${webChain}` })
        expect(lines(outcome ? [outcome] : [])).to.deep.equal(['ip daddr . meta l4proto . th dport vmap @service-ips'])
      })

      for (const [chain, rule, expr, from, to, expected] of rules) {
        it(`${chain} ${rule}: ${from} -> ${to} is ${expected}`, async () => {
          const outcomes = (await breaking(recording, above(chain, rule, expr)))(from, to)
          expect(new Set(outcomes.map(({ verdict }) => verdict))).to.deep.equal(new Set([expected]))
          if (expected === 'drop' || expected === 'unknown')
            for (const outcome of outcomes) expect(lines([outcome]).at(-1)).to.equal(rule)
        })
      }

      it('a chain that jumps back is unknown, by the jump that closes the circle', async () => {
        const change = above(webChain, 'jump services', [{ jump: { target: 'services' } }])
        const outcomes = (await breaking(recording, change))('client', web)
        expect(outcomes[0]?.why).to.include('circles')
        expect(lines(outcomes)).to.deep.equal(['jump services'])
      })

      it('a policy of drop stops what is forwarded', async () => {
        const change = within(
          'filter-forward',
          ['policy accept', 'policy drop'],
          ['"policy":"accept"', '"policy":"drop"'],
        )
        const ask = await breaking(recording, change)
        for (const from of ['client', 'outside/node1']) {
          expect(brief(ask(from, web)), from).to.deep.equal(['1.000 drop'])
          expect(ask(from, web)[0]?.why).to.include('policy of kube-proxy filter-forward')
        }
        expect(ask('node/node1', web)).to.have.length(3)
      })

      it('a Service that left the map is refused as one without that port', async () => {
        const change = within(
          'service-ips',
          [/10\.96\.\S+ \. tcp \. 80 : goto service-KHN6ECMT[^,}]*,\s*/, ''],
          [/\[\{"concat":\["[^"]*","tcp",80\]\},\{"goto":\{"target":"service-KHN6ECMT[^}]*\}\}\],/, ''],
        )
        const outcomes = (await breaking(recording, change))('client', web)
        expect(brief(outcomes)).to.deep.equal(['1.000 reject'])
        expect(lines(outcomes)[0]).to.match(/^ip daddr @cluster-ips reject/)
      })

      it('without the table kube-proxy nothing is translated and nothing refused', async () => {
        const ask = await breaking(recording, { text: () => '', json: () => [] })
        for (const from of ['client', 'node/node1', 'outside/node1'])
          for (const to of [web, idle, '203.0.113.10:80'])
            expect(brief(ask(from, to)), `${from} -> ${to}`).to.deep.equal(['1.000 forward'])
        expect(brief(ask('outside/node1', 'node/node1:30517'))).to.deep.equal(['1.000 local'])
      })

      it('where reject-chain is empty, the check of ClusterIPs refuses', async () => {
        const change: Change = {
          text: (table) => replaced(table, /\t\treject\n/, ''),
          json: (objects) => objects.filter((object) => !isIn('reject-chain')(object)),
        }
        const outcomes = (await breaking(recording, change))('client', idle)
        expect(brief(outcomes)).to.deep.equal(['1.000 reject'])
        expect(lines(outcomes)[0]).to.match(/^ip daddr @cluster-ips reject/)
      })

      it('a set that is not in the dump makes the rule that looks into it unknown', async () => {
        const change: Change = {
          text: (table) => replaced(table, /\tset cluster-ips \{\n(?:\t\t.*\n)*\t\}\n/, ''),
          json: (objects) => objects.filter((object) => object['set']?.['name'] !== 'cluster-ips'),
        }
        const outcomes = (await breaking(recording, change))('client', web)
        expect(brief(outcomes)).to.deep.equal(['1.000 unknown'])
        expect(lines(outcomes).at(-1)).to.match(/^ip daddr @cluster-ips reject/)
      })
    })
  }

  describe(`shares in ${dump} as the rules stand`, () => {
    // a number that the map does not have ends the rule (NFT_BREAK); untranslated, the packet is refused by the check of ClusterIPs
    for (const [what, text, json, expected] of [
      [
        'mod 4',
        ['mod 3', 'mod 4'],
        ['"mod":3', '"mod":4'],
        [
          '0.250 deliver 10.244.0.2:8080',
          '0.250 deliver 10.244.0.4:8080',
          '0.250 deliver 10.244.1.2:8080',
          '0.250 reject',
        ],
      ],
      [
        'mod 2',
        ['mod 3', 'mod 2'],
        ['"mod":3', '"mod":2'],
        ['0.500 deliver 10.244.0.2:8080', '0.500 deliver 10.244.0.4:8080'],
      ],
      [
        'offset 1',
        ['mod 3', 'mod 3 offset 1'],
        ['"offset":0', '"offset":1'],
        ['0.333 deliver 10.244.0.4:8080', '0.333 deliver 10.244.1.2:8080', '0.333 reject'],
      ],
      [
        'one endpoint twice',
        ['1 : 10.244.0.4', '1 : 10.244.0.2'],
        ['10.244.0.4', '10.244.0.2'],
        ['0.333 deliver 10.244.1.2:8080', '0.667 deliver 10.244.0.2:8080'],
      ],
      [
        'in turn',
        ['random', 'inc'],
        ['random', 'inc'],
        ['0.333 deliver 10.244.0.2:8080', '0.333 deliver 10.244.0.4:8080', '0.333 deliver 10.244.1.2:8080'],
      ],
      [
        'a stale endpoint',
        ['0 : 10.244.0.2', '0 : 10.244.9.9'],
        ['10.244.0.2', '10.244.9.9'],
        ['0.333 deliver 10.244.0.4:8080', '0.333 deliver 10.244.1.2:8080', '0.333 deliver 10.244.9.9:8080'],
      ],
    ] as const) {
      it(what, async () => {
        const change = within(webChain, [...text], [...json])
        const outcomes = (await breaking('k1.37-nftables', change))('client', web)
        expect(brief(outcomes)).to.deep.equal(expected)
        for (const { endpoint } of outcomes)
          if (endpoint?.ip === '10.244.9.9') expect(endpoint).to.include({ pod: null, node: null })
      })
    }
  })
}
