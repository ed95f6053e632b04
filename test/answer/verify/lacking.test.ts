/** kpx verify names what a node lacks of that which rules are made of, as kube-proxy logged it. */
import { expect } from 'chai'
import { replaced } from '../../broken-capture.ts'
import type { Edit, Edits } from '../../broken-capture.ts'
import { found, verified } from './verified.ts'

const logFile = 'nodes/node1/kube-proxy.log'

/** An error of now, whose value has several lines, as klog writes it. */
const error = (message: string, ...lines: string[]): string =>
  [
    `E1123 19:58:10.000000       1 proxier.go:1390] "${message}" err=<`,
    ...lines.map((line) => `\t${line}`),
    ' >',
    '',
  ].join('\n')

const appended =
  (text: string): Edit =>
  (log) =>
    `${log}${text}`

/** A pod of web is replaced, and node1's rules still have the one before. */
const moved: Edit = (text) => replaced(text, /"10\.244\.1\.2"/g, '"10.244.1.77"')
const old: Edits = { 'objects/endpointslices.json': moved, 'objects/pods.json': moved }

const restore = 'Failed to execute iptables-restore'
const ofWeb = 'shop/dns,shop/web,shop/web-lb,shop/web-np,shop/web-sticky'

/** As iptables 1.8.9, nft 1.0.6 and ipset 7.17 say it where a kernel has no such module. */
const messages: readonly (readonly [log: string, message: string])[] = [
  [
    error(
      restore,
      "exit status 2: iptables-restore v1.8.9 (nf_tables): Couldn't load match `statistic':No such file or directory",
      '',
      'Error occurred at line: 200',
    ),
    "kube-proxy's iptables has no match statistic",
  ],
  [
    error(
      restore,
      'exit status 1: Warning: Extension REJECT revision 0 not supported, missing kernel module?',
      'iptables-restore v1.8.9 (nf_tables): ',
      'line 2: RULE_APPEND failed (No such file or directory): rule in chain INPUT',
    ),
    'the kernel has no REJECT of iptables',
  ],
  [
    error(
      restore,
      "exit status 2: iptables-restore v1.8.9 (legacy): iptables-restore: unable to initialize table 'nat'",
    ),
    'the kernel has no table nat of iptables',
  ],
  [
    'E1123 19:58:10.000000       1 proxier.go:900] Failed to ensure that nat chain KUBE-SERVICES exists: error creating chain: exit status 3: ' +
      "modprobe: can't change directory to '/lib/modules'\niptables v1.6.0: can't initialize iptables table `nat': Table does not exist (do you need to insmod?)\n",
    'the kernel has no table nat of iptables',
  ],
  [
    error(
      'nftables sync failed',
      '/dev/stdin:1:17-35: Error: Could not process rule: No such file or directory',
      'add rule ip kube-proxy x numgen random mod 2 vmap { 0 : accept }',
      '                         ^^^^^^^^^^^^^^^^^^^',
    ),
    'the kernel has no numgen of nft',
  ],
  [
    'E1123 19:58:10.000000       1 ipset.go:188] "Failed to make sure existence of ip set" err="error creating ipset KUBE-CLUSTER-IP, error: exit status 1" ipSet="KUBE-CLUSTER-IP"\n',
    'ipset cannot make KUBE-CLUSTER-IP, whose type may be no part of the kernel',
  ],
  [
    'E1123 19:58:10.000000       1 server_others.go:107] "Can\'t use the IPVS proxier" err="IPVS proxier will not be used because the following required kernel modules are not loaded: [ip_vs_rr ip_vs_sh]"\n',
    'the kernel has not loaded ip_vs_rr ip_vs_sh',
  ],
  [
    'E1123 19:58:10.000000       1 run.go:72] "command failed" err="can\'t use the IPVS proxier: ipvs not supported"\n',
    'the kernel has no IPVS',
  ],
]

describe('verify', () => {
  for (const [log, message] of messages) {
    it(`names what a node lacks as the cause: ${message}`, async () => {
      const verification = await verified('k1.37-iptables', { ...old, [logFile]: appended(log) })
      expect(found(verification)).to.deep.equal([`KPX3021 node1 ${ofWeb}`, `KPX3009 node2 ${ofWeb}`])
      const [first] = verification.findings
      expect(first?.message).to.match(/^(.*?); so shop\/dns, shop\/web/)
      expect(first?.message.split('; so ')[0]).to.equal(message)
      expect(first?.evidence[0]?.file).to.equal('kube-proxy.log')
    })
  }

  it('does not take a chain that is not there for one of the kernel', async () => {
    const log = error(
      'nftables sync failed',
      '/dev/stdin:1:17-35: Error: Could not process rule: No such file or directory',
      'add rule ip kube-proxy services jump nodeports',
      '                                     ^^^^^^^^^',
    )
    expect(found(await verified('k1.37-iptables', { [logFile]: appended(log) }))).to.deep.equal([])
  })

  it('says nothing of what was logged before, by a kube-proxy that runs', async () => {
    const log = error(restore, "exit status 2: Couldn't load match `statistic':").replace('19:58', '19:38')
    expect(found(await verified('k1.37-iptables', { [logFile]: appended(log) }))).to.deep.equal([])
  })

  it('names it in place of a kube-proxy that ends for it, whenever that was', async () => {
    const waiting: Edit = (text) => {
      const { items } = JSON.parse(text) as {
        items: { spec: { nodeName: string }; metadata: { name: string }; status: { containerStatuses?: object[] } }[]
      }
      const own = items.find(
        ({ metadata, spec }) => metadata.name.startsWith('kube-proxy-') && spec.nodeName === 'node1',
      )
      Object.assign(own?.status.containerStatuses?.[0] ?? {}, {
        ready: false,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
      })
      return JSON.stringify({ items })
    }
    const ended =
      'E1123 19:38:10.000000       1 run.go:72] "command failed" err="can\'t use the IPVS proxier: ipvs not supported"\n'
    const verification = await verified('k1.37-iptables', {
      'objects/pods.json': waiting,
      [logFile]: appended(ended),
    })
    expect(found(verification)).to.deep.equal(['KPX3021 node1 '])
    expect(verification.ok).to.equal(false)
  })

  it('asks modprobe where a node has no rules and its log says nothing', async () => {
    const verification = await verified('k1.37-nftables', {
      'nodes/node1/nft-list-ruleset.json': () => undefined,
      'nodes/node1/nft-list-ruleset.txt': () => 'table ip other {\n}\n',
      'nodes/node1/modprobe.txt': () =>
        'builtin nft_ct\nmodprobe: FATAL: Module nft_numgen not found in directory /lib/modules/6.1.0\n',
    })
    expect(verification.findings[0]?.code).to.equal('KPX3021')
    expect(verification.findings[0]?.message).to.match(/^modprobe finds no nft_numgen; so /)
  })
})
