import { expect } from 'chai'
import type { Applied } from '../../src/cluster/applied.ts'
import { ownerOf } from '../../src/platform/owner.ts'

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

describe('the owner of an object', () => {
  for (const [on, key, value, owner] of [
    [
      'annotations',
      'argocd.argoproj.io/tracking-id',
      'infra:/ConfigMap:kube-system/kube-proxy',
      'Argo CD application infra',
    ],
    ['labels', 'argocd.argoproj.io/instance', 'infra', 'Argo CD application infra'],
    ['labels', 'kustomize.toolkit.fluxcd.io/name', 'base', 'Flux Kustomization base'],
    ['labels', 'helm.toolkit.fluxcd.io/name', 'proxy', 'Flux HelmRelease proxy'],
    ['annotations', 'meta.helm.sh/release-name', 'proxy', 'Helm release proxy'],
    ['labels', 'addonmanager.kubernetes.io/mode', 'Reconcile', 'the addon manager (Reconcile)'],
    ['annotations', 'kubeadm.kubernetes.io/component-config.hash', 'sha256:x', 'kubeadm'],
  ] as const) {
    it(`is told by ${key}`, () => {
      expect(ownerOf({ ...configMap, [on]: { [key]: value } })).to.deep.equal({
        owner,
        evidence: `${on.slice(0, -1)} ${key}: ${value} of ConfigMap kube-system/kube-proxy`,
      })
    })
  }

  it('is told by a field manager that writes again what it wrote', () => {
    const managers = [
      { name: 'kubectl-edit', time: '2026-01-02T00:00:00Z', wroteData: true },
      { name: 'eks', time: '2026-01-01T00:00:00Z', wroteData: true },
    ]
    expect(ownerOf({ ...configMap, managers }).owner).to.equal('the EKS add-on')
    const [edit] = managers
    expect(ownerOf({ ...configMap, managers: edit ? [edit] : [] })).to.deep.equal({
      owner: null,
      evidence:
        'no label, annotation or field manager of ConfigMap kube-system/kube-proxy names one; kubectl-edit wrote it last',
    })
  })
})
