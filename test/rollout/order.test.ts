/** In which order nodes are changed, and how many at a time. */
import { expect } from 'chai'
import { batchOf, inOrder } from '../../src/rollout/order.ts'

describe('the order of nodes', () => {
  it('is that of their names, those of the control plane last', () => {
    const nodes = ['b', 'c', 'a'].map((name) => ({
      metadata: { name, labels: name === 'a' ? { 'node-role.kubernetes.io/control-plane': '' } : {} },
    }))
    expect(inOrder(['c', 'a', 'b'], nodes)).to.deep.equal(['b', 'c', 'a'])
  })

  it('has batches of a number, or of a part that is rounded down and never nothing', () => {
    expect(['3', '10%', '10%', '100%'].map((batch, i) => batchOf(batch, [5, 29, 3, 7][i] ?? 0))).to.deep.equal([
      3, 2, 1, 7,
    ])
    for (const batch of ['', '0', '0%', '101%', '-1', '1.5', 'all']) expect(() => batchOf(batch, 5), batch).to.throw()
  })
})
