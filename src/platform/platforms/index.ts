/** Every platform that kpx knows, by id. */
import type { Platform } from '../platform.ts'
import { aks } from './aks.ts'
import { antrea } from './antrea.ts'
import { calicoEbpf } from './calico-ebpf.ts'
import { canonicalKubernetes } from './canonical-kubernetes.ts'
import { cilium } from './cilium.ts'
import { doks } from './doks.ts'
import { eks } from './eks.ts'
import { eksAddon } from './eks-addon.ts'
import { eksAuto } from './eks-auto.ts'
import { gardener } from './gardener.ts'
import { gke } from './gke.ts'
import { gkeAutopilot } from './gke-autopilot.ts'
import { gkeDataplaneV2 } from './gke-dataplane-v2.ts'
import { k0s } from './k0s.ts'
import { k3s } from './k3s.ts'
import { kind } from './kind.ts'
import { kops } from './kops.ts'
import { kubeRouter } from './kube-router.ts'
import { kubeadm } from './kubeadm.ts'
import { kubespray } from './kubespray.ts'
import { microk8s } from './microk8s.ts'
import { minikube } from './minikube.ts'
import { openshift } from './openshift.ts'
import { openshiftOvnKubernetes } from './openshift-ovn-kubernetes.ts'
import { ovnKubernetes } from './ovn-kubernetes.ts'
import { rancher } from './rancher.ts'
import { rke } from './rke.ts'
import { rke2 } from './rke2.ts'
import { talos } from './talos.ts'
import { typhoon } from './typhoon.ts'

export const platforms: readonly Platform[] = [
  aks,
  antrea,
  calicoEbpf,
  canonicalKubernetes,
  cilium,
  doks,
  eks,
  eksAddon,
  eksAuto,
  gardener,
  gke,
  gkeAutopilot,
  gkeDataplaneV2,
  k0s,
  k3s,
  kind,
  kops,
  kubeRouter,
  kubeadm,
  kubespray,
  microk8s,
  minikube,
  openshift,
  openshiftOvnKubernetes,
  ovnKubernetes,
  rancher,
  rke,
  rke2,
  talos,
  typhoon,
]
