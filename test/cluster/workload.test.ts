import { expect } from 'chai'
import { skewBetween } from '../../src/cluster/skew.ts'
import { containersOf, fileSource } from '../../src/cluster/workload.ts'
import { minorOf } from '../../src/version.ts'

const volumes = [
  { name: 'config', configMap: { name: 'kube-proxy' } },
  { name: 'renamed', configMap: { name: 'other', items: [{ key: 'config.conf', path: 'deep/config.yaml' }] } },
  { name: 'secret', secret: { secretName: 'kubeconfig' } },
  { name: 'host', hostPath: { path: '/etc/kubernetes' } },
  { name: 'empty', emptyDir: {} },
]
const mount = (name: string, mountPath: string, subPath?: string) => ({ name, mountPath, ...(subPath && { subPath }) })

describe("a container's file", () => {
  const [container] = containersOf({
    volumes,
    containers: [
      {
        name: 'kube-proxy',
        image: 'registry.k8s.io/kube-proxy:v1.37.1',
        command: ['/usr/local/bin/kube-proxy'],
        args: ['--config=/var/lib/kube-proxy/config.conf'],
        volumeMounts: [
          mount('config', '/var/lib/kube-proxy/'),
          mount('renamed', '/var/lib/kube-proxy/nested'),
          mount('config', '/etc/one.conf', 'config.conf'),
          mount('secret', '/secret'),
          mount('host', '/host'),
          mount('empty', '/empty'),
        ],
      },
    ],
  })

  for (const [path, source] of [
    ['/var/lib/kube-proxy/config.conf', { kind: 'ConfigMap', name: 'kube-proxy', key: 'config.conf' }],
    ['/var/lib/kube-proxy/nested/deep/config.yaml', { kind: 'ConfigMap', name: 'other', key: 'config.conf' }],
    ['/etc/one.conf', { kind: 'ConfigMap', name: 'kube-proxy', key: 'config.conf' }],
    ['/secret/kubeconfig', { kind: 'Secret', name: 'kubeconfig', key: 'kubeconfig' }],
    ['/host/kube-proxy.yaml', { kind: 'hostPath', path: '/etc/kubernetes/kube-proxy.yaml' }],
    ['/empty/x', { kind: 'other' }],
    ['/var/lib/kube-proxy-2/config.conf', undefined],
  ] as const) {
    it(`${path} comes from ${source ? JSON.stringify(source) : 'its image'}`, () => {
      expect(container && fileSource(container, path)).to.deep.equal(source)
    })
  }
})

describe('versions', () => {
  it('are told with and without a suffix', () => {
    expect(minorOf('v1.31.4-eks-2d5f260')).to.equal(31)
    expect(minorOf('v1.30.4+k3s1')).to.equal(30)
    expect(minorOf('1.34')).to.equal(34)
    for (const text of ['latest', '', 'v1', '1.2.3.4', 'sha256:1.2']) expect(minorOf(text), text).to.equal(undefined)
  })

  for (const [kubeProxy, server, kubelet, why] of [
    ['1.37', '1.37', '1.37', undefined],
    ['1.34', '1.37', '1.37', undefined],
    ['1.33', '1.37', '1.36', 'it is more than 3 minor versions older than the API server, 1.37'],
    ['1.24', '1.27', '1.24', 'it is more than 2 minor versions older than the API server, 1.27'],
    ['1.38', '1.37', '1.37', 'it is newer than the API server, 1.37'],
    ['1.37', '1.37', '1.33', 'it is more than 3 minor versions from the kubelet, 1.33'],
    ['1.37', undefined, undefined, undefined],
  ] as const) {
    it(`${kubeProxy} beside API server ${server} and kubelet ${kubelet}: ${why ?? 'may be'}`, () => {
      const [own = 0, api, node] = [kubeProxy, server, kubelet].map((text) => (text ? minorOf(text) : undefined))
      expect(skewBetween(own, api, node)).to.equal(why)
    })
  }
})
