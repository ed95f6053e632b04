/** Clusters like those of platforms, set up for real: what kpx says of them, refuses, and does by force. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { ShownConfiguration } from '../../src/answer/config/show.ts'
import type { Status } from '../../src/answer/status/status.ts'
import type { Change } from '../../src/rollout/change.ts'
import { kpxProcess, root } from '../kpx.ts'
import type { Ran } from '../kpx.ts'
import { needsCluster } from './able.ts'
import { buildAll, kubernetesVersion } from './built.ts'
import type { Cluster } from './cluster.ts'
import { apiServer } from './control-plane.ts'
import { kubeadmObjects, likeAks, likeEks, likeStaticPods, reconcile } from './platforms.ts'
import type { KubeadmObjects } from './platforms.ts'
import { attempt } from './run.ts'
import { until } from './until.ts'
import { upCluster } from './up.ts'

const coldBuild = 40 * 60_000

describe('a cluster of a platform', function () {
  this.timeout(120_000)
  let cluster: Cluster
  let kubeadm: KubeadmObjects
  const folder = mkdtempSync(join(tmpdir(), 'kpx-platform-'))

  const kpx = (...argv: string[]): Promise<Ran> => kpxProcess(...argv, '--kubeconfig', cluster.kubeconfig)
  const status = async (): Promise<Status> => JSON.parse((await kpx('status', '-o', 'json')).stdout) as Status
  const running = ({ nodes }: Status): unknown[] => nodes.map((one) => one.running)

  /** When every node's kube-proxy says that it runs: it is ready before. */
  const runs = (mode: string): Promise<void> =>
    until(`every node runs in ${mode} mode`, async () => running(await status()).every((one) => one === mode))

  async function changed(...argv: string[]): Promise<{ readonly exit: number; readonly change: Change }> {
    const ran = await kpx(...argv, '--yes', '-o', 'json')
    expect(ran.stdout, ran.stderr).to.match(/^\{/)
    return { exit: ran.exit, change: JSON.parse(ran.stdout) as Change }
  }

  /** By sed, where nobody types. */
  async function edited(
    script: string,
    ...flags: string[]
  ): Promise<{ readonly exit: number; readonly change: Change }> {
    const words = ['edit', 'daemonset', '--yes', '-o', 'json', '--kubeconfig', cluster.kubeconfig, ...flags]
    const env = { ...process.env, EDITOR: `sed -i '${script}'`, TMPDIR: folder }
    const { exit, stderr, stdout } = await attempt(process.execPath, [`${root}bin/run.js`, ...words], { env })
    expect(stdout, stderr).to.match(/^\{/)
    return { exit, change: JSON.parse(stdout) as Change }
  }

  const codes = ({ findings }: Change): string[] => findings.map(({ code, level }) => `${level} ${code}`)

  const errors = ({ findings }: Change): string[] =>
    findings.flatMap(({ code, level }) => (level === 'error' ? [code] : []))

  before('starts', async function () {
    this.timeout(coldBuild)
    needsCluster(this)
    cluster = await upCluster({ name: `platform-${process.pid}` })
    kubeadm = await kubeadmObjects(cluster)
  })

  after('ends', async () => {
    rmSync(folder, { recursive: true })
    await cluster?.down()
  })

  it('that is plain says how kpx knows what it knows', async () => {
    const { config } = await status()
    expect(config).to.include({ platform: null, owner: null, object: 'ConfigMap kube-system/kube-proxy' })
    expect(config.looked).to.match(/^looked at 2 Nodes, 1 DaemonSet, 1 ConfigMap, \d\d API groups, .*v1\.37\.1$/)
  })

  describe('like EKS', () => {
    before('is set up', async () => likeEks(cluster, kubeadm))

    it('has its ConfigMap, its key and its owner', async () => {
      await runs('iptables')
      const now = await status()
      expect(now.config).to.include({
        object: 'ConfigMap kube-system/kube-proxy-config',
        key: 'config',
        owner: 'EKS add-on',
        changedBy: 'eks',
      })
      expect(now.config.platform?.id).to.equal('eks-addon')
      expect(now.mode.effective).to.equal('iptables')
    })

    it('is changed by its add-on, and by force, which ends in force on every node', async () => {
      const refused = await changed('config', 'set', 'mode=nftables')
      expect([refused.exit, ...codes(refused.change)]).to.deep.equal([1, 'error KPX4002'])
      expect(refused.change.instead?.commands[0]).to.include(`--configuration-values '{"mode":"nftables"}'`)
      expect(running(await status())).to.deep.equal(['iptables', 'iptables'])
      const forced = await changed('config', 'set', 'mode=nftables', '--force')
      expect([forced.exit, ...codes(forced.change)]).to.deep.equal([0, 'warning KPX4002'])
      expect(running(await status())).to.deep.equal(['nftables', 'nftables'])
    })

    it('gets another mode in the same way', async () => {
      const refused = await changed('mode', 'set', 'iptables')
      expect([refused.exit, ...errors(refused.change)]).to.deep.equal([1, 'KPX4002'])
      expect(refused.change.instead?.commands[0]).to.include(`--configuration-values '{"mode":"iptables"}'`)
      const forced = await changed('mode', 'set', 'iptables', '--force')
      expect([forced.exit, ...errors(forced.change)]).to.deep.equal([0])
      expect(running(await status())).to.deep.equal(['iptables', 'iptables'])
    })
  })

  describe('like AKS', () => {
    let set: object

    before('is set up', async () => {
      set = await likeAks(cluster, kubeadm)
    })

    it('has flags of its DaemonSet, and their values', async () => {
      await runs('iptables')
      const now = await status()
      expect(now.config).to.include({ object: 'DaemonSet kube-system/kube-proxy', key: null, owner: 'AKS' })
      expect(now.mode).to.include({ configured: null, effective: 'iptables' })
      const { stdout } = await kpx('config', 'show', '--effective')
      expect(stdout.replaceAll(/\s+/g, ' '))
        .to.include('AKS: flags in DaemonSet kube-system/kube-proxy, managed by AKS; there is no ConfigMap')
        .and.include('conntrack.maxPerCore 0 flag')
      const shown = JSON.parse((await kpx('config', 'show', '-o', 'json')).stdout) as ShownConfiguration
      expect(shown.text).to.equal(null)
    })

    it('is changed by az, and by no edit', async () => {
      for (const words of ['config set mode=nftables', 'edit configmap', 'edit daemonset']) {
        const { change, exit } = await changed(...words.split(' '))
        expect([exit, ...codes(change)]).to.deep.equal([1, 'error KPX4002'])
        expect(change.instead?.files.map(({ path }) => path)).to.deep.equal(['kube-proxy.json'])
        expect(change.instead?.commands.at(-1)).to.include('az aks update --resource-group rg-shop --name aks-shop ')
      }
    })

    it('gets another mode by az, and by force for as long as nobody puts back the flag', async () => {
      const refused = await changed('mode', 'set', 'nftables')
      expect([refused.exit, ...errors(refused.change)]).to.deep.equal([1, 'KPX4002'])
      expect(refused.change.instead?.commands.at(-1)).to.include('--kube-proxy-config kube-proxy.json')
      const forced = await changed('mode', 'set', 'nftables', '--force')
      expect([forced.exit, ...errors(forced.change)]).to.deep.equal([0])
      expect(running(await status())).to.deep.equal(['nftables', 'nftables'])
      const stop = reconcile(cluster, 'addon-manager', set)
      try {
        await runs('iptables')
      } finally {
        await stop()
      }
    })

    it('undoes what is forced, which is noticed, with who did it', async () => {
      const stop = reconcile(cluster, 'addon-manager', set)
      try {
        const { change, exit } = await edited('s/--v=2/--v=3/', '--force')
        expect([exit, ...codes(change)]).to.deep.equal([4, 'warning KPX4002', 'error KPX4005'])
        expect(change.findings[1]?.message).to.include('addon-manager has put back what DaemonSet kube-system/kube-')
        expect(change.rollout?.state).to.equal('paused')
      } finally {
        await stop()
      }
      const path = 'jsonpath={.spec.template.spec.containers[0].command}'
      await until('it is put back', async () =>
        (await cluster.kubectl(['get', 'daemonset/kube-proxy', '-n', 'kube-system', '-o', path])).includes('--v=2'),
      )
    })
  })

  describe('that starts kube-proxy without a DaemonSet', () => {
    before('is set up', async () => likeStaticPods(cluster, kubeadm))

    it('is read all the same: its flags, its mode and its rules', async () => {
      await until('the rules', async () => (await status()).nodes.every((one) => one.programmed?.length === 1))
      const { config, nodes } = await status()
      expect(config.object).to.match(/^Pod kube-system\/kube-proxy-node[12]$/)
      expect(nodes.map((one) => [one.running, one.programmed, one.pod])).to.deep.equal([
        ['iptables', ['iptables'], 'kube-system/kube-proxy-node1'],
        ['iptables', ['iptables'], 'kube-system/kube-proxy-node2'],
      ])
      expect((await kpx('config', 'get', 'conntrack.maxPerCore')).stdout).to.equal('0\n')
    })

    it('is read where it is a process of the node: its command line, its file, its mode and its rules', async () => {
      await cluster.kubectl(['delete', 'pods', '-n', 'kube-system', '-l', 'component=kube-proxy', '--grace-period=1'])
      const { kubernetes } = await buildAll(kubernetesVersion, false)
      const [config, kubeconfig] = [join(folder, 'kube-proxy.yaml'), join(folder, 'kubeconfig')]
      // the administrator's way to the API server is another one
      const own = readFileSync(cluster.kubeconfig, 'utf8').replace(/https:\/\/127\.0\.0\.1:\d+/, apiServer)
      writeFileSync(kubeconfig, own)
      writeFileSync(config, processConfig(kubeconfig))
      const words = [join(kubernetes, 'kube-proxy'), `--config=${config}`, '--hostname-override=node1']
      const [program, argv] = cluster.on('node1', ...words)
      // in a group of its own: its way into the namespaces is a process too
      const running = spawn(program, argv, { stdio: 'ignore', detached: true })
      try {
        const via = [...cluster.on('node1')].flat().join(' ')
        const seen = async (): Promise<Status> =>
          JSON.parse((await kpx('status', '--node', 'node1', '--via', via, '-o', 'json')).stdout) as Status
        await until('its rules', async () => (await seen()).nodes[0]?.programmed?.includes('nftables') === true)
        const now = await seen()
        expect(now.config.object).to.equal(`file ${config} of Node node1`)
        expect(now.mode).to.include({ configured: 'nftables', effective: 'nftables' })
        expect(now.nodes[0]).to.deep.include({ running: 'nftables', pod: null, ready: true })
      } finally {
        if (running.pid !== undefined) process.kill(-running.pid)
        await once(running, 'exit')
      }
    })
  })
})

const processConfig = (kubeconfig: string): string => `apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: nftables
clientConnection:
  kubeconfig: ${kubeconfig}
conntrack:
  maxPerCore: 0
  tcpCloseWaitTimeout: 0s
  tcpEstablishedTimeout: 0s
`
