/** What a cleanup would do to nodes on which modes have left something. */
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { sceneOf } from '../../../src/answer/scene.ts'
import { diffOf } from '../../../src/rollout/cleanup/lines.ts'
import { plansIn } from '../../../src/rollout/cleanup/node.ts'
import type { Command, NodePlan } from '../../../src/rollout/cleanup/plan.ts'
import { brokenCapture, gone, line, replaced } from '../../broken-capture.ts'
import type { Edit, Edits } from '../../broken-capture.ts'
import { captures } from '../../kpx.ts'
import { lines, restored } from './restored.ts'

const recorded = (recording: string, file: string): string =>
  readFileSync(`${captures}/${recording}/nodes/${file}`, 'utf8')

const on = (node: string, edits: Readonly<Record<string, Edit>>): Edits =>
  Object.fromEntries(Object.entries(edits).map(([file, edit]) => [`nodes/${node}/${file}`, edit]))

const all =
  (...edits: readonly ((text: string) => string)[]) =>
  (text: string): string =>
    edits.reduce((now, edit) => edit(now), text)

async function planOf(recording: string, edits: Edits, node = 'node1'): Promise<NodePlan> {
  const [plan] = plansIn(sceneOf(await brokenCapture(recording, edits)), [node])
  if (!plan) throw new Error(`no plan for ${node}`)
  return plan
}

const whats = ({ removals }: NodePlan): string[] => removals.map(({ by, what }) => `${by}: ${what}`)
const commands = ({ removals }: NodePlan): Command[] =>
  removals.flatMap((one) => (one.by === 'commands' ? one.commands : []))
/** What is given to the program. */
const given = (plan: NodePlan, program: string): string =>
  commands(plan).find(({ words }) => words.some(([own]) => own === program))?.stdin ?? ''

const version =
  (flavour: string): Edit =>
  () =>
    `iptables v1.8.9 (${flavour})\n`

const iptablesRules = recorded('k1.37-iptables', 'node1/iptables-save.txt')
const foreign = {
  chain: ':FOREIGN - [0:0]',
  harmless: '-A FOREIGN -d 10.9.9.9/32 -m comment --comment "kubernetes service portals" -j ACCEPT',
  marks: '-A FOREIGN -p tcp -m tcp --dport 8443 -j KUBE-MARK-MASQ',
}

/** Beside what others have in nat. */
const withForeign = (...rules: readonly string[]) =>
  all(
    line(/^:KUBE-EXT-/, (one) => [foreign.chain, one]),
    line(/^-A PREROUTING -m comment --comment "kubernetes service portals"/, (one) => [
      '-A PREROUTING -i eth7 -j FOREIGN',
      one,
      ...rules,
    ]),
  )

describe('the plan of a cleanup', () => {
  for (const recording of ['k1.23-iptables', 'k1.33-iptables', 'k1.37-iptables', 'k1.33-nftables', 'k1.37-nftables'])
    it(`finds nothing on the nodes of ${recording}`, async () => {
      for (const node of ['node1', 'node2']) {
        const plan = await planOf(recording, {}, node)
        expect(plan).to.deep.equal({ node, blind: undefined, removals: [], stays: [] })
      }
    })

  it('finds nothing where ipvs mode runs', async () => {
    expect(await planOf('k1.37-ipvs', {}, 'node3')).to.deep.include({ removals: [], stays: [] })
  })

  for (const flavour of ['nft', 'legacy'] as const)
    for (const family of ['ip', 'ip6'] as const)
      it(`takes the chains of iptables mode from iptables-${flavour}, ${family}, and leaves other rules as they are`, async () => {
        const file = `${family}tables-${flavour === 'nft' ? '' : 'legacy-'}save.txt`
        const own = `node1/${family}tables-save.txt`
        const dump = withForeign(
          foreign.harmless.replace('10.9.9.9/32 ', family === 'ip' ? '10.9.9.9/32 ' : 'fd09::9/128 '),
        )(recorded('k1.37-iptables', own).replaceAll('(nf_tables) ', flavour === 'nft' ? '(nf_tables) ' : ''))
        const plan = await planOf('k1.37-nftables', on('node1', { [file]: () => dump }))
        // kube-proxy makes the kubelet's chain as well, also for IPv6, where the kubelet has none
        const isNoMatter = (one: string): boolean => family === 'ip6' && one.includes('KUBE-FIREWALL')
        const left = restored(dump, given(plan, `${family}tables-${flavour}-restore`)).filter((one) => !isNoMatter(one))
        const kubelets = lines(withForeignAfter(recorded('k1.37-nftables', own), dump))
        expect(left).to.have.members(kubelets)
        expect(left.filter((one) => one.startsWith('-'))).to.deep.equal(kubelets.filter((one) => one.startsWith('-')))
        expect(plan.stays).to.deep.equal([])
      })

  /** What a node has that never ran iptables mode, with the foreign rules. */
  function withForeignAfter(clean: string, dump: string): string {
    const rules = lines(dump).filter((one) => one.startsWith('-A') && one.includes('FOREIGN'))
    return replaced(
      replaced(clean, /(\*nat\n(?::.*\n)*?)(:KUBE-)/, `$1${foreign.chain}\n$2`),
      /(\*nat\n(?::.*\n)*)/,
      `$1${rules.join('\n')}\n`,
    )
  }

  it('is shown as a diff that makes the dump what it will be', async () => {
    const plan = await planOf('k1.37-nftables', on('node1', { 'iptables-save.txt': () => iptablesRules }))
    const [removal] = plan.removals
    const shown = diffOf('node1', removal?.lines ?? []).split('\n')
    expect(shown.slice(0, 4)).to.deep.equal([
      '--- node1/iptables-save.txt',
      '+++ node1/iptables-save.txt',
      '@@ -10,1 +9,0 @@',
      '-:KUBE-PROXY-CANARY - [0:0]',
    ])
    const taken = new Set(removal?.lines.map((one) => one.line))
    const rest = iptablesRules.split('\n').filter((_, i) => !taken.has(i + 1))
    expect(lines(rest.join('\n'))).to.deep.equal(restored(iptablesRules, given(plan, 'iptables-nft-restore')))
  })

  it('leaves a chain to which a rule of another program jumps, with all that it needs', async () => {
    const dump = withForeign(foreign.marks)(iptablesRules)
    const plan = await planOf('k1.37-nftables', on('node1', { 'iptables-save.txt': () => dump }))
    const left = restored(dump, given(plan, 'iptables-nft-restore'))
    expect(left.filter((one) => one.startsWith('-A KUBE-POSTROUTING'))).to.have.length(3)
    expect(left).to.include.members([
      foreign.marks,
      '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
      '-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING',
    ])
    expect(left.join('\n')).to.not.match(/KUBE-S(ERVICES|VC|EP)/)
    expect(plan.stays.map(({ line, what }) => `${what}: ${line?.text}`)).to.deep.equal([
      `chain KUBE-MARK-MASQ and 1 more that it needs: ${foreign.marks}`,
    ])
  })

  it('leaves a rule of another program that says of itself what kube-proxy says', async () => {
    const other = '-A FORWARD -i cni0 -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD'
    const dump = line(/^-A FORWARD .*-j KUBE-FORWARD/, (one) => [one, other])(iptablesRules)
    const plan = await planOf('k1.37-nftables', on('node1', { 'iptables-save.txt': () => dump }))
    const left = restored(dump, given(plan, 'iptables-nft-restore'))
    expect(left.filter((one) => one.includes('KUBE-FORWARD')).slice(0, 2)).to.deep.equal([':KUBE-FORWARD -', other])
  })

  it('leaves what the kubelet makes again', async () => {
    const old: Edit = (text) => replaced(text, /"kubeletVersion":\s*"v1\.37\.1"/g, '"kubeletVersion":"v1.26.9"')
    const rules = on('node1', { 'iptables-save.txt': () => iptablesRules })
    const plan = await planOf('k1.37-nftables', { ...rules, 'objects/nodes.json': old })
    const left = restored(iptablesRules, given(plan, 'iptables-nft-restore'))
    expect(left).to.include.members([':KUBE-MARK-MASQ -', ':KUBE-POSTROUTING -', ':KUBE-FIREWALL -'])
    expect(left.some((one) => one.startsWith('-A POSTROUTING'))).to.equal(true)
  })

  it('leaves the chains of kube-router, whose names begin alike', async () => {
    const own = [':KUBE-ROUTER-FORWARD - [0:0]', ':KUBE-NWPLCY-DEFAULT - [0:0]', ':KUBE-SVC-mine - [0:0]']
    const dump = line(/^:KUBE-EXT-/, (one) => [...own, one])(iptablesRules)
    const plan = await planOf('k1.37-nftables', on('node1', { 'iptables-save.txt': () => dump }))
    expect(restored(dump, given(plan, 'iptables-nft-restore'))).to.include.members(lines(own.join('\n')))
  })

  it('does not touch a table that is cut, or that nft has written into', async () => {
    const cut = iptablesRules.slice(0, iptablesRules.indexOf('-A KUBE-SVC-'))
    const plan = await planOf('k1.37-nftables', on('node1', { 'iptables-save.txt': () => cut }))
    expect(given(plan, 'iptables-nft-restore')).to.not.include('*nat')
    expect(plan.stays.map(({ why }) => why)).to.deep.equal(['iptables-save.txt is cut'])
  })

  for (const [told, kept] of [
    ['nf_tables', 'iptables-nft'],
    ['legacy', 'iptables-legacy'],
  ] as const)
    it(`takes what is in the other iptables than kube-proxy's: it uses ${kept}`, async () => {
      const files = { 'iptables-legacy-save.txt': () => iptablesRules.replaceAll('(nf_tables) ', '') }
      const plan = await planOf('k1.37-iptables', on('node1', { ...files, 'iptables-version.txt': version(told) }))
      const [[program] = []] = commands(plan).flatMap(({ words }) => words)
      expect(program).to.equal(told === 'legacy' ? 'iptables-nft-restore' : 'iptables-legacy-restore')
      const families = told === 'legacy' ? 2 : 1
      expect(plan.removals.map(({ mode }) => mode)).to.deep.equal(Array(families).fill('other iptables'))
    })

  it('takes none of two where it is not told which of them kube-proxy uses', async () => {
    const files = { 'iptables-legacy-save.txt': () => iptablesRules.replaceAll('(nf_tables) ', '') }
    const plan = await planOf('k1.37-iptables', on('node1', { ...files, 'iptables-version.txt': gone }))
    expect(plan.removals).to.deep.equal([])
    expect(plan.stays[0]?.why).to.include('not known')
  })

  it('takes the tables of nftables mode, and none of another family', async () => {
    const native = recorded('k1.37-nftables', 'node1/nft-list-ruleset.txt')
    const tables = native.match(/^table ip6? kube-proxy \{\n[^]*?^\}\n/gm)?.join('') ?? ''
    const foreignTable = 'table inet kube-proxy {\n\tchain own {\n\t\taccept\n\t}\n}\n'
    const files = { 'nft-list-ruleset.txt': (text: string) => text + tables + foreignTable }
    const plan = await planOf('k1.37-iptables', on('node1', files))
    expect(commands(plan)).to.deep.equal([
      { words: [['nft', 'delete table ip kube-proxy\ndelete table ip6 kube-proxy']] },
    ])
    expect(plan.removals[0]?.lines.map(({ text }) => text)).to.deep.equal([
      'table ip kube-proxy',
      'table ip6 kube-proxy',
    ])
  })

  it("takes kpx's bridge", async () => {
    const bridge = 'table ip kpx-bridge {\n\tset lasting {\n\t\ttype inet_proto\n\t\tflags timeout\n\t}\n}\n'
    const plan = await planOf('k1.37-nftables', on('node1', { 'nft-list-ruleset.txt': (text) => text + bridge }))
    expect(whats(plan)).to.deep.equal(['commands: nft table ip kpx-bridge'])
  })

  const bare = (): string => '*nat\nCOMMIT\n'
  for (const [what, edits] of [
    ['does not say its mode', { 'proxyMode.txt': gone }],
    ['runs in a mode of before', { 'proxyMode.txt': () => 'userspace' }],
    ['has not programmed the node', { 'iptables-save.txt': bare, 'ip6tables-save.txt': bare }],
  ] as const)
    it(`judges no node whose kube-proxy ${what}`, async () => {
      const unseen = { 'nft-list-ruleset.txt': gone, 'nft-list-ruleset.json': gone }
      const plan = await planOf('k1.37-iptables', on('node1', { ...edits, ...unseen }))
      expect(plan.blind).to.be.a('string').and.not.equal('')
      expect(plan.removals).to.deep.equal([])
    })

  it('takes the chains of iptables mode that ipvs mode does not use', async () => {
    const chains = [':KUBE-SVC-67NZLRHBNDSAWJRO - [0:0]', ':KUBE-NODEPORTS - [0:0]']
    const rules = ['-A KUBE-NODEPORTS -p tcp -m tcp --dport 30517 -j KUBE-SVC-67NZLRHBNDSAWJRO']
    const dump = replaced(
      recorded('k1.37-ipvs', 'node3/iptables-save.txt'),
      /(\*nat\n(?::.*\n)*)/,
      `$1${[...chains, ...rules].join('\n')}\n`,
    )
    const plan = await planOf('k1.37-ipvs', on('node3', { 'iptables-save.txt': () => dump }), 'node3')
    expect(restored(dump, given(plan, 'iptables-nft-restore'))).to.deep.equal(
      restored(recorded('k1.37-ipvs', 'node3/iptables-save.txt'), ''),
    )
  })
})

describe('the plan of a cleanup after ipvs mode', () => {
  const ipvs = (file: string): string => recorded('k1.37-ipvs', `node3/${file}`)
  const rules = (text: string): string => replaced(text, /(\*filter\n(?::.*\n)*)/, '$1:KUBE-NODE-PORT - [0:0]\n')
  const files = {
    'iptables-save.txt': rules,
    'ip-addr.json': () => ipvs('ip-addr.json'),
    'ipset-save.txt': () => ipvs('ipset-save.txt'),
    'ipvsadm-save.txt': () => ipvs('ipvsadm-save.txt'),
  }

  it('takes servers, the device and sets by the tools that list them', async () => {
    const plan = await planOf('k1.37-iptables', on('node1', files))
    const servers = (ipvs('ipvsadm-save.txt').match(/^-A /gm) ?? []).length
    expect(whats(plan)[0]).to.equal('commands: 1 chain of iptables-nft (IPv4)')
    expect(whats(plan)[1]).to.match(
      new RegExp(`^commands: ${servers} IPVS virtual servers and device kube-ipvs0 with \\d+`),
    )
    expect(commands(plan).at(-2)?.words).to.deep.equal([['ip', 'link', 'delete', 'kube-ipvs0']])
    expect(commands(plan).at(-1)?.words).to.deep.equal([['ipset', 'restore']])
    const sets = [...ipvs('ipset-save.txt').matchAll(/^create (\S+)/gm)].map(([, name]) => `destroy ${name}\n`)
    expect(commands(plan).at(-1)?.stdin).to.equal(sets.join(''))
  })

  it('leaves a set that another rule asks, and sets of others', async () => {
    const asks = '-A INPUT -m set --match-set KUBE-CLUSTER-IP dst,dst -j ACCEPT'
    const edits = {
      ...files,
      'iptables-save.txt': all(
        rules,
        line(/^-A INPUT -j KUBE-FIREWALL/, (one) => [one, asks]),
      ),
      'ipset-save.txt': () =>
        `create KUBE-SRC-mine hash:ip family inet hashsize 1024 maxelem 65536\n${ipvs('ipset-save.txt')}`,
    }
    const plan = await planOf('k1.37-iptables', on('node1', edits))
    const destroyed = commands(plan).at(-1)?.stdin
    expect(destroyed).to.not.include('KUBE-SRC-mine').and.not.include('destroy KUBE-CLUSTER-IP\n')
    expect(destroyed).to.include('destroy KUBE-LOOP-BACK\n')
    expect(plan.stays.map(({ line: by, what }) => [what, by?.text])).to.deep.equal([['ipset KUBE-CLUSTER-IP', asks]])
  })

  it('takes a virtual server of kube-proxy alone, where there is ipvsadm', async () => {
    const other = '-A -t 192.0.2.200:80 -s rr\n-a -t 192.0.2.200:80 -r 192.0.2.1:80 -m -w 1\n'
    const edits = { ...files, 'ipvsadm-save.txt': () => ipvs('ipvsadm-save.txt') + other }
    const plan = await planOf('k1.37-iptables', on('node1', edits))
    expect(commands(plan).flatMap(({ words }) => words.flat())).to.not.include('192.0.2.200:80')
  })

  const without = { ...files, 'ipvsadm-save.txt': gone, 'proc-net-ip_vs.txt': () => ipvs('proc-net-ip_vs.txt') }

  const modprobe = { 'modprobe.txt': () => 'insmod /lib/modules/6.1.0/kernel/net/netfilter/ipvs/ip_vs.ko \n' }

  it('has kube-proxy do it where there is no ipvsadm', async () => {
    const plan = await planOf('k1.37-iptables', on('node1', { ...without, ...modprobe }))
    expect(whats(plan)[0]).to.match(/^kube-proxy: \d+ IPVS virtual servers and device kube-ipvs0/)
  })

  it('does not have kube-proxy do it where others have virtual servers', async () => {
    const other = 'TCP  C00002C8:0050 rr  \n  -> C0000201:0050      Masq    1      0          0         \n'
    const edits = { ...without, ...modprobe, 'proc-net-ip_vs.txt': () => ipvs('proc-net-ip_vs.txt') + other }
    const plan = await planOf('k1.37-iptables', on('node1', edits))
    expect(plan.removals.map(({ by }) => by)).to.not.include('kube-proxy')
    expect(plan.stays[0]?.why).to.include('other programs')
  })

  it('does not have kube-proxy do it where that would leave them, for it finds no module', async () => {
    const lacking =
      'insmod /lib/modules/6.1.0/kernel/net/netfilter/nf_conntrack.ko \nmodprobe: WARNING: Module ip_vs not found.\n'
    for (const edits of [without, { ...without, 'modprobe.txt': () => lacking }]) {
      const plan = await planOf('k1.37-iptables', on('node1', edits))
      expect(plan.removals.map(({ by }) => by)).to.not.include('kube-proxy')
      expect(plan.stays[0]?.why).to.include('finds no ip_vs')
    }
    // the host's modprobe tells nothing of the pod's
    const capture = await brokenCapture('k1.37-iptables', on('node1', { ...without, ...modprobe }))
    const reached = () => ({ way: 'via', through: 'ssh node1' }) as const
    const [byHost] = plansIn(sceneOf({ ...capture, reached }), ['node1'])
    expect(byHost?.removals.map(({ by }) => by)).to.not.include('kube-proxy')
    const older = await planOf('k1.33-iptables', on('node1', without))
    expect(older.removals.map(({ by }) => by)).to.include('kube-proxy')
  })
})
