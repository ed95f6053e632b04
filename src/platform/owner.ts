/** Who applies an object, and would apply it again over another's edit: Helm, Argo CD, Flux, the addon manager, a field manager. */
import { lastDataWrite, nameOf } from '../cluster/applied.ts'
import type { Applied } from '../cluster/applied.ts'
import { text } from '../cluster/json.ts'
import type { Fate, OwnersWay } from './platform.ts'

export interface Owner {
  /** `Helm release kube-proxy`, `kubeadm`; null where nobody is known to. */
  readonly owner: string | null
  /** What says so. */
  readonly evidence: string
}

/** Somebody who applied an object, what becomes of another's edit, and where the change is to be made. */
export interface Applier extends Owner {
  readonly owner: string
  readonly fate: Fate
  readonly way: Pick<OwnersWay, 'commands' | 'notes'>
}

/** A label or annotation whose value names the owner's own object. */
interface Mark {
  readonly on: 'annotations' | 'labels'
  readonly key: string
  readonly owner: (value: string) => string
  readonly fate: (value: string) => Fate
  readonly way: (value: string, object: Applied) => Applier['way']
}

const undone = (why: string) => (): Fate => ({ outcome: 'undone', why })

const argoCd = (name: string): Applier['way'] => ({
  commands: [`argocd app get ${name}`],
  notes: [`change the manifest in the source that application ${name} has, and let it sync: argocd app sync ${name}`],
})

/** `kind` is the flux command's word. */
const flux =
  (kind: 'helmrelease' | 'kustomization') =>
  (name: string, { labels }: Applied): Applier['way'] => {
    const group = kind === 'kustomization' ? 'kustomize' : 'helm'
    const namespace = text(labels[`${group}.toolkit.fluxcd.io/namespace`]) || 'flux-system'
    return {
      commands: [`flux get ${kind} ${name} --namespace ${namespace}`],
      notes: [
        `change the manifest or the values in its source, then: flux reconcile ${kind} ${name} --namespace ${namespace} --with-source`,
      ],
    }
  }

const helm = (name: string, { annotations, namespace }: Applied): Applier['way'] => {
  const own = text(annotations['meta.helm.sh/release-namespace']) || namespace
  return {
    commands: [`helm get values ${name} --namespace ${own} --all`],
    notes: [
      `set it in the release's values, then: helm upgrade ${name} CHART --namespace ${own} --values VALUES_FILE`,
      'CHART and VALUES_FILE are yours to fill in',
    ],
  }
}

/** Sources: the tools' own documents name these keys. */
const appliers: readonly Mark[] = [
  {
    on: 'annotations',
    key: 'argocd.argoproj.io/tracking-id',
    owner: (id) => `Argo CD application ${id.split(':')[0] ?? id}`,
    fate: undone('Argo CD would put back its own when it syncs'),
    way: (id) => argoCd(id.split(':')[0] ?? id),
  },
  {
    on: 'labels',
    key: 'argocd.argoproj.io/instance',
    owner: (name) => `Argo CD application ${name}`,
    fate: undone('Argo CD would put back its own when it syncs'),
    way: argoCd,
  },
  {
    on: 'labels',
    key: 'kustomize.toolkit.fluxcd.io/name',
    owner: (name) => `Flux Kustomization ${name}`,
    fate: undone('Flux would put back its own within minutes'),
    way: flux('kustomization'),
  },
  {
    on: 'labels',
    key: 'helm.toolkit.fluxcd.io/name',
    owner: (name) => `Flux HelmRelease ${name}`,
    fate: undone('Flux would put back its own at the next release, or when it finds the difference'),
    way: flux('helmrelease'),
  },
  {
    on: 'annotations',
    key: 'meta.helm.sh/release-name',
    owner: (name) => `Helm release ${name}`,
    fate: undone('the next helm upgrade would put back its own'),
    way: helm,
  },
]

const nothing = (): Applier['way'] => ({ commands: [], notes: [] })

/** Less sure than the platform itself, of which they may be a part. */
const keepers: readonly Mark[] = [
  {
    on: 'labels',
    key: 'addonmanager.kubernetes.io/mode',
    owner: (mode) => `the addon manager (${mode})`,
    fate: (mode) =>
      mode === 'EnsureExists'
        ? { outcome: 'kept', why: '' }
        : { outcome: 'undone', why: 'the addon manager would put back its own within minutes' },
    way: () => ({ commands: [], notes: ['its manifests are in /etc/kubernetes/addons of the control plane'] }),
  },
  {
    on: 'annotations',
    key: 'kubeadm.kubernetes.io/component-config.hash',
    owner: () => 'kubeadm',
    // it writes the object when it makes the cluster or upgrades it, from what it finds there
    fate: () => ({ outcome: 'kept', why: '' }),
    way: nothing,
  },
]

/** Field managers that write again what they wrote, by the names that they go by. */
const reconcilers: ReadonlyMap<string, string> = new Map([
  ['eks', 'the EKS add-on'],
  ['kubeadm', 'kubeadm'],
  ['talos', 'Talos'],
  ['k0s', 'k0s'],
])

const markedBy = (marks: readonly Mark[], object: Applied): Applier | undefined => {
  for (const { fate, key, on, owner, way } of marks) {
    const value = text(object[on][key])
    if (value === '') continue
    const evidence = `${on.slice(0, -1)} ${key}: ${value} of ${nameOf(object)}`
    return { owner: owner(value), evidence, fate: fate(value), way: way(value, object) }
  }
  return undefined
}

/** A tool that somebody uses to apply it, whatever the platform. */
export const applierOf = (object: Applied): Applier | undefined => markedBy(appliers, object)

/** Who keeps it as it is, where no platform is known to. */
export function keeperOf(object: Applied): Applier | undefined {
  const marked = markedBy(keepers, object)
  if (marked) return marked
  for (const { name } of object.managers) {
    const owner = reconcilers.get(name)
    if (owner === undefined) continue
    const evidence = `managedFields of ${nameOf(object)} name the manager ${name}`
    const fate: Fate =
      owner === 'kubeadm' ? { outcome: 'kept', why: '' } : { outcome: 'undone', why: `${owner} would put back its own` }
    return { owner, evidence, fate, way: nothing() }
  }
  return undefined
}

/** Where nobody is known to. */
export function nobody(object: Applied): Owner {
  const last = lastDataWrite(object)
  const written = last ? `; ${last.name} wrote it last` : ''
  return { owner: null, evidence: `no label, annotation or field manager of ${nameOf(object)} names one${written}` }
}
