import { expect } from 'chai'
import { LineLists, emptyList } from '../../src/decode/line-lists.ts'

describe('line lists', () => {
  it('keep the order of each list, however their lines are mixed', () => {
    const lists = new LineLists()
    const [a, b, none] = [emptyList(), emptyList(), emptyList()]
    for (const [i, list] of [a, a, b, a, b].entries()) lists.add(list, i * 10, i * 10 + 5, i + 1)
    const linesOf = (list: typeof a): number[][] => {
      const seen: number[][] = []
      lists.forEach(list, (...line) => seen.push(line))
      return seen
    }
    expect(linesOf(a)).to.deep.equal([
      [0, 5, 1],
      [10, 15, 2],
      [30, 35, 4],
    ])
    expect(linesOf(b).map(([, , line]) => line)).to.deep.equal([3, 5])
    expect(linesOf(none)).to.deep.equal([])
  })
})
