/** Which kube-proxy is meant where a cluster has several DaemonSets of it. */
import { expect } from 'chai'
import { nodesOf, placeOf } from '../../src/answer/config/place.ts'
import type { Capture } from '../../src/capture/capture.ts'
import { brokenCapture } from '../broken-capture.ts'

interface Named {
  metadata: { name: string; ownerReferences?: { kind: string; name: string }[] }
  spec: { nodeName?: string; template?: { spec: { volumes: { configMap?: { name: string } }[] } } }
}

const edited =
  (edit: (items: Named[]) => readonly Named[]) =>
  (text: string): string => {
    const list = JSON.parse(text) as { items: Named[] }
    return JSON.stringify({ ...list, items: edit(list.items) })
  }

const other = 'kube-proxy-other'

/** With a second one on node2, of another ConfigMap. */
const twice = (): Promise<Capture> =>
  brokenCapture('k1.37-iptables', {
    'objects/daemonsets.json': edited((items) =>
      items.flatMap((item) => {
        const copy = structuredClone(item)
        copy.metadata.name = other
        for (const { configMap } of copy.spec.template?.spec.volumes ?? []) if (configMap) configMap.name = other
        return [item, copy]
      }),
    ),
    'objects/pods.json': edited((items) => {
      for (const { metadata, spec } of items)
        for (const owner of metadata.ownerReferences ?? [])
          if (owner.name === 'kube-proxy' && spec.nodeName === 'node2') owner.name = other
      return items
    }),
  })

describe('the place of a configuration', () => {
  it('is to be named where there are several, and the nodes are its own', async () => {
    const capture = await twice()
    expect(() => placeOf(capture, undefined)).to.throw('several DaemonSets run kube-proxy')
    const [first, second] = ['kube-proxy', `kube-system/${other}`].map((name) => placeOf(capture, name))
    expect([first?.flags, second?.flags]).to.deep.equal([
      ' --daemonset kube-system/kube-proxy',
      ` --daemonset kube-system/${other}`,
    ])
    const nodes = ['node1', 'node2', 'node3']
    expect([first, second].map((place) => place && nodesOf(place.workload, nodes, capture))).to.deep.equal([
      ['node1', 'node3'],
      ['node2', 'node3'],
    ])
  })

  it('needs no name where there is but one', async () => {
    const { flags, workload } = placeOf(await brokenCapture('k1.37-iptables', {}), undefined)
    expect([flags, workload.name]).to.deep.equal(['', 'kube-proxy'])
  })
})
