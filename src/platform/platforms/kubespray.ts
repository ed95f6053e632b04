/**
 * kubespray. Sources: kubespray roles/kubernetes/control-plane/defaults/main/kube-proxy.yml and kubespray_defaults (the variables), and
 * roles/kubernetes/node/templates/manifests/nginx-proxy.manifest.j2 (static pods nginx-proxy-NODE with the label kube-nginx).
 */
import { yamlOfJson } from '../../config/yaml-object.ts'
import { marked } from '../evidence.ts'
import { modesOf } from '../mode.ts'
import { undone } from '../platform.ts'
import type { Platform } from '../platform.ts'
import { asFields, isNothing } from '../setting.ts'
import type { Targets } from '../setting.ts'
import { kubeadmPlace } from './kubeadm.ts'

const targets: Targets = {
  bindAddress: { name: 'kube_proxy_bind_address' },
  'clientConnection.burst': { name: 'kube_proxy_client_burst' },
  'clientConnection.qps': { name: 'kube_proxy_client_qps' },
  configSyncPeriod: { name: 'kube_proxy_config_sync_period' },
  'conntrack.maxPerCore': { name: 'kube_proxy_conntrack_max_per_core' },
  'conntrack.min': { name: 'kube_proxy_conntrack_min' },
  'conntrack.tcpCloseWaitTimeout': { name: 'kube_proxy_conntrack_tcp_close_wait_timeout' },
  'conntrack.tcpEstablishedTimeout': { name: 'kube_proxy_conntrack_tcp_established_timeout' },
  enableProfiling: { name: 'kube_proxy_enable_profiling' },
  healthzBindAddress: { name: 'kube_proxy_healthz_bind_address' },
  'iptables.masqueradeAll': { name: 'kube_proxy_masquerade_all' },
  'iptables.masqueradeBit': { name: 'kube_proxy_masquerade_bit' },
  'ipvs.excludeCIDRs': { name: 'kube_proxy_exclude_cidrs' },
  'ipvs.scheduler': { name: 'kube_proxy_scheduler' },
  'ipvs.strictARP': { name: 'kube_proxy_strict_arp' },
  'ipvs.tcpFinTimeout': { name: 'kube_proxy_tcp_fin_timeout' },
  'ipvs.tcpTimeout': { name: 'kube_proxy_tcp_timeout' },
  'ipvs.udpTimeout': { name: 'kube_proxy_udp_timeout' },
  metricsBindAddress: { name: 'kube_proxy_metrics_bind_address' },
  mode: { name: 'kube_proxy_mode' },
  nodePortAddresses: { name: 'kube_proxy_nodeport_addresses' },
  oomScoreAdj: { name: 'kube_proxy_oom_score_adj' },
}

const notThere = 'kubespray has no variable for it'

export const kubespray: Platform = {
  id: 'kubespray',
  name: 'kubespray',
  refines: ['kubeadm'],
  kind: 'ConfigMap',
  recognise: ({ pods }) => marked(pods, 'labels', 'k8s-app', (app) => app === 'kube-nginx' || app === 'kube-haproxy'),
  place: () => `${kubeadmPlace}, of the variables kube_proxy_* of the inventory`,
  fate: undone("kubespray's playbooks write it anew from the inventory"),
  modes: (scene) => modesOf(scene),
  change: (wanted) => {
    const fields = asFields(wanted, targets, notThere)
    if (isNothing(fields)) return { refused: fields.refused }
    const path = 'inventory/INVENTORY/group_vars/k8s_cluster/kube-proxy.yml'
    return {
      files: [{ path, text: yamlOfJson(Object.fromEntries(fields.values)) }],
      commands: ['ansible-playbook -i inventory/INVENTORY/hosts.yaml --become cluster.yml'],
      notes: [
        'INVENTORY is the name of your inventory; variables of the same names in its other files are to be taken out',
        ...fields.unset.map((name) => `${name} is to be taken out`),
      ],
      refused: fields.refused,
    }
  },
}
