import { expect } from 'chai'
import { LineLists } from '../../src/decode/line-lists.ts'

describe('line lists', () => {
  it('keep the order of each list, however their lines are mixed', () => {
    const lists = new LineLists()
    const [a, b, none] = [lists.addList(), lists.addList(), lists.addList()]
    const text = 'line 1\nline 2\nline 3\nline 4\nline 5\n'
    for (const [i, list] of [a, a, b, a, b].entries()) lists.add(list, i * 7, i * 7 + 6, i + 1)
    const linesOf = (list: typeof a): number[][] => {
      const seen: number[][] = []
      lists.forEach(list, text, (...line) => seen.push(line.slice(0, 3)))
      return seen
    }
    expect(linesOf(a)).to.deep.equal([
      [0, 6, 1],
      [7, 13, 2],
      [21, 27, 4],
    ])
    expect(linesOf(b).map(([, , line]) => line)).to.deep.equal([3, 5])
    expect(linesOf(none)).to.deep.equal([])
  })
})
