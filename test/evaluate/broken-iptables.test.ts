/** Nodes whose iptables rules are not what kube-proxy wrote: the answer follows the rules as they stand. */
import { expect } from 'chai'
import { brief, broken, lines, replaced, without } from '../broken-capture.ts'
import type { Edits } from '../broken-capture.ts'

const save = 'nodes/node1/iptables-save.txt'
const recordings = ['k1.23-iptables', 'k1.33-iptables', 'k1.37-iptables']
const web = 'service/shop/web'
/** The hash is of the Service's name, so it is the same in every cluster. */
const chain = 'KUBE-SVC-67NZLRHBNDSAWJRO'

/** The endpoint chains of shop/web in the order of their rules. */
const endpointChains = (text: string): string[] =>
  [...text.matchAll(new RegExp(`^-A ${chain} .*-j (KUBE-SEP-.*)$`, 'gm'))].map(([, name = '']) => name)

const endpointRules = (text: string): string[] =>
  text.split('\n').filter((line) => line.startsWith(`-A ${chain} `) && line.includes('-j KUBE-SEP-'))

/** The rules of shop/web for its endpoints become these. */
const withRules = (text: string, change: (rules: string[]) => string[]): string => {
  const rules = endpointRules(text)
  return replaced(text, rules.join('\n'), change([...rules]).join('\n'))
}

const above = (text: string, rule: string): string => {
  const [, name = ''] = /^-A (\S+)/.exec(rule) ?? []
  return replaced(text, new RegExp(`^-A ${name} `, 'm'), `${rule}\n-A ${name} `)
}

const ofFilter = (text: string, change: (filter: string) => string): string =>
  replaced(text, /^\*filter\n[^]*?^COMMIT\n/m, change(/^\*filter\n[^]*?^COMMIT\n/m.exec(text)?.[0] ?? ''))

const flushed = (text: string, table: string): string =>
  replaced(text, new RegExp(`^\\*${table}\n[^]*?^COMMIT\n`, 'm'), '')

const changed = (change: (text: string) => string): Edits => ({ [save]: change })

/** What shop/web’s endpoints get, in the order of kube-proxy’s rules, which is that of addresses; and what other packets meet. */
const sharesOf = async (recording: string, edits: Edits): Promise<(number | string)[]> => {
  const whole = await broken(recording, {})
  const ips = whole('client', web)
    .flatMap(({ endpoint }) => endpoint?.ip ?? [])
    .sort()
  const outcomes = (await broken(recording, edits))('client', web)
  const shares = ips.map((ip) => outcomes.find(({ endpoint }) => endpoint?.ip === ip)?.share ?? 0)
  const others = outcomes.flatMap(({ endpoint, share, verdict }) =>
    endpoint ? [] : [`${share.toFixed(3)} ${verdict}`],
  )
  return [...shares.map((share) => Number(share.toFixed(3))), ...others]
}

for (const recording of recordings) {
  describe(`broken iptables rules of ${recording}`, () => {
    it('a missing endpoint chain is unknown, by the jump that leads to it', async () => {
      let missing = ''
      const ask = await broken(
        recording,
        changed((text) => {
          missing = endpointChains(text)[0] ?? ''
          return without(text, new RegExp(`^(:|-A )${missing} `))
        }),
      )
      const outcomes = ask('client', web)
      expect(outcomes.map(({ verdict }) => verdict).sort()).to.deep.equal(['deliver', 'deliver', 'unknown'])
      const unknown = outcomes.filter(({ verdict }) => verdict === 'unknown')
      expect(unknown[0]?.share).to.be.closeTo(1 / 3, 1e-6)
      expect(lines(unknown)[0]).to.match(new RegExp(`^-A ${chain} .* -j ${missing}$`))
      expect(ask('client', 'service/shop/cart')[0]?.verdict).to.equal('deliver')
    })

    it('a stale endpoint is delivered to, though no pod has its address', async () => {
      const stale = '10.244.9.9:8080'
      const ask = await broken(
        recording,
        changed((text) => {
          const [first = ''] = endpointChains(text)
          return replaced(text, new RegExp(`(-A ${first} .*--to-destination ).*`), `$1${stale}`)
        }),
      )
      const outcome = ask('client', web).find(({ endpoint }) => endpoint?.ip === '10.244.9.9')
      expect(outcome?.share).to.be.closeTo(1 / 3, 1e-6)
      expect(outcome?.endpoint).to.include({ port: 8080, pod: null, node: null })
      expect(lines(outcome ? [outcome] : [])[0]).to.match(/^-A KUBE-SEP-\S+ .*--to-destination 10\.244\.9\.9:8080$/)
    })

    // a rule's probability is of the packets that the rules above it left
    const half = (rules: string[]) => rules.map((rule) => rule.replace('0.50000000000', '0.90000000000'))
    for (const [what, change, shares] of [
      ['the last rule first takes all', (rules: string[]) => rules.toReversed(), [0, 0, 1]],
      ['the second rule first takes half', ([a = '', b = '', c = '']: string[]) => [b, a, c], [0.167, 0.5, 0.333]],
      ['no first rule leaves halves', (rules: string[]) => rules.slice(1), [0, 0.5, 0.5]],
      [
        'no last rule leaves a third untranslated',
        (rules: string[]) => rules.slice(0, 2),
        [0.333, 0.333, 0, '0.333 forward'],
      ],
      ['0.9 in the place of 0.5', half, [0.333, 0.6, 0.067]],
      [
        'probability 0 never matches',
        (rules: string[]) => rules.map((rule) => rule.replace('0.33333333349', '0.00000000000')),
        [0, 0.5, 0.5],
      ],
      [
        'probability 1 always matches',
        (rules: string[]) => rules.map((rule) => rule.replace('0.33333333349', '1.00000000000')),
        [1, 0, 0],
      ],
      ['no rule at all leaves all untranslated', () => [], [0, 0, 0, '1.000 forward']],
    ] as const) {
      it(`shares by the rules as they stand: ${what}`, async () => {
        const edits = changed((text) => withRules(text, change))
        expect(await sharesOf(recording, edits)).to.deep.equal(shares)
      })
    }

    it('a chain that jumps back is unknown, by the jump that closes the circle', async () => {
      let loop = ''
      const ask = await broken(
        recording,
        changed((text) => above(text, (loop = `-A ${endpointChains(text)[1]} -j ${chain}`))),
      )
      const unknown = ask('client', web).filter(({ verdict }) => verdict === 'unknown')
      expect(brief(unknown)).to.deep.equal(['0.333 unknown'])
      expect(lines(unknown)).to.deep.equal([loop])
      expect(unknown[0]?.why).to.include('circles')
    })

    // -j DROP is not allowed in nat (iptables inhibits it), so these stand in the other tables
    const vip = '10.96.0.0/16'
    for (const [rule, table, from, to, expected] of [
      ['-A FORWARD -s 10.244.0.0/16 -j DROP', 'filter', 'client', web, 'drop'],
      ['-A FORWARD -s 10.244.0.0/16 -j DROP', 'filter', 'node/node1', web, 'deliver'],
      // FORWARD and filter OUTPUT come after nat: they see the endpoint's address
      [`-A FORWARD -d ${vip} -j DROP`, 'filter', 'client', web, 'deliver'],
      [`-A OUTPUT -d ${vip} -j DROP`, 'filter', 'node/node1', web, 'deliver'],
      [`-A OUTPUT -d ${vip} -j DROP`, 'filter', 'node/node1', 'service/shop/idle', 'drop'],
      ['-A OUTPUT -p tcp -m tcp --dport 8080 -j DROP', 'filter', 'node/node1', web, 'drop'],
      ['-A OUTPUT -p tcp -m tcp --dport 8080 -j DROP', 'filter', 'client', web, 'deliver'],
      [`-A PREROUTING -d ${vip} -j DROP`, 'raw', 'client', web, 'drop'],
      [`-A PREROUTING -d ${vip} -j DROP`, 'raw', 'node/node1', web, 'deliver'],
      [`-A OUTPUT -d ${vip} -j DROP`, 'raw', 'node/node1', web, 'drop'],
      // an untracked packet does not come to nat
      [`-A PREROUTING -d ${vip} -j CT --notrack`, 'raw', 'client', web, 'forward'],
      // unknown matches and targets
      ['-A FORWARD -m somethingnew --magic 7 -j DROP', 'filter', 'client', web, 'unknown'],
      ['-A FORWARD -p udp -m somethingnew --magic 7 -j DROP', 'filter', 'client', web, 'deliver'],
      ['-A FORWARD -m somethingnew --magic 7 -m tcp --dport 9 -j DROP', 'filter', 'client', web, 'deliver'],
      ['-A FORWARD -m somethingnew --magic 7', 'filter', 'client', web, 'deliver'],
      ['-A FORWARD -m somethingnew --magic 7 -j LOG', 'filter', 'client', web, 'deliver'],
      ['-A FORWARD -j SOMETHING --more', 'filter', 'client', web, 'unknown'],
      ['-A FORWARD -p udp -j SOMETHING --more', 'filter', 'client', web, 'deliver'],
      ['-A OUTPUT -m somethingnew --magic 7 -j SOMETHING', 'filter', 'client', web, 'deliver'],
    ] as const) {
      it(`${table} ${rule}: ${from} -> ${to} is ${expected}`, async () => {
        const raw = `*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n${rule}\nCOMMIT\n`
        const ask = await broken(
          recording,
          changed((text) => (table === 'raw' ? raw + text : ofFilter(text, (filter) => above(filter, rule)))),
        )
        const outcomes = ask(from, to)
        expect(new Set(outcomes.map(({ verdict }) => verdict))).to.deep.equal(new Set([expected]))
        const stopped = outcomes.filter(({ verdict }) => verdict === 'drop' || verdict === 'unknown')
        for (const outcome of stopped) expect(lines([outcome]).at(-1)).to.equal(rule)
      })
    }

    it('an unknown match between the endpoint rules concerns the packets that come so far', async () => {
      const rule = `-A ${chain} -m somethingnew --magic 7 -j KUBE-MARK-MASQ`
      const edits = changed((text) => withRules(text, ([first = '', ...rest]) => [first, rule, ...rest]))
      const outcomes = (await broken(recording, edits))('client', web)
      expect(outcomes.map(({ verdict, share }) => `${share.toFixed(3)} ${verdict}`)).to.deep.equal([
        '0.667 unknown',
        '0.333 deliver',
      ])
      expect(lines(outcomes.slice(0, 1))).to.deep.equal([rule])
    })

    it('a policy of DROP stops what KUBE-FORWARD does not accept', async () => {
      let line = 0
      const ask = await broken(
        recording,
        changed((text) =>
          ofFilter(text, (filter) => {
            const dropping = replaced(filter, ':FORWARD ACCEPT', ':FORWARD DROP')
            line = text.slice(0, text.indexOf('*filter') + dropping.indexOf(':FORWARD')).split('\n').length
            return dropping
          }),
        ),
      )
      const [outcome, ...more] = ask('client', web)
      expect(more).to.deep.equal([])
      expect(outcome?.verdict).to.equal('drop')
      expect(outcome?.why).to.include('policy of filter FORWARD')
      expect(outcome?.evidence.at(-1)).to.include({ file: 'iptables-save.txt', line })
      // marked for masquerade, and so accepted by KUBE-FORWARD
      for (const from of ['outside/node1', 'node/node1'])
        expect(new Set(ask(from, web).map(({ verdict }) => verdict))).to.deep.equal(new Set(['deliver']))
    })

    it('a flushed nat table leaves Service addresses untranslated', async () => {
      const ask = await broken(
        recording,
        changed((text) => flushed(text, 'nat')),
      )
      for (const from of ['client', 'node/node1', 'outside/node1']) {
        expect(brief(ask(from, web)), from).to.deep.equal(['1.000 forward'])
        expect(brief(ask(from, 'service/shop/idle')), from).to.deep.equal(['1.000 reject'])
      }
      expect(brief(ask('outside/node1', 'node/node1:30517'))).to.deep.equal(['1.000 local'])
    })

    it('a flushed filter table refuses nothing', async () => {
      const ask = await broken(
        recording,
        changed((text) => flushed(text, 'filter')),
      )
      expect(ask('client', web)).to.have.length(3)
      for (const from of ['client', 'node/node1', 'outside/node1'])
        expect(brief(ask(from, 'service/shop/idle')), from).to.deep.equal(['1.000 forward'])
      expect(brief(ask('outside/node1', 'node/node1:30520'))).to.deep.equal(['1.000 local'])
    })

    it('without KUBE-MARK-MASQ’s mark nothing is masqueraded, and a node’s answers still come back', async () => {
      const ask = await broken(
        recording,
        changed((text) => without(text, /^-A KUBE-MARK-MASQ /)),
      )
      const outcomes = [...ask('node/node1', web), ...ask('outside/node1', web)]
      expect(outcomes.map(({ masquerade }) => masquerade)).to.deep.equal(outcomes.map(() => false))
      expect(ask('node/node1', web).map(({ reply }) => reply)).to.deep.equal(['ok', 'ok', 'ok'])
    })

    it('ip_forward = 0 drops what would be forwarded, and nothing else', async () => {
      const ask = await broken(recording, {
        'nodes/node1/sysctl.txt': (text) => replaced(text, 'ip_forward = 1', 'ip_forward = 0'),
      })
      expect(brief(ask('client', web))).to.deep.equal(['1.000 drop'])
      expect(ask('client', web)[0]?.why).to.include('ip_forward = 0')
      expect(ask('node/node1', web).map(({ verdict }) => verdict)).to.deep.equal(['deliver', 'deliver', 'deliver'])
      expect(brief(ask('client', '10.200.0.11:22'))).to.deep.equal(['1.000 local'])
      // the rule that refuses shop/idle is in FORWARD, which it does not come to
      expect(brief(ask('client', 'service/shop/idle'))).to.deep.equal(['1.000 drop'])
    })
  })
}
