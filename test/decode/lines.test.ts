import { expect } from 'chai'
import fc from 'fast-check'
import { LineLog, forEachLine } from '../../src/decode/lines.ts'
import { textFile } from './recordings.ts'

function linesOf(text: string): { lines: number; seen: [string, number, boolean][] } {
  const file = textFile(text)
  const seen: [string, number, boolean][] = []
  const lines = forEachLine(file.text, (start, end, line, terminated) =>
    seen.push([file.text.slice(start, end), line, terminated]),
  )
  return { lines, seen }
}

describe('lines', () => {
  it('leaves out indent, CR and a byte order mark, and tells a last line without its end', () => {
    const { lines, seen } = linesOf('\uFEFFa\r\n\t b c \n\nd')
    expect(lines).to.equal(4)
    expect(seen).to.deep.equal([
      ['a', 1, true],
      ['b c ', 2, true],
      ['', 3, true],
      ['d', 4, false],
    ])
  })

  it('leaves out nothing that only begins like a byte order mark', () => {
    expect(linesOf('\uFDFA\n').seen[0]?.[0]).to.equal('\uFDFA')
  })

  it('counts as an editor does: a trailing line end begins no line', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '\n', '\r', ' ') }), (text) => {
        expect(linesOf(text).lines).to.equal(text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0))
      }),
    )
  })

  it('reports in the order of the file and shortens junk', () => {
    const log = new LineLog(textFile('x'.repeat(5000)))
    log.lines = 3
    log.unknown(3, 0, 5000, 'late')
    log.ignore(2, 'comment')
    const { recognised, unknown } = log.report([{ line: 1, text: 'a', why: 'early' }])
    expect(recognised).to.equal(0)
    expect(unknown.map(({ line, text }) => [line, text.length])).to.deep.equal([
      [1, 1],
      [3, 1003],
    ])
  })
})
