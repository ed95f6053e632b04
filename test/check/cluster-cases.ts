/** Checks of the cluster as a whole. */
import { replaced } from '../broken-capture.ts'
import { configuredWith, daemonSet, items, named, withItem } from './asked.ts'
import { toIpvs, toNftables } from './case.ts'
import type { Case } from './case.ts'

export const clusterCases: readonly Case[] = [
  {
    code: 'KPX4109',
    node: null,
    fires: toNftables({
      'objects/daemonsets.json': daemonSet('calico-node', {
        name: 'calico-node',
        image: 'quay.io/calico/node:v3.30.1',
      }),
      'objects/felixconfigurations.json': withItem({ metadata: { name: 'default' }, spec: {} }),
    }),
    not: toNftables({
      'objects/daemonsets.json': daemonSet('calico-node', {
        name: 'calico-node',
        image: 'quay.io/calico/node:v3.30.1',
      }),
      'objects/felixconfigurations.json': withItem({
        metadata: { name: 'default' },
        spec: { nftablesMode: 'Enabled' },
      }),
    }),
    message: /Calico's data plane is iptables \(nftablesMode is not set\)/,
  },
  {
    code: 'KPX4109',
    node: null,
    fires: toIpvs({
      'objects/daemonsets.json': daemonSet('calico-node', {
        name: 'calico-node',
        image: 'calico/node:v3.32.0',
        env: [{ name: 'FELIX_NFTABLESMODE', value: 'Enabled' }],
      }),
    }),
    not: toNftables({
      'objects/daemonsets.json': daemonSet('calico-node', {
        name: 'calico-node',
        image: 'calico/node:v3.32.0',
        env: [{ name: 'FELIX_NFTABLESMODE', value: 'Auto' }],
      }),
    }),
    message: /Calico's data plane is nftables/,
  },
  {
    code: 'KPX4109',
    node: null,
    fires: toNftables({
      'objects/daemonsets.json': daemonSet('aws-node', {
        name: 'aws-node',
        image: '602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon-k8s-cni:v1.19.2-eksbuild.1',
      }),
    }),
    not: toNftables({
      'objects/daemonsets.json': daemonSet('aws-node', { name: 'aws-node', image: 'amazon-k8s-cni:v1.23.0' }),
    }),
    message: /the Amazon VPC CNI is 1\.19\.2/,
  },
  {
    code: 'KPX4109',
    node: null,
    fires: toIpvs({ 'objects/daemonsets.json': daemonSet('azure-npm', { name: 'azure-npm', image: 'npm:v1' }) }),
    not: toNftables({ 'objects/daemonsets.json': daemonSet('azure-npm', { name: 'azure-npm', image: 'npm:v1' }) }),
    message: /Azure Network Policy Manager/,
  },
  {
    code: 'KPX4110',
    node: null,
    fires: toIpvs({
      'objects/daemonsets.json': daemonSet('node-local-dns', {
        name: 'node-cache',
        args: ['-localip', '169.254.20.10,10.96.0.1', '-conf', '/etc/Corefile'],
      }),
    }),
    not: toIpvs({
      'objects/daemonsets.json': daemonSet('node-local-dns', { name: 'node-cache', args: ['-localip=169.254.20.10'] }),
    }),
    message: /10\.96\.0\.1, the address of Service default\/kubernetes/,
  },
  {
    code: 'KPX4111',
    node: null,
    fires: toIpvs({ 'objects/daemonsets.json': daemonSet('speaker', { name: 'speaker', image: 'metallb/speaker' }) }),
    not: toIpvs({
      'objects/daemonsets.json': daemonSet('speaker', { name: 'speaker', image: 'metallb/speaker' }),
      'objects/configmaps.json': configuredWith('ipvs: {strictARP: true}'),
    }),
    message: /DaemonSet kube-system\/speaker announces/,
  },
  {
    code: 'KPX4112',
    node: null,
    fires: toIpvs({
      'objects/services.json': items(({ spec }) => Object.assign(spec, { externalIPs: ['10.200.0.12'] }), named('web')),
    }),
    not: toIpvs(),
    message: /10\.200\.0\.12 is an address of Node node2/,
  },
  {
    code: 'KPX4122',
    node: null,
    fires: { recording: 'k1.37-ipvs', mode: 'nftables' },
    not: { recording: 'k1.37-nftables', mode: 'nftables' },
    message: /connections that IPVS carries break/,
  },
  {
    code: 'KPX4142',
    node: null,
    level: 'info',
    fires: toNftables({
      'objects/services.json': items(({ spec }) => Object.assign(spec, { externalIPs: ['192.0.2.9'] }), named('idle')),
    }),
    not: toNftables({
      'objects/services.json': items(({ spec }) => Object.assign(spec, { externalIPs: ['192.0.2.9'] }), named('web')),
    }),
    message: /addresses beyond the cluster \(shop\/idle\), nftables mode also refuses/,
  },
  {
    code: 'KPX4123',
    node: null,
    fires: toNftables({
      'objects/configmaps.json': items(({ data }) => {
        data['config.conf'] = replaced(data['config.conf'] ?? '', 'iptables:\n', 'iptables:\n  masqueradeAll: true\n')
      }),
    }),
    not: toNftables(),
    message: /iptables\.masqueradeAll is true, and what counts is nftables\.masqueradeAll/,
  },
  {
    code: 'KPX4123',
    node: null,
    fires: {
      recording: 'k1.37-ipvs',
      mode: 'nftables',
      edits: {
        'objects/configmaps.json': items(({ data }) => {
          data['config.conf'] = `${data['config.conf']}\nipvs: {scheduler: lc}\n`
        }),
      },
    },
    not: { recording: 'k1.37-ipvs', mode: 'nftables' },
    message: /ipvs\.scheduler is lc, which nftables mode does not have/,
  },
  {
    code: 'KPX4127',
    node: null,
    fires: toNftables({
      'objects/daemonsets.json': items(({ spec }) =>
        Object.assign(spec, { updateStrategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } }),
      ),
    }),
    not: toNftables(),
    message: /maxSurge 1/,
  },
  {
    code: 'KPX4002',
    node: null,
    level: 'warning',
    fires: toNftables({
      'objects/configmaps.json': items(({ metadata }) =>
        Object.assign(metadata, { labels: { 'argocd.argoproj.io/instance': 'proxy' } }),
      ),
    }),
    not: toNftables(),
    message: /Argo CD application proxy would undo the change/,
  },
  {
    code: 'KPX4004',
    node: null,
    fires: toNftables({
      'objects/configmaps.json': withItem({
        metadata: { name: 'cilium-config', namespace: 'kube-system' },
        data: { 'kube-proxy-replacement': 'true' },
      }),
    }),
    not: toNftables(),
    message: /Cilium serves the Services/,
  },
  {
    code: 'KPX2011',
    node: null,
    fires: toIpvs(),
    not: toNftables(),
    message: /deprecated in 1\.35, off by default in 1\.40, removed in 1\.43/,
  },
]
