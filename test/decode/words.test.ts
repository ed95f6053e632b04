import { expect } from 'chai'
import fc from 'fast-check'
import { isDecimal, splitWords } from '../../src/decode/words.ts'

describe('words', () => {
  it('splits at blanks and tabs', () => {
    expect(splitWords('  -A  KUBE-SEP\t-j X ').list).to.deep.equal(['-A', 'KUBE-SEP', '-j', 'X'])
    expect(splitWords('').list).to.deep.equal([])
  })

  it('keeps quoted blanks, takes escaped characters and remembers which words stood in quotes', () => {
    const { list, open, quoted } = splitWords(String.raw`-m "a \"b\" \\ \'c" "" "!" it's`)
    expect(list).to.deep.equal(['-m', String.raw`a "b" \ 'c`, '', '!', "it's"])
    expect([...quoted]).to.deep.equal([1, 2, 3])
    expect(open).to.equal(false)
  })

  it('joins quoted and bare parts of one word', () => {
    expect(splitWords('a"b c"d e').list).to.deep.equal(['ab cd', 'e'])
  })

  it('tells a quote that does not end', () => {
    expect(splitWords('-m "abc d')).to.deep.include({ list: ['-m', 'abc d'], open: true })
    expect(splitWords('"a\\').open).to.equal(true)
    expect(splitWords('"a\\" b"').open).to.equal(false)
  })

  it('reads back whatever is quoted', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (words) => {
        const line = words.map((word) => `"${word.replaceAll(/["\\]/g, String.raw`\$&`)}"`).join(' ')
        expect(splitWords(line).list).to.deep.equal(words)
      }),
    )
  })

  it('knows decimal numbers', () => {
    expect(['0', '42', '', '-1', '1.0', '0x1', '１'].map(isDecimal)).to.deep.equal([
      true,
      true,
      ...Array(5).fill(false),
    ])
  })
})
