/** kind. Sources: kind.sigs.k8s.io, configuration (networking.kubeProxyMode, kubeadmConfigPatches); its nodes' providerID. */
import { yamlOfJson } from '../../config/yaml-object.ts'
import { nodesWhose } from '../evidence.ts'
import { kpxWay } from '../kpx-way.ts'
import { modesOf } from '../mode.ts'
import { kept } from '../platform.ts'
import type { Platform } from '../platform.ts'
import { configurationWith } from '../setting.ts'
import { kubeadmPlace } from './kubeadm.ts'

export const kind: Platform = {
  id: 'kind',
  name: 'kind',
  refines: ['kubeadm'],
  kind: 'ConfigMap',
  recognise: (scene) => nodesWhose(scene, 'providerId', (id) => id.startsWith('kind://')),
  place: () => `${kubeadmPlace}; kind writes it once, when the cluster is made`,
  fate: kept,
  modes: (scene) => modesOf(scene),
  change: (wanted) => {
    const { apiVersion, kind, mode, ...config } = configurationWith(wanted)
    const patch = yamlOfJson({ apiVersion, kind, ...config })
    const cluster = {
      kind: 'Cluster',
      apiVersion: 'kind.x-k8s.io/v1alpha4',
      ...(mode !== undefined && { networking: { kubeProxyMode: mode } }),
      ...(Object.keys(config).length > 0 && { kubeadmConfigPatches: [patch] }),
    }
    return {
      ...kpxWay(wanted),
      files: [{ path: 'kind.yaml', text: yamlOfJson(cluster) }],
      notes: ['kind.yaml makes a new cluster with it: kind create cluster --config kind.yaml'],
    }
  },
}
