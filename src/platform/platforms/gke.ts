/**
 * Google Kubernetes Engine with kube-proxy. Sources: cloud.google.com/kubernetes-engine/docs (no setting for kube-proxy is documented);
 * kubernetes cluster/gce (the static pod and its flags); versions end in `-gke.N`.
 */
import { isMadeByKubeadm, marked, versionHas } from '../evidence.ts'
import { undone } from '../platform.ts'
import type { Platform } from '../platform.ts'
import { unsettable } from '../unsettable.ts'

const why =
  'GKE lets nobody configure kube-proxy; a new cluster with Dataplane V2 (gcloud container clusters create --enable-dataplane-v2) has none'

export const gke: Platform = {
  id: 'gke',
  name: 'GKE',
  kind: 'static pod',
  // GKE on other machines has versions of GKE
  recognise: (scene) =>
    isMadeByKubeadm(scene)
      ? []
      : [...versionHas(scene, '-gke.'), ...marked(scene.nodes, 'labels', 'cloud.google.com/gke-nodepool')],
  place: () =>
    'flags of the static pod kube-proxy-NODE in a manifest on each node, managed by GKE; there is no ConfigMap',
  fate: undone('GKE makes its nodes from their image'),
  ...unsettable(why),
}
