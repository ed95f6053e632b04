/**
 * Changes that an owner would undo: refused with the owner's own way, and made all the same where they are forced. Needs `npm run build`.
 */
import { expect } from 'chai'
import { Changing, codesOf } from './changing.ts'
import { config } from '../fake/kube-proxy-cluster.ts'
import { undescribed } from '../schema/schemas.ts'
import type { Document } from '../schema/schemas.ts'

const changing = new Changing()

const managedBy = (manager: string): object[] => [
  { manager, operation: 'Apply', time: '2026-10-01T10:00:00Z', fieldsV1: { 'f:data': {} } },
]

describe('a change of what somebody else owns', () => {
  before(() => changing.start())
  beforeEach(() => changing.renew())
  after(() => changing.close())

  function asAks(): void {
    const { cluster } = changing
    cluster.labels = { 'kubernetes.azure.com/cluster': 'MC_rg-shop_aks-shop_westeurope' }
    cluster.command.splice(0, Infinity, 'kube-proxy', '--conntrack-max-per-core=0', '--proxy-mode=ipvs', '--v=3')
  }

  function asEks(): void {
    const { cluster } = changing
    const metadata = cluster.configMap['metadata'] as object
    cluster.configMap = { ...cluster.configMap, metadata: { ...metadata, managedFields: managedBy('eks') } }
    const metadataOfSet = cluster.daemonSet['metadata'] as object
    cluster.daemonSet = {
      ...cluster.daemonSet,
      metadata: { ...metadataOfSet, managedFields: managedBy('eks') },
    }
  }

  it('is refused where flags are the configuration, with the file and the commands', async () => {
    asAks()
    const { change, exit } = await changing.change('config', 'set', 'mode=nftables')
    expect(exit).to.equal(1)
    expect(codesOf(change)).to.deep.equal(['KPX4002'])
    expect(change).to.deep.include({ changed: false, object: 'DaemonSet kube-system/kube-proxy' })
    expect(change.instead).to.deep.include({
      by: 'AKS',
      files: [{ path: 'kube-proxy.json', text: '{\n  "enabled": true,\n  "mode": "NFTABLES"\n}\n' }],
      refused: [],
    })
    expect(undescribed(change as unknown as Document)).to.deep.equal([])
    expect(change.instead?.commands.at(-1)).to.equal(
      'az aks update --resource-group rg-shop --name aks-shop --kube-proxy-config kube-proxy.json',
    )
  })

  it('has the settings that are there already in the owner’s file, for it takes the place of them', async () => {
    asAks()
    changing.cluster.command.push('--ipvs-tcp-timeout=15m')
    const { change } = await changing.change('config', 'set', 'ipvs.scheduler=lc')
    expect(JSON.parse(change.instead?.files[0]?.text ?? '')).to.deep.equal({
      enabled: true,
      mode: 'IPVS',
      ipvsConfig: { scheduler: 'LeastConnection', TCPTimeoutSeconds: 900 },
    })
  })

  it('tells which of the fields the owner does not take', async () => {
    asAks()
    const { change } = await changing.change('config', 'set', 'mode=nftables', 'iptables.masqueradeBit=12')
    expect(change.instead?.refused.map(({ field }) => field)).to.deep.equal(['iptables.masqueradeBit'])
    expect(change.instead?.files[0]?.text).to.include('NFTABLES')
    const { stdout } = await changing.kpx('config', 'set', 'iptables.masqueradeBit=12', '--yes')
    expect(stdout.replaceAll(/\s+/g, ' '))
      .to.include('AKS has no way to change it')
      .and.include('iptables.masqueradeBit AKS lets one choose the mode')
  })

  it('prints file and commands whole, each on lines of its own', async () => {
    asAks()
    const { stdout } = await changing.kpx('config', 'set', 'mode=nftables', '--yes')
    expect(stdout)
      .to.include('\n    {\n      "enabled": true,\n')
      .and.include(
        '\n    az feature register --namespace Microsoft.ContainerService --name KubeProxyConfigurationPreview\n',
      )
  })

  for (const words of ['config unset mode', 'config restore', 'edit configmap', 'edit daemonset']) {
    it(`is refused by kpx ${words} too`, async () => {
      asAks()
      const { change, exit } = await changing.change(...words.split(' '))
      expect([exit, ...codesOf(change)]).to.deep.equal([1, 'KPX4002'])
      expect(change.instead?.commands).to.have.length.greaterThan(0)
    })
  }

  it('names the command that goes on by force where there is no ConfigMap', async () => {
    asAks()
    const { exit, stderr } = await changing.kpx('config', 'set', 'mode=nftables', '--yes', '--force')
    expect(exit).to.equal(1)
    expect(stderr).to.include('KPX2103').and.include('kpx edit daemonset --force')
  })

  it('is refused with the add-on’s configuration values, which are complete', async () => {
    asEks()
    const { change, exit } = await changing.change('config', 'set', 'mode=ipvs', 'ipvs.scheduler=lc')
    expect(exit).to.equal(1)
    expect(codesOf(change)).to.include('KPX4002')
    expect(change.diff).to.include('+mode: ipvs')
    expect(change.instead?.by).to.equal('EKS add-on')
    expect(change.instead?.commands[0]).to.include(`'{"mode":"ipvs","ipvs":{"scheduler":"lc"}}'`)
    expect(changing.cluster.text).to.equal(config)
  })

  it('is refused with the text that whoever applies the object is to apply', async () => {
    changing.cluster.annotate('argocd.argoproj.io/tracking-id', 'infra:/ConfigMap:kube-system/kube-proxy')
    const { change, exit } = await changing.change('config', 'set', 'mode=nftables')
    expect(exit).to.equal(1)
    expect(change.instead).to.deep.include({
      by: 'Argo CD application infra',
      files: [{ path: 'config.conf', text: config.replace('mode: iptables', 'mode: nftables') }],
      commands: ['argocd app get infra'],
    })
    expect(change.instead?.notes[0]).to.equal('config.conf is what ConfigMap kube-system/kube-proxy is to hold')
  })

  it('is made by force, and said to be undone', async () => {
    asEks()
    const { change, exit } = await changing.change('config', 'set', 'mode=nftables', '--force')
    expect(exit).to.equal(0)
    expect(change).to.include({ changed: true, instead: null })
    expect(change.findings[0]).to.include({ code: 'KPX4002', level: 'warning' })
    expect(change.findings[0]?.message).to.include('the add-on writes its fields again at its next update')
  })

  it('is noticed to be undone, and by whom, while its pods are waited for', async () => {
    asEks()
    const { cluster } = changing
    cluster.beforeWrite = (method, path, _object, query) => {
      // kpx marks the template after it has written the text
      if (method === 'PATCH' && path.includes('daemonsets') && query.get('dryRun') === null) {
        cluster.edit(config)
        const metadata = cluster.configMap['metadata'] as object
        const again = [
          { manager: 'reconciler', time: '2026-12-01T10:00:00Z', fieldsV1: { 'f:data': {} } },
          { manager: 'controller', time: '2026-12-01T10:00:01Z', subresource: 'status', fieldsV1: { 'f:status': {} } },
        ]
        cluster.configMap = { ...cluster.configMap, metadata: { ...metadata, managedFields: again } }
      }
      return undefined
    }
    const { change, exit } = await changing.change('config', 'set', 'mode=nftables', '--force')
    expect(exit).to.equal(4)
    expect(codesOf(change)).to.deep.equal(['KPX4002', 'KPX4005'])
    expect(change.findings[1]?.message).to.include('reconciler has put back what ConfigMap kube-system/kube-proxy was')
    expect(change.rollout).to.include({ state: 'paused' })
  })

  it('lasts for a while where an upgrade makes the object anew', async () => {
    changing.cluster.labels = { 'minikube.k8s.io/name': 'minikube' }
    const { change, exit } = await changing.change('config', 'set', 'mode=nftables')
    expect(exit).to.equal(0)
    expect(change).to.include({ changed: true, instead: null })
    expect(change.findings[0]).to.include({ code: 'KPX4003', level: 'warning' })
  })

  it('is refused in the platform’s way where the API has nothing of kube-proxy', async () => {
    changing.cluster.labels = { 'microk8s.io/cluster': 'true' }
    changing.cluster.daemonSet = { ...changing.cluster.daemonSet, spec: {} }
    for (const words of ['config set mode=nftables', 'edit configmap', 'edit daemonset --force']) {
      const { change, exit } = await changing.change(...words.split(' '))
      expect([exit, ...codesOf(change)]).to.deep.equal([1, 'KPX4002'])
      expect(change.object).to.include('/var/snap/microk8s/current/args/kube-proxy')
      expect(change.instead?.commands.at(-1)).to.equal('sudo snap restart microk8s.daemon-kubelite')
    }
  })

  it('is refused in the platform’s way where nobody can change the ConfigMap', async () => {
    changing.cluster.labels = { 'worker.gardener.cloud/pool': 'a' }
    changing.cluster.configMap = { ...changing.cluster.configMap, immutable: true }
    const { change, exit } = await changing.change('config', 'set', 'mode=nftables')
    expect([exit, ...codesOf(change)]).to.deep.equal([1, 'KPX4002'])
    expect(change.instead?.commands[0]).to.include('"kubeProxy":{"mode":"NFTables"}')
    const { stderr } = await changing.kpx('config', 'set', 'mode=nftables', '--yes', '--force')
    expect(stderr).to.include('KPX2103').and.include('is immutable')
  })

  it('is an error as before where nothing is recognised', async () => {
    changing.cluster.daemonSet = { ...changing.cluster.daemonSet, spec: {} }
    const { exit, stderr } = await changing.kpx('config', 'set', 'mode=nftables', '--yes')
    expect(exit).to.equal(1)
    expect(stderr).to.include('KPX2103').and.include('no DaemonSet and no pod of kube-proxy is there')
  })
})
