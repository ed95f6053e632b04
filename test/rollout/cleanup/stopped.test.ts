/** A cleanup whose kpx was killed: it leaves its Lease, and nothing to go on with. */
import { expect } from 'chai'
import { annotationsOf, pendingNode } from '../../../src/cluster/rollout-record.ts'
import { begun } from '../../../src/rollout/begun.ts'
import { Changing, codesOf } from '../changing.ts'

describe('a cleanup that was stopped', () => {
  const changing = new Changing()

  before(() => changing.start())

  beforeEach(() => {
    changing.renew()
    const record = {
      ...begun('alice at laptop, process 4711', 'kpx cleanup --yes', { name: 'kube-proxy', namespace: 'kube-system' }),
      object: 'DaemonSet',
      text: null,
      strategy: { before: {}, after: {} },
      mark: null,
      options: { batch: '1', bridge: true, nodeTimeout: 0, pauseOnFailure: true },
      nodes: ['node1', 'node2'].map((node) => ({ ...pendingNode(node), state: 'done' }) as const),
    } as const
    const metadata = { name: 'kpx-rollout', namespace: 'kube-system', resourceVersion: '1' }
    const spec = { holderIdentity: '', renewTime: new Date().toISOString() }
    changing.cluster.lease = { metadata: { ...metadata, annotations: annotationsOf(record) }, spec }
  })

  after(() => changing.close())

  for (const what of ['resume', 'undo']) {
    it(`has its Lease deleted by rollout ${what}, which says what to do`, async () => {
      const { exit, stderr, stdout } = await changing.kpx('rollout', what, '--yes')
      expect(stdout).to.match(/^DaemonSet kube-system\/kube-proxy is as wanted: nothing to change/m)
      expect(stdout).to.match(/^info KPX5023\n {2}kpx cleanup --yes, begun at \S+ by alice at laptop, process 4711/m)
      expect(stdout)
        .to.include('kpx cleanup')
        .and.not.match(/not confirmed/i)
      expect(stderr).to.include('kpx cleanup --yes was stopped, and its Lease keeps others from changes')
      expect([exit, changing.cluster.lease]).to.deep.equal([0, undefined])
    })
  }

  it('is told in the document, without nodes', async () => {
    const { change } = await changing.change('rollout', 'resume')
    expect(codesOf(change)).to.deep.equal(['KPX5023'])
    expect([change.changed, change.rollout]).to.deep.equal([false, null])
  })
})
