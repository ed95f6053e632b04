/** Who applies an object, and would apply it again over another's edit. */
import { lastDataWrite } from '../cluster/applied.ts'
import type { Applied } from '../cluster/applied.ts'
import { text } from '../cluster/json.ts'

export interface Owner {
  /** `Helm release kube-proxy`, `kubeadm`; null where nobody is known to. */
  readonly owner: string | null
  /** What says so. */
  readonly evidence: string
}

/** A label or annotation whose value names the owner's own object. */
interface Mark {
  readonly on: 'annotations' | 'labels'
  readonly key: string
  readonly owner: (value: string) => string
}

/** The tools' own documents name these keys. */
const marks: readonly Mark[] = [
  {
    on: 'annotations',
    key: 'argocd.argoproj.io/tracking-id',
    owner: (id) => `Argo CD application ${id.split(':')[0] ?? id}`,
  },
  { on: 'labels', key: 'argocd.argoproj.io/instance', owner: (name) => `Argo CD application ${name}` },
  { on: 'labels', key: 'kustomize.toolkit.fluxcd.io/name', owner: (name) => `Flux Kustomization ${name}` },
  { on: 'labels', key: 'helm.toolkit.fluxcd.io/name', owner: (name) => `Flux HelmRelease ${name}` },
  { on: 'annotations', key: 'meta.helm.sh/release-name', owner: (name) => `Helm release ${name}` },
  { on: 'labels', key: 'addonmanager.kubernetes.io/mode', owner: (mode) => `the addon manager (${mode})` },
  { on: 'annotations', key: 'kubeadm.kubernetes.io/component-config.hash', owner: () => 'kubeadm' },
]

/** Field managers that write again what they wrote, by the names that they go by. */
const reconcilers: ReadonlyMap<string, string> = new Map([
  ['eks', 'the EKS add-on'],
  ['kubeadm', 'kubeadm'],
  ['talos', 'Talos'],
  ['k0s', 'k0s'],
])

export function ownerOf(object: Applied): Owner {
  const where = `${object.kind} ${object.namespace}/${object.name}`
  for (const { key, on, owner } of marks) {
    const value = text(object[on][key])
    if (value !== '') return { owner: owner(value), evidence: `${on.slice(0, -1)} ${key}: ${value} of ${where}` }
  }
  for (const { name } of object.managers) {
    const owner = reconcilers.get(name)
    if (owner !== undefined) return { owner, evidence: `managedFields of ${where} name the manager ${name}` }
  }
  const last = lastDataWrite(object)
  const written = last ? `; ${last.name} wrote it last` : ''
  return { owner: null, evidence: `no label, annotation or field manager of ${where} names one${written}` }
}
