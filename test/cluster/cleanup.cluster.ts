/** What modes have left on real nodes, taken away while clients open connections, and every rule of others as it was. */
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import type { Role } from '../../src/kube/role.ts'
import type { Change } from '../../src/rollout/change.ts'
import { captures, kpxProcess } from '../kpx.ts'
import type { Ran } from '../kpx.ts'
import { needsCluster } from './able.ts'
import { echoBinary, kubernetesVersion } from './built.ts'
import type { Cluster } from './cluster.ts'
import { changeKubeProxy, kubeProxyOn } from './kube-proxy.ts'
import { grant } from './rights.ts'
import { run } from './run.ts'
import { createMeter, meter } from './traffic.ts'
import { until } from './until.ts'
import { upCluster } from './up.ts'
import { webManifests } from './web.ts'

const coldBuild = 60 * 60_000
const namespace = 'kube-system'
const node = 'node1'
const user = 'cleaner'

/** Of another cluster, so that its endpoints are nobody's here. */
const recorded = (path: string): string => readFileSync(`${captures}/${path}`, 'utf8')
const iptablesRules = recorded('k1.33-iptables/nodes/node1/iptables-save.txt')
  // the kubelet's are there already
  .replaceAll(/^(#|.*KUBE-(FIREWALL|KUBELET|IPTABLES)).*\n/gm, '')
const nftTables = recorded('k1.37-nftables/nodes/node1/nft-list-ruleset.txt').match(
  /^table ip6? kube-proxy \{\n[^]*?^\}\n/gm,
)

describe('what is left on the nodes', function () {
  this.timeout(120_000)
  let cluster: Cluster
  let echo: string

  const on = (words: string, input?: string): Promise<string> =>
    run(...cluster.on(node, ...words.split(' ')), input === undefined ? {} : { input })
  const kpx = (...argv: string[]): Promise<Ran> => kpxProcess(...argv, '--kubeconfig', cluster.kubeconfig)

  async function cleanup(...argv: string[]): Promise<{ readonly exit: number; readonly change: Change }> {
    const { exit, stderr, stdout } = await kpx('cleanup', '--yes', '-o', 'json', ...argv)
    expect(stdout, stderr).to.match(/^\{/)
    return { exit, change: JSON.parse(stdout) as Change }
  }

  /** All rules of the node, but for what counts packets and tells the time. */
  async function rules(): Promise<string[]> {
    const dumps = ['iptables-nft-save', 'ip6tables-nft-save', 'iptables-legacy-save', 'ip6tables-legacy-save']
    const tables = (await on('nft list tables')).split('\n').filter((one) => /kpx|kube-proxy/.test(one))
    const printed = await Promise.all(dumps.map((dump) => on(dump)))
    const told = printed.flatMap((dump, i) => dump.split('\n').map((line) => `${dumps[i]}: ${line}`))
    return [...tables, ...told.filter((line) => !line.includes(': #')).map((line) => line.replace(/\[\d+:\d+\]$/, ''))]
  }

  const allDoWhatTheApiSays = async (): Promise<void> => {
    const { exit, stdout } = await kpx('verify')
    expect(exit, stdout).to.equal(0)
  }

  async function staysWhileSomebodyRollsOut(): Promise<void> {
    const metadata = { name: 'kpx-rollout', namespace }
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec: { holderIdentity: 'another' } }
    await cluster.create([lease])
    const { exit, stdout } = await kpx('cleanup', '--yes', '-o', 'json')
    expect([exit, (JSON.parse(stdout) as { code: string }).code]).to.deep.equal([1, 'KPX5004'])
    await cluster.kubectl(['delete', 'lease', '-n', namespace, 'kpx-rollout'])
  }

  /** While clients of every kind open connections to Services and hold others. */
  async function cleanedUp(...argv: string[]): Promise<Change> {
    const metered = meter(cluster, echo, { seconds: 8, rate: 10 })
    const { change, exit } = await cleanup(...argv)
    const lost = (await metered).filter(({ failed }) => Object.keys(failed).length > 0)
    expect(lost.map(({ client, failed, name }) => ({ client, name, failed }))).to.deep.equal([])
    expect(change.findings.filter(({ level }) => level === 'error')).to.deep.equal([])
    expect(exit).to.equal(0)
    return change
  }

  before('starts', async function () {
    this.timeout(coldBuild)
    needsCluster(this)
    echo = await echoBinary()
    cluster = await upCluster({ name: `cleanup-${process.pid}` })
    await cluster.create(webManifests(cluster.nodes))
    await createMeter(cluster)
    const { items } = JSON.parse((await kpxProcess('rbac', '--changes', '-o', 'json')).stdout) as { items: Role[] }
    await cluster.create(grant(items, user))
  })

  after('ends', async () => cluster?.down())

  it('is nothing at first', async () => {
    await allDoWhatTheApiSays()
    const { change, exit } = await cleanup()
    expect([exit, change.changed, change.diff, change.findings]).to.deep.equal([0, false, '', []])
  })

  it('goes where iptables mode runs, by who has the roles of kpx rbac --changes: nft tables, legacy chains, a bridge', async () => {
    await on('iptables-legacy -t nat -N FOREIGN')
    await on('iptables-legacy -t nat -A PREROUTING -p tcp --dport 8443 -j FOREIGN')
    await on('nft add table inet kube-proxy')
    const before = await rules()
    await on('nft -f -', nftTables?.join(''))
    await on('nft add table ip kpx-bridge')
    await on('iptables-legacy-restore --noflush', iptablesRules)
    await staysWhileSomebodyRollsOut()
    expect((await cleanup('--node', 'node2', '--dry-run=client')).change.diff).to.equal('')
    const change = await cleanedUp('--as', user)
    expect(change.diff).to.include('\n-table ip6 kube-proxy\n').and.include('\n-:KUBE-SVC-67NZLRHBNDSAWJRO')
    // a table of iptables-legacy is there for good, once somebody has asked for it
    const isRule = (line: string): boolean => !/^iptables-legacy-save: (?!:FOREIGN|-A)/.test(line)
    expect((await rules()).filter(isRule)).to.deep.equal(before.filter(isRule))
    await allDoWhatTheApiSays()
    expect((await cleanup()).change.diff).to.equal('')
  })

  it('goes by kube-proxy --cleanup behind a bridge, where the pod has neither ipvsadm nor ip, and is told where it stays', async () => {
    const before = await kubeProxyOn(node, cluster)
    // as where the kernel has it built in: without that kube-proxy would leave all of it, and kpx would not ask it
    const script = String.raw`rm /usr/sbin/modprobe; printf '#!/bin/sh\necho builtin ip_vs\n' > /usr/sbin/modprobe; chmod +x /usr/sbin/modprobe`
    await cluster.kubectl(['exec', '-n', 'kube-system', before, '--', '/bin/sh', '-c', script])
    // of another kind than kube-proxy's, which this kernel may not have, so that kube-proxy leaves it
    await on('ip link add kube-ipvs0 type bridge')
    const metered = meter(cluster, echo, { seconds: 15, rate: 10 })
    const { change, exit } = await cleanup()
    const lost = (await metered).filter(({ failed }) => Object.keys(failed).length > 0)
    expect(lost.map(({ client, failed, name }) => ({ client, name, failed }))).to.deep.equal([])
    expect(exit).to.equal(4)
    expect(change.findings.map(({ code, message }) => `${code} ${message}`)).to.deep.equal([
      'KPX5021 device kube-ipvs0',
    ])
    expect(await kubeProxyOn(node, cluster)).to.not.equal(before)
    expect(await on('nft list tables')).to.not.include('kpx-bridge')
    await on('ip link delete kube-ipvs0')
    await allDoWhatTheApiSays()
  })

  it('goes where nftables mode runs, but for a chain that another program uses', async () => {
    await changeKubeProxy(cluster, { version: kubernetesVersion, mode: 'nftables' })
    await until('nothing is left', async () => (await cleanup('--dry-run=client')).exit === 0)
    const before = await rules()
    await on('iptables-nft-restore --noflush', iptablesRules)
    await on('iptables-nft -t nat -N FOREIGN')
    const jump = '-t nat -A FOREIGN -p tcp --dport 8443 -j KUBE-MARK-MASQ'
    await on(`iptables-nft ${jump}`)
    const change = await cleanedUp()
    expect(change.findings.map(({ code, message }) => `${code} ${message}`)).to.deep.equal([
      'KPX5020 chain KUBE-MARK-MASQ and 1 more that it needs: a rule that is not of kube-proxy jumps to it',
    ])
    const kept = await rules()
    expect(kept.filter((line) => /KUBE-(S|FORWARD|EXT|NODEPORTS|PROXY)/.test(line))).to.deep.equal([])
    expect(kept.join('\n')).to.include('-A FOREIGN').and.include('-A KUBE-POSTROUTING')
    await on('iptables-nft -t nat -F FOREIGN')
    await on('iptables-nft -t nat -X FOREIGN')
    await cleanup()
    expect(await rules()).to.deep.equal(before)
    await allDoWhatTheApiSays()
  })
})
