/** What is told of nodes that are waited for. */
import { expect } from 'chai'
import { Looking } from '../../src/kube/looking.ts'

describe('nodes that are looked at', () => {
  it('are named while they are waited for, and counted once, however many ways are tried', async () => {
    const told: string[] = []
    const looking = new Looking(2, (text) => told.push(text))
    await looking.during('node1', () => Promise.resolve(true))
    await looking.during('node2', () => Promise.resolve(false))
    await looking.during('node2', () => Promise.resolve(true))
    expect(told).to.deep.equal([
      '0 of 2 nodes looked at; waiting for node1',
      '1 of 2 nodes looked at',
      '1 of 2 nodes looked at; waiting for node2',
      '1 of 2 nodes looked at',
      '1 of 2 nodes looked at; waiting for node2',
      '2 of 2 nodes looked at',
    ])
  })

  it('are not all named where there are many', async () => {
    const told: string[] = []
    const looking = new Looking(5, (text) => told.push(text))
    const names = ['a', 'b', 'c', 'd', 'e']
    await Promise.all(names.map((name) => looking.during(name, () => Promise.resolve(true))))
    expect(told).to.include('0 of 5 nodes looked at; waiting for a, b, c and 2 more')
    expect(told.at(-1)).to.equal('5 of 5 nodes looked at')
  })
})
