/** Every platform against objects as it publishes them, and what it says is to be done against the format of its own. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { readCapture } from '../../src/capture/read.ts'
import { jsonOfYaml } from '../../src/config/yaml-object.ts'
import { settableModes } from '../../src/platform/platform.ts'
import type { OwnersWay, Platform } from '../../src/platform/platform.ts'
import { platforms } from '../../src/platform/platforms/index.ts'
import { ownersWay, recognise } from '../../src/platform/recognise.ts'
import type { Recognition } from '../../src/platform/recognise.ts'
import { platformScene } from '../../src/platform/scene.ts'
import type { PlatformScene } from '../../src/platform/scene.ts'
import type { Setting } from '../../src/platform/setting.ts'
import { root } from '../kpx.ts'
import { formats } from './formats.ts'

const folder = `${root}test/platform/fixtures`
const sources = `${root}src/platform/platforms`

const recognitionOf = async (id: string): Promise<Recognition> =>
  recognise(platformScene(await readCapture(`${folder}/${id}`)))

/** Settings of one field each, of every kind of value; the mode that they count in stands before. */
const fields: readonly Setting[] = [
  { path: 'bindAddress', value: '0.0.0.0' },
  { path: 'conntrack.maxPerCore', value: '0' },
  { path: 'clientConnection.burst', value: '20' },
  { path: 'featureGates.AllAlpha', value: 'false' },
  { path: 'iptables.masqueradeAll', value: 'true' },
  { path: 'iptables.masqueradeBit', value: '12' },
  { path: 'iptables.syncPeriod', value: '45s' },
  { path: 'ipvs.scheduler', value: 'lc' },
  { path: 'ipvs.strictARP', value: 'true' },
  { path: 'ipvs.tcpTimeout', value: '10m' },
  { path: 'metricsBindAddress', value: '0.0.0.0:10249' },
  { path: 'nodePortAddresses', value: '10.0.0.0/8,192.168.0.0/16' },
  { path: 'oomScoreAdj', value: '-900' },
]

const mode = (value: string): Setting => ({ path: 'mode', value })

const isNothing = ({ commands, files }: OwnersWay): boolean => commands.length + files.length === 0

/** Of a change that there is: it has its platform's format, and what it does not take it refuses with a reason. */
function expectWay(platform: Platform, wanted: readonly Setting[], { scene }: Recognition): OwnersWay {
  const way = ownersWay(platform, wanted, scene)
  for (const { why } of way.refused) expect(why).to.match(/^[^\s].{10,}[^.]$/)
  if (isNothing(way)) expect(way.refused).to.have.length.greaterThan(0)
  else formats[platform.id]?.(way, scene.minor)
  return way
}

describe('platforms', () => {
  it('are listed, sorted, with an id of their own and a fixture each', () => {
    const ids = platforms.map(({ id }) => id)
    const files = readdirSync(sources).filter((file) => file !== 'index.ts')
    expect(files.map((file) => file.replace(/\.ts$/, ''))).to.have.members(ids)
    expect(new Set(ids).size).to.equal(ids.length)
    expect(readdirSync(folder)).to.have.members(ids)
    const listed = readFileSync(`${sources}/index.ts`, 'utf8').match(/^ {2}\w+(?=,$)/gm) ?? []
    expect(listed).to.deep.equal([...listed].sort())
  })

  it('name others that there are as their general kind', () => {
    const ids = platforms.map(({ id }) => id)
    expect(ids).to.include.members(platforms.flatMap(({ refines = [] }) => refines))
  })

  it('have a format each, but for those that take nothing', () => {
    const takers = platforms.filter(({ kind }) => kind !== 'none').map(({ id }) => id)
    const without = takers.filter((id) => !Object.hasOwn(formats, id))
    expect(without).to.deep.equal(['doks', 'eks-auto', 'gke'])
  })

  for (const id of readdirSync(folder)) {
    describe(id, () => {
      let recognition: Recognition
      let platform: Platform

      before(async () => {
        recognition = await recognitionOf(id)
        const [found] = recognition.found
        if (!found) throw new Error(`nothing was recognised in ${id}`)
        platform = found.platform
      })

      it('is recognised, and nothing else, by objects whose source is named', () => {
        expect(recognition.found.map((found) => found.platform.id)).to.deep.equal([id])
        for (const evidence of recognition.found[0]?.evidence ?? []) expect(evidence).to.match(/^\S.*\S$/)
        const about = JSON.parse(readFileSync(`${folder}/${id}/capture.json`, 'utf8')) as { source?: string }
        expect(about.source).to.match(/.{20,}/)
      })

      it('says where the configuration is', () => {
        expect(platform.place(recognition.scene)).to.match(/^\S.{20,}[^.]$/)
      })

      it('takes each mode in its own format, or refuses it with its own reason', () => {
        const verdicts = platform.modes(recognition.scene)
        for (const one of settableModes) {
          const way = expectWay(platform, [mode(one)], recognition)
          const why = verdicts[one]
          expect(way.refused).to.deep.equal(why === null ? [] : [{ field: `mode=${one}`, why }])
          expect(isNothing(way)).to.equal(why !== null)
        }
        const refused = ownersWay(platform, [mode('userspace')], recognition.scene)
        expect(refused.refused).to.have.length(1)
      })

      it('takes fields in its own format, or refuses each with a reason', () => {
        for (const field of fields) {
          const alone = expectWay(platform, [field], recognition)
          const beside = expectWay(platform, [mode('ipvs'), field], recognition)
          expect(isNothing(alone) || alone.refused.length === 0, field.path).to.equal(true)
          if (platform.modes(recognition.scene).ipvs === null) expect(isNothing(beside)).to.equal(false)
        }
      })

      it('tells what is to be taken out', () => {
        const wanted = [
          { path: 'mode', value: null },
          { path: 'ipvs.scheduler', value: null },
        ]
        const { commands, files, notes, refused } = ownersWay(platform, wanted, recognition.scene)
        expect(commands.length + files.length + notes.length + refused.length).to.be.greaterThan(0)
      })
    })
  }
})

describe('platforms with several ways', () => {
  const scene = async (id: string): Promise<PlatformScene> => platformScene(await readCapture(`${folder}/${id}`))

  it('are Talos with a document of its own for kube-proxy, which takes every field', async () => {
    const before = await scene('talos')
    const [map] = before.configMaps
    const configMaps = map ? [{ ...map, name: 'kube-proxy-config-0123456789abcdef' }] : []
    const recognition = recognise({ ...before, configMaps })
    const [found] = recognition.found
    expect(found?.platform.place(recognition.scene)).to.include('document KubeProxyConfig')
    if (!found) return
    const way = expectWay(found.platform, [mode('nftables'), ...fields], recognition)
    expect(way.refused).to.deep.equal([])
    expect(jsonOfYaml(way.files[0]?.text ?? '')).to.deep.include({ kind: 'KubeProxyConfig', mode: 'nftables' })
  })

  it('are EKS with nodes of several kinds, of which the answer tells what cannot be seen', async () => {
    const before = await scene('eks-addon')
    const [node] = before.nodes
    const others = ['auto', 'fargate'].flatMap((type) =>
      node ? [{ ...node, name: `${type}-1`, labels: { 'eks.amazonaws.com/compute-type': type } }] : [],
    )
    const recognition = recognise({ ...before, nodes: [...before.nodes, ...others] })
    expect(recognition.found.map(({ platform }) => platform.id)).to.deep.equal(['eks-addon'])
    expect(recognition.found[0]?.platform.place(recognition.scene))
      .to.include('Auto Mode (label eks.amazonaws.com/compute-type: auto of Node auto-1) it is')
      .and.include('Fargate (label eks.amazonaws.com/compute-type: fargate of Node fargate-1) there is none')
  })

  it('are OpenShift with kube-proxy in the process of its network', async () => {
    const before = await scene('openshift')
    const [set] = before.daemonSets
    const daemonSets = set ? [{ ...set, namespace: 'openshift-sdn', name: 'sdn' }] : []
    const recognition = recognise({ ...before, daemonSets })
    const [found] = recognition.found
    expect(found?.platform.place(recognition.scene)).to.include('part of DaemonSet openshift-sdn/sdn')
    if (!found) return
    expect(expectWay(found.platform, [mode('iptables')], recognition).commands[1]).to.include('daemonset/sdn')
  })

  it('refuse a mode by the release of the cluster, each in its own words', async () => {
    for (const [id, minor, why] of [
      ['aks', 31, 'AKS takes NFTABLES from Kubernetes 1.33 on, and this is 1.31'],
      ['eks-addon', 32, 'EKS takes nftables from Kubernetes 1.33 on, and this is 1.32'],
      ['gardener', 30, 'Gardener takes NFTables from Kubernetes 1.31 on, and this is 1.30'],
      ['k3s', 30, 'kube-proxy 1.30 does not take it without a feature gate'],
    ] as const) {
      const recognition = recognise({ ...(await scene(id)), minor })
      const [found] = recognition.found
      expect(found?.platform.modes(recognition.scene).nftables, id).to.equal(why)
    }
  })

  it('keep the arguments that k3s and RKE2 were started with, and replace those of the same flag', async () => {
    const own = await scene('k3s')
    const [platform] = recognise(own).found.map((one) => one.platform)
    if (!platform) throw new Error('k3s is not recognised')
    const argsOf = (wanted: readonly Setting[]): unknown =>
      (jsonOfYaml(ownersWay(platform, wanted, own).files[0]?.text ?? '') as Record<string, unknown>)['kube-proxy-arg']
    expect(argsOf([mode('ipvs'), { path: 'ipvs.scheduler', value: 'lc' }])).to.deep.equal([
      'metrics-bind-address=0.0.0.0',
      'proxy-mode=ipvs',
      'ipvs-scheduler=lc',
    ])
    expect(argsOf([{ path: 'mode', value: null }])).to.deep.equal(['metrics-bind-address=0.0.0.0'])
    const gates = ['A', 'B'].map((gate) => ({ path: `featureGates.${gate}`, value: 'true' }))
    expect(argsOf(gates)).to.include('feature-gates=A=true,B=true')
  })

  it('say nothing of a kube-proxy that k3s was told not to start', async () => {
    const own = await scene('k3s')
    const [platform] = recognise(own).found.map((one) => one.platform)
    const [server] = own.nodes
    if (!platform || !server) throw new Error('k3s is not recognised')
    expect(platform.started?.(server, own)).to.include.members(['--proxy-mode=iptables', '--conntrack-max-per-core=0'])
    const annotations = { 'k3s.io/node-args': '["server","--disable-kube-proxy"]' }
    const nodes = [{ ...server, annotations }]
    expect(platform.started?.(server, { ...own, nodes })).to.equal(undefined)
  })

  it('are not taken for another one that has something of it', async () => {
    const typhoon = await scene('typhoon')
    const talos = await scene('talos')
    const labelled = talos.nodes.map((node) => ({ ...node, labels: { 'node.kubernetes.io/controller': 'true' } }))
    expect(recognise({ ...typhoon, nodes: labelled }).found.map(({ platform }) => platform.id)).to.deep.equal(['talos'])
    const kubeadm = await scene('kubeadm')
    for (const gitVersion of ['v1.33.1-eks-595af52', 'v1.33.1-gke.1107000']) {
      const anywhere = recognise({ ...kubeadm, gitVersion })
      expect(anywhere.found.map(({ platform }) => platform.id)).to.deep.equal(['kubeadm'])
    }
    const engine = { ...(await scene('eks')), gitVersion: 'v1.23.1', nodes: (await scene('aks')).nodes }
    expect(recognise(engine).found).to.deep.equal([])
    const kubeRouter = await scene('kube-router')
    const daemonSets = kubeRouter.daemonSets.map((set) => ({
      ...set,
      containers: set.containers.map((one) => ({ ...one, words: ['--run-service-proxy=false'] })),
    }))
    expect(recognise({ ...kubeRouter, daemonSets }).found).to.deep.equal([])
    const cilium = await scene('cilium')
    const hybrid = cilium.configMaps.map((map) => ({ ...map, data: new Map([['kube-proxy-replacement', 'partial']]) }))
    expect(recognise({ ...cilium, configMaps: hybrid }).found).to.deep.equal([])
  })
})
