/** Whose kube-proxy it is, and where that has the configuration, in every command that says so. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { ShownConfiguration } from '../../src/answer/config/show.ts'
import type { Status } from '../../src/answer/status/status.ts'
import { captures, kpx, root } from '../kpx.ts'

const fixtures = `${root}test/platform/fixtures`

const flat = (text: string): string => text.replaceAll(/\s+/g, ' ')

describe('kpx status', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kpx-status-'))
  const capture = join(folder, 'capture')

  beforeEach(() => mkdirSync(capture))
  afterEach(() => rmSync(capture, { recursive: true }))
  after(() => rmSync(folder, { recursive: true }))

  const statusOf = async (path: string): Promise<Status> =>
    JSON.parse((await kpx('status', '-o', 'json', '--from', path)).stdout) as Status

  const written = (file: string, content: object | string): void => {
    mkdirSync(join(capture, file, '..'), { recursive: true })
    writeFileSync(join(capture, file), typeof content === 'string' ? content : JSON.stringify(content))
  }

  it('names the platform in its own words, what it is known by, and the mode', async () => {
    const { stdout } = await kpx('status', '--from', `${fixtures}/aks`)
    expect(flat(stdout))
      .to.include('AKS: flags in DaemonSet kube-system/kube-proxy, managed by AKS; there is no ConfigMap')
      .and.include('known by label kubernetes.azure.com/cluster: MC_rg-shop_aks-shop_westeurope of Node aks-')
      .and.include('Owner: AKS ')
    const { config, mode } = await statusOf(`${fixtures}/aks`)
    expect(config).to.deep.include({
      object: 'DaemonSet kube-system/kube-proxy',
      key: null,
      owner: 'AKS',
      otherPlatforms: [],
    })
    expect(config.platform).to.include({ id: 'aks', name: 'AKS' })
    expect(mode).to.include({ configured: null, effective: 'iptables' })
  })

  it('says how it knows what it knows of a cluster that nothing is recognised of', async () => {
    const path = `${captures}/k1.37-nftables`
    const { stdout } = await kpx('status', '--from', path)
    expect(flat(stdout)).to.include('Platform: none recognised: kpx looked at 2 Nodes, 1 DaemonSet, 1 ConfigMap')
    const { config } = await statusOf(path)
    expect(config).to.include({ platform: null, owner: null })
    expect(config.looked).to.match(/^looked at 2 Nodes, .*v1\.37\.1; not seen: API groups$/)
  })

  it('tells two platforms that are both there, and where two programs serve the Services', async () => {
    cpSync(`${fixtures}/aks`, capture, { recursive: true })
    cpSync(`${fixtures}/cilium/objects/configmaps.json`, join(capture, 'objects/configmaps.json'))
    const { config, findings } = await statusOf(capture)
    expect(config.platform?.name).to.equal('Cilium')
    expect(config.otherPlatforms.map(({ name }) => name)).to.deep.equal(['AKS'])
    expect(config.owner).to.equal('AKS')
    expect(findings.map(({ code }) => code)).to.deep.equal(['KPX4004'])
    expect(findings[0]?.message).to.include('kube-proxy-replacement: true').and.include('DaemonSet kube-system/kube-')
  })

  it('reads the flags of a static pod, on each node alike', async () => {
    cpSync(`${fixtures}/kops`, capture, { recursive: true })
    const list = join(capture, 'objects/pods.json')
    const { items } = JSON.parse(readFileSync(list, 'utf8')) as { items: object[] }
    const second = JSON.stringify(items[0]).replaceAll('i-0123456789abcdef0', 'i-1')
    written('objects/pods.json', { kind: 'List', items: [...items, JSON.parse(second) as object] })
    const { config } = await statusOf(capture)
    expect(config).to.include({ object: 'Pod kube-system/kube-proxy-i-0123456789abcdef0', owner: 'kOps' })
    expect((await kpx('config', 'get', 'conntrack.maxPerCore', '--from', capture)).stdout).to.equal('131072\n')
  })

  it('reads what a platform tells of a kube-proxy that is no pod', async () => {
    const { config, mode } = await statusOf(`${fixtures}/k3s`)
    expect(config).to.include({ object: 'Node k3s-server', owner: 'k3s' })
    expect(mode).to.include({ configured: 'iptables', effective: 'iptables' })
    const asked = ['config', 'get', 'metricsBindAddress', '--from', `${fixtures}/k3s`]
    expect((await kpx(...asked)).stderr)
      .to.include('k3s-agent, k3s-server')
      .and.include('--daemonset k3s-agent')
    expect((await kpx(...asked, '--daemonset', 'k3s-server')).stdout).to.equal('0.0.0.0:10249\n')
  })

  it('has its flags judged as those of a pod are', async () => {
    cpSync(`${fixtures}/k3s`, capture, { recursive: true })
    const list = join(capture, 'objects/nodes.json')
    const nodes = readFileSync(list, 'utf8').replaceAll('proxy-mode=iptables', 'proxy-mode=ipvsx')
    writeFileSync(list, nodes)
    const asked = ['config', 'validate', '--daemonset', 'k3s-server', '--from', capture]
    const { exit, stdout } = await kpx(...asked)
    expect(exit).to.equal(1)
    expect(stdout).to.include('error KPX2005 Node k3s-server:').and.include('--proxy-mode=ipvsx')
  })

  it('reads a process of the host: its command line, its file, its mode and its rules', async () => {
    cpSync(`${captures}/k1.37-iptables/nodes/node1`, join(capture, 'nodes/node1'), { recursive: true })
    const config = 'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: iptables\n'
    written('nodes/node1/kube-proxy-command.txt', '812 /usr/bin/kube-proxy --config=/etc/kube-proxy.yaml -v=2\n')
    written('nodes/node1/kube-proxy-config.txt', config)
    const { config: place, mode, nodes } = await statusOf(capture)
    expect(place.object).to.equal('file /etc/kube-proxy.yaml of Node node1')
    expect(mode).to.include({ configured: 'iptables', effective: 'iptables' })
    expect(nodes[0]).to.deep.include({ running: 'iptables', programmed: ['iptables'], pod: null, ready: true })
    expect((await kpx('config', 'show', '--from', capture)).stdout).to.include('mode: iptables')
  })

  it('does not choose between processes that are started otherwise', async () => {
    cpSync(`${captures}/k1.37-iptables/nodes/node1`, join(capture, 'nodes/node1'), { recursive: true })
    written(
      'nodes/node1/kube-proxy-command.txt',
      '8 kube-proxy --proxy-mode=ipvs\n9 kube-proxy --proxy-mode=iptables\n',
    )
    expect((await statusOf(capture)).mode).to.include({ configured: null, effective: null })
  })
})

describe('kpx config show', () => {
  it('has the platform’s words above the text', async () => {
    const { stdout } = await kpx('config', 'show', '--from', `${fixtures}/eks-addon`)
    expect(stdout.split('\n')[1]).to.equal(
      '# EKS add-on: ConfigMap kube-system/kube-proxy-config, key config, applied by the EKS add-on kube-proxy',
    )
    const { stdout: shown } = await kpx('config', 'show', '-o', 'json', '--from', `${fixtures}/eks-addon`)
    expect((JSON.parse(shown) as ShownConfiguration).config).to.deep.include({ owner: 'EKS add-on' })
  })

  it('has them above the values, and where there is no text to show', async () => {
    const words = 'AKS: flags in DaemonSet kube-system/kube-proxy, managed by AKS; there is no ConfigMap'
    const { stdout } = await kpx('config', 'show', '--effective', '--from', `${fixtures}/aks`)
    expect(flat(stdout)).to.include(words).and.include('conntrack.maxPerCore 0 flag')
    const { exit, stderr } = await kpx('config', 'show', '--from', `${fixtures}/aks`)
    expect([exit, stderr.includes(words)]).to.deep.equal([1, true])
  })

  it('names the platform where the API has nothing of kube-proxy', async () => {
    const { exit, stderr } = await kpx('config', 'show', '--from', `${fixtures}/openshift-ovn-kubernetes`)
    expect(exit).to.equal(1)
    expect(stderr).to.include('OpenShift with OVN-Kubernetes: there is no kube-proxy')
  })
})

describe('kpx explain', () => {
  it('names the platform, but only where one is recognised', async () => {
    const { stdout } = await kpx('explain', '--from', `${fixtures}/aks`)
    expect(flat(stdout)).to.include('AKS: flags in DaemonSet').and.include('known by label kubernetes.azure.com')
    expect((await kpx('explain', '--from', `${captures}/k1.37-iptables`)).stdout).to.not.include('recognised')
  })
})
