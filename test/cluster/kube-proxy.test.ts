/** Which pods are kube-proxy's: as kubeadm, AKS and OpenShift label and name them. */
import { expect } from 'chai'
import { kubeProxyPods } from '../../src/cluster/kube-proxy.ts'

const pod = (labels: object, container: object, more: object = {}) => ({
  metadata: { namespace: 'kube-system', name: 'one', labels },
  spec: { hostNetwork: true, nodeName: 'node1', containers: [{ name: 'other', image: 'x' }, container] },
  status: {
    containerStatuses: [
      { name: 'other', ready: false },
      { name: 'proxy', ready: true },
    ],
  },
  ...more,
})
const proxy = { name: 'proxy', image: 'registry/kube-proxy:v1.30.0', command: ['/usr/local/bin/kube-proxy'] }

describe("kube-proxy's pod", () => {
  for (const labels of [{ 'k8s-app': 'kube-proxy' }, { component: 'kube-proxy' }, { app: 'kube-proxy' }]) {
    it(`is told by ${JSON.stringify(labels)} and its command`, () => {
      const found = kubeProxyPods([pod(labels, proxy)]).get('node1')
      expect(found?.container.name).to.equal('proxy')
      expect(found).to.include({ pod: 'one', ready: true, imageId: 'registry/kube-proxy:v1.30.0' })
    })
  }

  it('is told by the name of its container, whatever the labels', () => {
    expect(kubeProxyPods([pod({}, { name: 'kube-proxy', image: 'y' })]).get('node1')?.container.image).to.equal('y')
  })

  it('is no other pod: without the label, or in a network of its own', () => {
    expect(kubeProxyPods([pod({ app: 'tools' }, proxy)]).size).to.equal(0)
    const spec = { nodeName: 'node1', containers: [proxy] }
    expect(kubeProxyPods([pod({ 'k8s-app': 'kube-proxy' }, proxy, { spec })]).size).to.equal(0)
  })

  it('is the ready one of an old pod that ends and its successor', () => {
    const old = pod({ app: 'kube-proxy' }, proxy, { status: {} })
    const next = {
      ...pod({ app: 'kube-proxy' }, proxy),
      metadata: { namespace: 'kube-system', name: 'two', labels: { app: 'kube-proxy' } },
    }
    for (const all of [
      [old, next],
      [next, old],
    ])
      expect(kubeProxyPods(all).get('node1')?.pod).to.equal('two')
  })
})
