/** Which kube-proxy is meant where a cluster has several DaemonSets of it. */
import { expect } from 'chai'
import { nodesOf, placeOf } from '../../src/answer/config/place.ts'
import { finding } from '../../src/answer/finding.ts'
import type { Finding } from '../../src/answer/finding.ts'
import { sceneOf } from '../../src/answer/scene.ts'
import { statusOf } from '../../src/answer/status/status.ts'
import { observe } from '../../src/answer/verify/observe.ts'
import { verificationOf } from '../../src/answer/verify/verify.ts'
import { namingDaemonSet } from '../../src/answer/which-daemon-set.ts'
import { checkMode } from '../../src/check/mode-check.ts'
import type { Capture } from '../../src/capture/capture.ts'
import { otherFields } from '../../src/view/mode.ts'
import { brokenCapture } from '../broken-capture.ts'
import type { Edits } from '../broken-capture.ts'
import { nodeInfo } from '../check/asked.ts'
import { counted } from '../check/case.ts'

interface Named {
  metadata: { name: string; ownerReferences?: { kind: string; name: string }[] }
  spec: { nodeName?: string; template?: { spec: Mounting }; volumes?: Mounting['volumes'] }
}

interface Mounting {
  volumes: { configMap?: { name: string } }[]
}

const edited =
  (edit: (items: Named[]) => readonly Named[]) =>
  (text: string): string => {
    const list = JSON.parse(text) as { items: Named[] }
    return JSON.stringify({ ...list, items: edit(list.items) })
  }

const other = 'kube-proxy-other'

function mountOther(volumes: Mounting['volumes'] = []): void {
  for (const { configMap } of volumes) if (configMap) configMap.name = other
}

/** With a second one on node2, of another ConfigMap. */
const twice = (edits: Edits = {}): Promise<Capture> =>
  brokenCapture('k1.37-iptables', {
    ...edits,
    'objects/daemonsets.json': edited((items) =>
      items.flatMap((item) => {
        const copy = structuredClone(item)
        copy.metadata.name = other
        mountOther(copy.spec.template?.spec.volumes)
        return [item, copy]
      }),
    ),
    'objects/pods.json': edited((items) => {
      for (const { metadata, spec } of items)
        for (const owner of metadata.ownerReferences ?? [])
          if (owner.name === 'kube-proxy' && spec.nodeName === 'node2') {
            owner.name = other
            mountOther(spec.volumes)
          }
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

  it('is told of every node whose configuration is another one', async () => {
    const told = async (capture: Promise<Capture>): Promise<string[]> => {
      const status = statusOf(sceneOf(await capture), ['node1', 'node2'])
      return otherFields(status).map(({ name, text }) => [name, text].join(': '))
    }
    const [other1 = '', ...more] = await told(twice())
    expect(more).to.deep.equal([])
    expect(other1).to.match(new RegExp(`^On node2: ConfigMap kube-system/${other}, key config.conf: unknown`))
    expect(await told(brokenCapture('k1.37-iptables', {}))).to.deep.equal([])
  })

  it('is named in the next steps of findings that change it', async () => {
    const scene = sceneOf(await twice())
    const fixes = (...found: readonly Finding[]): unknown[] => namingDaemonSet(found, scene).map(({ fix }) => fix)
    const one = finding('KPX4134', { message: 'a' })
    expect(
      fixes(one, { ...one, node: 'node2' }, { ...one, object: 'DaemonSet kube-system/third' }).map(String),
    ).to.deep.equal(
      ['NAME', `kube-system/${other}`, 'kube-system/third'].map((name) =>
        String(one.fix).replace('kpx config set', `kpx config set --daemonset ${name}`),
      ),
    )
    const others = [finding('KPX3007', { message: 'kpx cleanup takes no such flag' }), { ...one, fix: null }]
    expect(fixes(...others)).to.deep.equal(others.map(({ fix }) => fix))
    const named = namingDaemonSet([{ ...one, node: 'node2' }], scene)
    expect(namingDaemonSet(named, scene)).to.deep.equal(named)
    const alone = sceneOf(await brokenCapture('k1.37-iptables', {}))
    expect(namingDaemonSet([one], alone)).to.deep.equal([one])
  })

  it('is named by what checks find', async () => {
    const kernel = nodeInfo({ kernelVersion: '5.15.0-100-generic' })
    const dropped = counted('kubeproxy_iptables_ct_state_invalid_dropped_packets_total')
    const { findings } = checkMode(sceneOf(await twice({ ...dropped, 'objects/nodes.json': kernel })), 'nftables')
    const own = findings.find(({ code }) => code === 'KPX4115')
    expect(own?.fix).to.include('kpx config set --daemonset kube-system/kube-proxy conntrack.tcpBeLiberal=true')
  })

  it('is named by what verify finds', async () => {
    const scene = sceneOf(await twice())
    const known = finding('KPX2101', { node: 'node2', message: 'a' })
    const observation = observe(scene.cluster.services, ['node2'], scene)
    const nodes = observation.nodes.map((node) => ({ ...node, known: [known] }))
    const { findings } = verificationOf({ ...observation, nodes }, 'never')
    expect(findings[0]?.fix).to.include(`kpx rollout restart --daemonset kube-system/${other}`)
  })

  it('needs no name where there is but one', async () => {
    const { flags, workload } = placeOf(await brokenCapture('k1.37-iptables', {}), undefined)
    expect([flags, workload.name]).to.deep.equal(['', 'kube-proxy'])
  })
})
