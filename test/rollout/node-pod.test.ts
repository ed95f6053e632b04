/** The pods of a DaemonSet, by node. */
import { expect } from 'chai'
import { nodePods } from '../../src/rollout/node-pod.ts'

const generation = { 'deprecated.daemonset.template.generation': '2' }
const set = { metadata: { uid: 'own', annotations: generation, generation: 2 }, status: {} }

const pod = (spec: object, labels: object, status: object = {}): object => ({
  metadata: { name: 'p', uid: 'u', namespace: 'kube-system', labels, ownerReferences: [{ uid: 'own' }] },
  spec,
  status,
})

describe('pods of a DaemonSet', () => {
  it('are of the node that they wait for where they have none yet', () => {
    const matchFields = [{ key: 'metadata.name', operator: 'In', values: ['node1'] }]
    const required = { nodeSelectorTerms: [{ matchFields }] }
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } }
    const [own] = nodePods([pod({ affinity }, { 'pod-template-generation': '2' })], set)
    expect(own).to.include({ node: 'node1', isNew: true, ready: false })
  })

  it('are new by the template’s generation, or by the hash that such a pod has', () => {
    const labels = (made: string, hash: string): object => ({
      'pod-template-generation': made,
      'controller-revision-hash': hash,
    })
    const pods = [
      pod({ nodeName: 'node1' }, labels('2', 'now')),
      pod({ nodeName: 'node2' }, labels('1', 'now')),
      pod({ nodeName: 'node3' }, labels('1', 'before')),
    ]
    expect(nodePods(pods, set).map(({ isNew, node }) => `${node} ${isNew}`)).to.deep.equal([
      'node1 true',
      'node2 true',
      'node3 false',
    ])
  })
})
