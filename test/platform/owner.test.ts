import { expect } from 'chai'
import type { Applied } from '../../src/cluster/applied.ts'
import { recognise, ownershipOf } from '../../src/platform/recognise.ts'
import type { Ownership } from '../../src/platform/recognise.ts'
import type { PlatformScene } from '../../src/platform/scene.ts'

const configMap: Applied = {
  kind: 'ConfigMap',
  namespace: 'kube-system',
  name: 'kube-proxy',
  labels: {},
  annotations: {},
  managers: [],
  createdAt: undefined,
  resourceVersion: '',
}

const plain: PlatformScene = {
  nodes: [],
  daemonSets: [],
  configMaps: [],
  pods: [],
  apiGroups: new Set(),
  felixConfigurations: [],
  gitVersion: 'v1.33.1',
  minor: 33,
  kubeProxies: [],
  written: new Map(),
  unseen: [],
}

const node = {
  ...configMap,
  kind: 'Node',
  namespace: '',
  name: 'aks-1',
  labels: { 'kubernetes.azure.com/cluster': 'MC_rg_my_cluster_westeurope' },
  providerId: '',
  osImage: '',
  kubeletVersion: '',
}

const aks: PlatformScene = { ...plain, nodes: [node] }

const ownership = (object: Partial<Applied>, scene = plain): Ownership =>
  ownershipOf({ ...configMap, ...object }, recognise(scene))

describe('the owner of an object', () => {
  for (const [on, key, value, owner, command] of [
    [
      'annotations',
      'argocd.argoproj.io/tracking-id',
      'infra:/ConfigMap:kube-system/kube-proxy',
      'Argo CD application infra',
      'argocd app get infra',
    ],
    ['labels', 'argocd.argoproj.io/instance', 'infra', 'Argo CD application infra', 'argocd app get infra'],
    [
      'labels',
      'kustomize.toolkit.fluxcd.io/name',
      'base',
      'Flux Kustomization base',
      'flux get kustomization base --namespace flux-system',
    ],
    [
      'labels',
      'helm.toolkit.fluxcd.io/name',
      'proxy',
      'Flux HelmRelease proxy',
      'flux get helmrelease proxy --namespace flux-system',
    ],
    [
      'annotations',
      'meta.helm.sh/release-name',
      'proxy',
      'Helm release proxy',
      'helm get values proxy --namespace kube-system --all',
    ],
    ['labels', 'addonmanager.kubernetes.io/mode', 'Reconcile', 'the addon manager (Reconcile)', undefined],
  ] as const) {
    it(`is told by ${key}, with the way in which it changes the object`, () => {
      const { evidence, fate, way, ...rest } = ownership({ [on]: { [key]: value } })
      expect(rest).to.deep.equal({ owner })
      expect(evidence).to.equal(`${on.slice(0, -1)} ${key}: ${value} of ConfigMap kube-system/kube-proxy`)
      expect(fate.outcome).to.equal('undone')
      expect(way([])?.commands[0]).to.equal(command)
      expect(way([])?.notes).to.have.length.greaterThan(0)
    })
  }

  it('leaves edits where it is kubeadm, or an addon manager that only sees to it that there is one', () => {
    const hash = { 'kubeadm.kubernetes.io/component-config.hash': 'sha256:x' }
    expect(ownership({ annotations: hash }))
      .to.include({ owner: 'kubeadm' })
      .and.nested.include({
        'fate.outcome': 'kept',
      })
    const once = ownership({ labels: { 'addonmanager.kubernetes.io/mode': 'EnsureExists' } })
    expect(once.fate.outcome).to.equal('kept')
  })

  it('is told by a field manager that writes again what it wrote', () => {
    const managers = [
      { name: 'kubectl-edit', time: '2026-01-02T00:00:00Z', wroteData: true },
      { name: 'eks', time: '2026-01-01T00:00:00Z', wroteData: true },
    ]
    expect(ownership({ managers }).owner).to.equal('the EKS add-on')
    const [edit] = managers
    expect(ownership({ managers: edit ? [edit] : [] })).to.deep.include({
      owner: null,
      evidence:
        'no label, annotation or field manager of ConfigMap kube-system/kube-proxy names one; kubectl-edit wrote it last',
    })
  })

  it('is the platform, but for whoever applied it with a tool of their own', () => {
    const labels = { 'addonmanager.kubernetes.io/mode': 'Reconcile' }
    expect(ownership({ labels }, aks).owner).to.equal('AKS')
    const annotations = { 'meta.helm.sh/release-name': 'proxy' }
    expect(ownership({ annotations, labels }, aks).owner).to.equal('Helm release proxy')
  })

  it('has placeholders for the names that the cluster does not tell, and says so', () => {
    const way = ownership({}, aks).way([{ path: 'mode', value: 'ipvs' }])
    expect(way?.commands.at(-1)).to.include('--resource-group RESOURCE_GROUP --name CLUSTER ')
    expect(way?.notes.join()).to.include('RESOURCE_GROUP and CLUSTER are yours').and.include('MC_rg_my_cluster')
  })
})

describe('platforms that are recognised', () => {
  it('are none where nothing says so, and what was looked at is told', () => {
    expect(recognise({ ...plain, unseen: ['nodes'] })).to.deep.include({
      found: [],
      looked: "looked at 0 DaemonSets, 0 ConfigMaps, 0 API groups, the API server's version v1.33.1; not seen: Nodes",
    })
  })

  it('are several where several are, what serves the Services first', () => {
    const cilium = { ...configMap, name: 'cilium-config', data: new Map([['kube-proxy-replacement', 'true']]) }
    const scene = { ...aks, configMaps: [{ ...cilium, immutable: false }] }
    expect(recognise(scene).found.map(({ platform }) => platform.id)).to.deep.equal(['cilium', 'aks'])
    expect(ownership({}, scene).owner).to.equal('AKS')
  })
})
